import type { Gpu, Stretch } from '../src/engine/gpu.ts';
import { fold } from '../src/engine/kernel.ts';

const files = import.meta.glob<string>('./shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });

/** Dispatches in a submission: enough to hide what a submission costs, and bounded. */
const DISPATCHES = 512;

/** A kernel of bench/shaders with its buffers: the least there can be between a shader and the device. */
export interface Bare {
  /** Queues so many dispatches, `perSubmission` in each submission; they are done in order. */
  dispatch(count: number, perSubmission?: number): void;
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  read(...stretches: Stretch[]): Promise<ArrayBuffer[]>;
  dispose(): void;
}

/**
 * `buffers` are the storage buffers by the names that the shader gives them, in the order of its bindings: their contents,
 * or their size in bytes. @throws SHADER, GPU, LIMIT
 */
export async function prepareBare(
  gpu: Gpu,
  name: string,
  buffers: Readonly<Record<string, Float32Array | Uint32Array | number>>,
  groups: number,
  constants: Readonly<Record<string, number>> = {},
): Promise<Bare> {
  const code = files[`./shaders/${name}.wgsl`];
  const module = gpu.scoped(name, () => gpu.device.createShaderModule({ label: name, code }));
  const made: Record<string, GPUBuffer> = {};
  const dispose = () => {
    for (const buffer of Object.values(made)) gpu.free(buffer);
  };
  try {
    for (const [label, contents] of Object.entries(buffers)) {
      made[label] = gpu.buffer(label, typeof contents === 'number' ? contents : contents.byteLength);
      if (typeof contents !== 'number') gpu.write(made[label], contents);
    }
    const pipeline = await gpu.race(
      gpu.device.createComputePipelineAsync({
        label: name,
        layout: 'auto',
        compute: { module, entryPoint: name, constants },
      }),
    );
    const bindings = gpu.scoped(name, () =>
      gpu.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: Object.values(made).map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    await gpu.settled();
    const grid = fold(groups);
    return {
      buffers: made,
      dispose,
      read: (...stretches) => gpu.read(stretches),
      dispatch(count, perSubmission = DISPATCHES) {
        for (let done = 0; done < count; done += perSubmission) {
          gpu.scoped(name, () => {
            const encoder = gpu.device.createCommandEncoder();
            const pass = encoder.beginComputePass({ timestampWrites: gpu.recorder.passTimes?.() });
            pass.setPipeline(pipeline);
            pass.setBindGroup(0, bindings);
            for (let k = done; k < Math.min(count, done + perSubmission); k++) pass.dispatchWorkgroups(...grid);
            pass.end();
            gpu.device.queue.submit([encoder.finish()]);
          });
        }
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Waits until everything that has been submitted is done. @throws what went wrong meanwhile */
export async function finished(gpu: Gpu): Promise<void> {
  await gpu.race(gpu.device.queue.onSubmittedWorkDone());
  await gpu.settled();
}
