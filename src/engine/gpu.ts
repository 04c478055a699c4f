import { FlatwalkError } from '../model/errors.ts';
import { type Composed, compose, fileOf, type Variant } from './compose.ts';
import type { Kernel } from './kernel.ts';
import { core } from './kernels.ts';
import { type GivenParts, Library } from './parts.ts';
import { Recorder } from './recorder.ts';
import type { KernelName, kernels } from './registry.ts';
import { BufferUsage, COMPUTE_STAGE, MAP_READ_MODE, STORAGE } from './usage.ts';

export interface Pipeline {
  readonly name: KernelName;
  readonly kernel: Kernel;
  readonly constants: Readonly<Record<string, number>>;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** A pipeline with its buffers, ready to be dispatched with parameters. */
export interface Launch<N extends KernelName = KernelName> {
  readonly name: N;
  readonly pipeline: Pipeline;
  readonly bindings: GPUBindGroup;
}

/** A stretch of a buffer, in bytes. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size: number;
}

/** Milliseconds that a device has to say that it is lost. */
const LAST_WORDS = 200;

/**
 * A device and what can go wrong with it. Creations and submissions happen inside error scopes whose outcome is kept;
 * `settled()` waits for them and throws the first. A lost device rejects everything that waits and everything after.
 */
export class Gpu {
  readonly device: GPUDevice;
  readonly owned: boolean;
  /** Invocations in a workgroup whose members wait for each other, at most; a power of two. */
  readonly lanes: number;
  /** Invocations that are sure to share a subgroup; 0 where the device has no subgroup operations. */
  readonly subgroup: number;
  /** A CPU that pretends to be a GPU. */
  readonly software: boolean;
  readonly recorder: Recorder;
  readonly library: Library;
  /** What the engine holds on the device now. */
  readonly held = { buffers: 0, bytes: 0 };
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #layouts = new Map<KernelName, GPUBindGroupLayout>();
  readonly #outstanding = new Set<Promise<void>>();
  readonly #buffers = new Set<GPUBuffer>();
  readonly #paramsLayout: GPUBindGroupLayout;
  readonly #lost: Promise<never>;
  #failure: FlatwalkError | null = null;
  #ended: FlatwalkError | null = null;

  constructor(
    device: GPUDevice,
    owned: boolean,
    software: boolean,
    lanes: number,
    subgroup: number,
    parts?: GivenParts,
  ) {
    this.device = device;
    this.owned = owned;
    this.software = software;
    this.lanes = lanes;
    this.subgroup = subgroup;
    this.library = new Library(parts);
    this.#lost = device.lost.then((info) => {
      this.#ended ??= new FlatwalkError(
        'DEVICE_LOST',
        `The GPU device was lost (${info.reason}): ${info.message || 'no message'}`,
        'Rows delivered before stay valid. Open a new engine and resume from the last checkpoint.',
      );
      throw this.#ended;
    });
    // A loss that nobody waits for is met by the next call, so it must not count as an unhandled rejection.
    this.#lost.catch(() => {});
    this.#paramsLayout = device.createBindGroupLayout({
      label: 'params',
      entries: [{ binding: 0, visibility: COMPUTE_STAGE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
    this.recorder = new Recorder(this, this.#paramsLayout);
  }

  /** Throws if the device is gone or the engine was disposed. */
  check(): void {
    if (this.#ended) throw this.#ended;
  }

  /** Runs a piece of GPU work inside error scopes; what they catch is thrown by the next `settled()`. */
  scoped<T>(label: string, work: () => T): T {
    this.check();
    const filters = ['validation', 'out-of-memory', 'internal'] as const;
    for (const filter of filters) this.device.pushErrorScope(filter);
    try {
      return work();
    } finally {
      for (const filter of [...filters].reverse()) {
        const outcome = this.device.popErrorScope().then(
          (error) => {
            if (error) this.#failure ??= gpuError(filter, label, error.message);
          },
          (error) => {
            // Popping fails only when the device is going away, which `lost` reports with its reason.
            this.#failure ??= gpuError('internal', label, String(error));
          },
        );
        this.#outstanding.add(outcome);
        outcome.finally(() => this.#outstanding.delete(outcome));
      }
    }
  }

  /** Waits until the outcome of all work so far is known; throws the first error among it. */
  async settled(): Promise<void> {
    await this.race(Promise.all(this.#outstanding));
    this.check();
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  /** Waits for `promise`, or rejects when the device is lost. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#lost]);
  }

  /** The size that a buffer of so many bytes gets. @throws LIMIT when the device cannot hold or bind it. */
  checkSize(label: string, bytes: number, usage: number = STORAGE): number {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const binds = (usage & BufferUsage.STORAGE) !== 0;
    const limit = binds ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > limit) {
      const name =
        binds && maxStorageBufferBindingSize <= maxBufferSize ? 'maxStorageBufferBindingSize' : 'maxBufferSize';
      throw new FlatwalkError(
        'LIMIT',
        `The buffer '${label}' needs ${size} bytes, but this device's ${name} is ${limit} bytes`,
        'Use fewer replicas, samples or neurons, or open the device with a higher limit if its adapter has one.',
      );
    }
    return size;
  }

  /** @throws LIMIT */
  buffer(label: string, bytes: number, usage: number = STORAGE): GPUBuffer {
    const size = this.checkSize(label, bytes, usage);
    const buffer = this.scoped(label, () => this.device.createBuffer({ label, size, usage }));
    this.#buffers.add(buffer);
    this.held.buffers++;
    this.held.bytes += size;
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.held.buffers--;
    this.held.bytes -= buffer.size;
    buffer.destroy();
  }

  write(buffer: GPUBuffer, data: Float32Array | Uint32Array, offset = 0): void {
    this.scoped(`write ${buffer.label}`, () =>
      this.device.queue.writeBuffer(buffer, offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    );
  }

  /** Copies of stretches of buffers, each in memory of its own. @throws DEVICE_LOST, GPU */
  async read(stretches: readonly Stretch[]): Promise<ArrayBuffer[]> {
    this.check();
    const total = stretches.reduce((sum, s) => sum + s.size, 0);
    const staging = this.buffer('readback', total, BufferUsage.MAP_READ | BufferUsage.COPY_DST);
    try {
      let at = 0;
      for (const s of stretches) {
        this.recorder.copy(s.buffer, s.offset ?? 0, staging, at, s.size);
        at += s.size;
      }
      this.recorder.submit();
      return await this.mapped(
        staging,
        stretches.map((s) => s.size),
      );
    } finally {
      this.free(staging);
    }
  }

  /** Maps a staging buffer, copies consecutive pieces out of it and unmaps it. */
  async mapped(staging: GPUBuffer, sizes: readonly number[]): Promise<ArrayBuffer[]> {
    const ready = staging.mapAsync(MAP_READ_MODE);
    try {
      await this.race(ready);
    } catch (error) {
      // What the device has to say about it names the cause better than the failed mapping does. A device that goes away
      // fails its mappings a moment before it says so.
      await this.race(new Promise((resolve) => setTimeout(resolve, LAST_WORDS)));
      await this.settled();
      throw error;
    }
    const whole = staging.getMappedRange();
    let at = 0;
    const pieces = sizes.map((size) => {
      const piece = whole.slice(at, at + size);
      at += size;
      return piece;
    });
    staging.unmap();
    await this.settled();
    return pieces;
  }

  /** A compiled kernel. Compiled once for each variant, also when asked for several times at once. @throws SHADER */
  pipeline(name: KernelName, variant: Variant = {}): Promise<Pipeline> {
    this.check();
    const key = JSON.stringify([name, variant.slots ?? {}, variant.constants ?? {}]);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(name, variant);
      this.#pipelines.set(key, pipeline);
      pipeline.catch(() => this.#pipelines.delete(key));
    }
    return pipeline;
  }

  /** A kernel with its buffers. Buffers are given by the names of the kernel's bindings. */
  async launch<N extends KernelName>(
    name: N,
    buffers: Readonly<Record<keyof (typeof kernels)[N]['bindings'], GPUBuffer>>,
    variant: Variant = {},
  ): Promise<Launch<N>> {
    const pipeline = await this.pipeline(name, variant);
    const given = buffers as Readonly<Record<string, GPUBuffer>>;
    const bindings = this.scoped(name, () =>
      this.device.createBindGroup({
        label: name,
        layout: pipeline.layout,
        entries: Object.keys(pipeline.kernel.bindings).map((binding, i) => ({
          binding: i,
          resource: { buffer: given[binding] },
        })),
      }),
    );
    return { name, pipeline, bindings };
  }

  /** Frees everything; destroys the device if it was opened by flatwalk. Safe to call twice. */
  dispose(): void {
    this.#ended ??= new FlatwalkError('DISPOSED', 'The engine was disposed', 'Open a new one.');
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.held.buffers = 0;
    this.held.bytes = 0;
    this.recorder.dispose();
    if (this.owned) this.device.destroy();
  }

  async #compile(name: KernelName, variant: Variant): Promise<Pipeline> {
    const { kernels, shaders } = await this.library.partOf(name);
    this.check();
    const kernel: Kernel = kernels[name];
    const composed = compose(fileOf(name, shaders), new Map([...core.shaders, ...shaders]), variant);
    const label = name;
    const module = this.scoped(label, () => this.device.createShaderModule({ label, code: composed.code }));
    const notes = await this.race(module.getCompilationInfo());
    const errors = notes.messages.filter((m) => m.type === 'error');
    if (errors.length > 0) {
      // The scope around the creation caught the same error; it is told here, with its place in the source.
      const cause = await this.settled().catch((error: unknown) => error);
      throw shaderError(name, composed, errors[0], cause);
    }
    const layout = this.#layout(name, kernel);
    try {
      const pipeline = await this.race(
        this.device.createComputePipelineAsync({
          label,
          layout: this.device.createPipelineLayout({ label, bindGroupLayouts: [layout, this.#paramsLayout] }),
          compute: { module, entryPoint: name },
        }),
      );
      const numbers = Object.entries(variant.constants ?? {}).filter(([, value]) => typeof value === 'number');
      const constants = Object.fromEntries(numbers) as Record<string, number>;
      return { name, kernel, constants, pipeline, layout };
    } catch (error) {
      if (error instanceof FlatwalkError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new FlatwalkError(
        'SHADER',
        `The kernel '${name}' could not be built on this device: ${message}`,
        'Run `flatwalk verify` and report its output.',
        { cause: error },
      );
    }
  }

  #layout(name: KernelName, kernel: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(name);
    if (!layout) {
      const needed = Object.keys(kernel.bindings).length;
      const { maxStorageBuffersPerShaderStage: allowed } = this.device.limits;
      if (needed > allowed) {
        throw new FlatwalkError(
          'LIMIT',
          `The kernel '${name}' needs ${needed} storage buffers, but this device's maxStorageBuffersPerShaderStage is ${allowed}`,
          'Open the device with the default limits or higher ones, not in compatibility mode.',
        );
      }
      layout = this.scoped(name, () =>
        this.device.createBindGroupLayout({
          label: name,
          entries: Object.values(kernel.bindings).map((access, binding) => ({
            binding,
            visibility: COMPUTE_STAGE,
            buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
          })),
        }),
      );
      this.#layouts.set(name, layout);
    }
    return layout;
  }
}

function gpuError(kind: string, label: string, message: string): FlatwalkError {
  return kind === 'out-of-memory'
    ? new FlatwalkError('LIMIT', `The device ran out of memory at '${label}': ${message}`, 'Use a smaller problem.')
    : new FlatwalkError(
        'GPU',
        `The device reported a ${kind} error at '${label}': ${message}`,
        'This is a fault of flatwalk or of the driver. Run `flatwalk verify` and report its output.',
      );
}

function shaderError(name: string, composed: Composed, message: GPUCompilationMessage, cause: unknown): FlatwalkError {
  const line = composed.lines[message.lineNum - 1];
  const place = line ? `${line.file}:${line.line}:${message.linePos}` : `line ${message.lineNum}`;
  return new FlatwalkError(
    'SHADER',
    `The kernel '${name}' does not compile on this device. ${place}: ${message.message}\n    ${line?.text.trim() ?? ''}`,
    'Run `flatwalk verify` and report its output.',
    { cause },
  );
}
