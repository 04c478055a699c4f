/** The points of a picture, placed on the device from the weights. */
import type { Network } from '../../../engine/network.ts';
import { type Holdings, Usage, watched } from './holdings.ts';
import { makePlacing } from './pipelines.ts';
import type { Plan } from './plan.ts';

const GROUP = 64;
const PARAMS_NUMBERS = 20;
const MAP_READ = 0x1;

export interface Points {
  readonly network: Network;
  /** x, y, z in the world and whether chosen, of each point. */
  readonly places: GPUBuffer;
  readonly count: number;
  /** Records the pass that places them. */
  record(encoder: GPUCommandEncoder): void;
  /** From the numbers along the axes to the world, for what is recorded from now on. */
  carry(axes: readonly { readonly scale: number; readonly offset: number }[]): void;
  /** The points as they are now, read back: for fitting the box, not for frames. @throws GPU, LIMIT, DEVICE_LOST, DISPOSED */
  look(): Promise<Float32Array>;
}

/** @throws LIMIT, SHADER, GPU, DEVICE_LOST, DISPOSED */
export async function preparePoints(network: Network, plan: Plan, holdings: Holdings): Promise<Points> {
  const { gpu, weights, data, targets, samples, dimension, width } = network;
  const { pipeline, layout } = await makePlacing(gpu, network, plan.code);
  network.check();
  const count = plan.drawnReplicas * plan.drawnNeurons;
  const bytes = count * 16;
  const { places, params, bindings } = await watched(gpu, 'scene points', () => {
    const places = holdings.buffer('scene places', bytes, Usage.STORAGE | Usage.VERTEX | Usage.COPY_SRC);
    const params = holdings.buffer('scene place', PARAMS_NUMBERS * 4, Usage.UNIFORM | Usage.COPY_DST);
    const bindings = gpu.device.createBindGroup({
      label: 'scene place',
      layout,
      entries: [weights, data, targets, places, params].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { places, params, bindings };
  });
  const [right, front, up] = plan.samples;
  const points: Points = {
    network,
    places,
    count,
    record(encoder) {
      const pass = encoder.beginComputePass({ label: 'scene place' });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(Math.ceil(count / GROUP));
      pass.end();
    },
    carry(axes) {
      const numbers = new ArrayBuffer(PARAMS_NUMBERS * 4);
      new Uint32Array(numbers).set([
        ...[samples, dimension, width, plan.drawnNeurons, plan.drawnReplicas, plan.replica, 0, 0],
        ...[right, front, up, 0],
      ]);
      const scales = axes.map(({ scale }) => scale);
      const offsets = axes.map(({ offset }) => offset);
      new Float32Array(numbers).set([...scales, 0, ...offsets, 0], 12);
      gpu.device.queue.writeBuffer(params, 0, numbers);
    },
    async look() {
      network.check();
      const staging = await watched(gpu, 'scene look', () => {
        points.carry([0, 1, 2].map(() => ({ scale: 1, offset: 0 })));
        network.catchUp?.();
        gpu.recorder.submit();
        const staging = holdings.buffer('scene look', bytes, Usage.MAP_READ | Usage.COPY_DST);
        const encoder = gpu.device.createCommandEncoder({ label: 'scene look' });
        points.record(encoder);
        encoder.copyBufferToBuffer(places, 0, staging, 0, bytes);
        gpu.device.queue.submit([encoder.finish()]);
        return staging;
      });
      await gpu.race(staging.mapAsync(MAP_READ));
      const found = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
      holdings.freeBuffer(staging);
      return found;
    },
  };
  return points;
}
