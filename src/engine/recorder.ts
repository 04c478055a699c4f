import type { Gpu, Launch } from './gpu.ts';
import { fold, type Kernel, type Numbers, type ParamsOf } from './kernel.ts';
import type { KernelName, kernels } from './registry.ts';
import { BufferUsage } from './usage.ts';

/** Dynamic offsets of uniform buffers are multiples of 256 bytes on every device. */
const SLOT = 256;
const SLOTS = 1024;
/** Operations in one dispatch, about a tenth of a second on a software adapter: watchdogs time dispatches, not runs. */
const DISPATCH_WORK = 1 << 27;
/** And in one submission. */
const SUBMISSION_WORK = 1 << 29;

type Command =
  | {
      readonly kind: 'dispatch';
      readonly launch: Launch;
      readonly slot: number;
      readonly groups: readonly [number, number];
    }
  | {
      readonly kind: 'copy';
      readonly from: GPUBuffer;
      readonly at: number;
      readonly to: GPUBuffer;
      readonly toAt: number;
      readonly size: number;
    }
  | { readonly kind: 'clear'; readonly buffer: GPUBuffer };

/**
 * Commands gathered for one submission. Every dispatch has a parameter slot of its own, and all slots are written before
 * the submission that reads them, so that no dispatch can see the parameters of another.
 */
export class Recorder {
  /** For benchmarks: where the next pass of dispatches writes when it began and ended. */
  passTimes: (() => GPUComputePassTimestampWrites | undefined) | null = null;
  readonly #gpu: Gpu;
  readonly #params: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly #bytes = new ArrayBuffer(SLOT * SLOTS);
  readonly #view = new DataView(this.#bytes);
  #commands: Command[] = [];
  #slot = 0;
  #work = 0;

  constructor(gpu: Gpu, layout: GPUBindGroupLayout) {
    this.#gpu = gpu;
    this.#params = gpu.device.createBuffer({
      label: 'params',
      size: SLOT * SLOTS,
      usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST,
    });
    this.#group = gpu.device.createBindGroup({
      label: 'params',
      layout,
      entries: [{ binding: 0, resource: { buffer: this.#params, size: SLOT } }],
    });
  }

  /** Long work becomes several dispatches, cut at workgroups; that changes no result, as workgroups do not meet. */
  dispatch<N extends KernelName>(launch: Launch<N>, given: ParamsOf<(typeof kernels)[N]>): void {
    const params = given as Numbers;
    const { kernel, constants } = launch.pipeline;
    const groups = kernel.groups(params, constants);
    const { flops } = kernel.work(params, constants);
    const most = kernel.paced || flops <= DISPATCH_WORK ? groups : Math.ceil((groups * DISPATCH_WORK) / flops);
    for (let first = 0; first < groups; first += most) {
      const count = Math.min(most, groups - first);
      const work = (flops * count) / groups;
      if (this.#slot === SLOTS || (this.#work > 0 && this.#work + work > SUBMISSION_WORK)) this.submit();
      this.#work += work;
      this.#write(kernel, params, first);
      this.#commands.push({ kind: 'dispatch', launch, slot: this.#slot++, groups: fold(count) });
    }
  }

  copy(from: GPUBuffer, at: number, to: GPUBuffer, toAt: number, size: number): void {
    this.#commands.push({ kind: 'copy', from, at, to, toAt, size });
  }

  clear(buffer: GPUBuffer): void {
    this.#commands.push({ kind: 'clear', buffer });
  }

  /** Hands everything gathered to the device. What goes wrong is thrown by the next `gpu.settled()`. */
  submit(): void {
    const commands = this.#commands;
    const slots = this.#slot;
    this.#commands = [];
    this.#slot = 0;
    this.#work = 0;
    if (commands.length === 0) return;
    this.#gpu.scoped('submission', () => {
      const { device } = this.#gpu;
      if (slots > 0) device.queue.writeBuffer(this.#params, 0, this.#bytes, 0, slots * SLOT);
      const encoder = device.createCommandEncoder();
      let pass: GPUComputePassEncoder | null = null;
      for (const command of commands) {
        if (command.kind === 'dispatch') {
          pass ??= encoder.beginComputePass({ timestampWrites: this.passTimes?.() });
          pass.setPipeline(command.launch.pipeline.pipeline);
          pass.setBindGroup(0, command.launch.bindings);
          pass.setBindGroup(1, this.#group, [command.slot * SLOT]);
          pass.dispatchWorkgroups(...command.groups);
          continue;
        }
        pass?.end();
        pass = null;
        if (command.kind === 'copy') {
          encoder.copyBufferToBuffer(command.from, command.at, command.to, command.toAt, command.size);
        } else {
          encoder.clearBuffer(command.buffer);
        }
      }
      pass?.end();
      device.queue.submit([encoder.finish()]);
    });
  }

  dispose(): void {
    this.#params.destroy();
  }

  #write(kernel: Kernel, params: Numbers, firstGroup: number): void {
    let at = this.#slot * SLOT;
    for (const [name, type] of Object.entries(kernel.params)) {
      if (type === 'u32') this.#view.setUint32(at, params[name], true);
      else this.#view.setFloat32(at, params[name], true);
      at += 4;
    }
    this.#view.setUint32(at, firstGroup, true);
  }
}
