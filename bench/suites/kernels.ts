import type { Gpu, Stretch } from '../../src/engine/gpu.ts';
import { type KernelName, kernelNames } from '../../src/engine/registry.ts';
import { finished } from '../bare.ts';
import type { Check } from '../document.ts';
import { type SizeName, sizes } from '../problems.ts';
import type { BenchContext, Entry, Group, KernelBench, KernelShape, Suite } from '../suite.ts';

/** Every kernel of the registry by itself, at the sizes, against the roofline. A new kernel is here without asking. */
export const kernels: Suite = {
  name: 'kernels',
  quickSeconds: 34,
  needsRoofline: true,
  groups: (context) =>
    sizesFor(context).flatMap((size) => kernelNames.map((kernel) => ofKernel(context, kernel, size))),
};

function sizesFor({ effort }: BenchContext): SizeName[] {
  return effort === 'tiny' ? ['small'] : effort === 'quick' ? ['small', 'mid'] : ['small', 'mid', 'large'];
}

/** Takes a driver that optimises hard longer to compile than a quick run has. */
const LONG_TO_COMPILE: KernelName = 'sgd_lane';

/** Of small networks there are many at once. */
const replicas: Record<SizeName, number> = { small: 64, mid: 1, large: 1 };

function ofKernel(context: BenchContext, kernel: KernelName, size: SizeName): Group {
  const name = `${size}/${kernel}`;
  const { d: dimension, m: width, n: samples } = sizes[size];
  const shape: KernelShape = { replicas: context.effort === 'tiny' ? 2 : replicas[size], width, samples, dimension };
  return {
    names: [name],
    async prepare() {
      if (context.effort === 'quick' && kernel === LONG_TO_COMPILE) {
        return { entries: [], reason: 'it takes long to compile, and the suite steps has it', dispose() {} };
      }
      const began = performance.now();
      const bench = await context.host.prepareKernel(context.engine, kernel, shape);
      if (!bench) return { entries: [], dispose() {} };
      try {
        return await entryOf(context.engine.lowLevel, name, bench, began);
      } catch (error) {
        bench.dispose();
        throw error;
      }
    },
  };
}

/**
 * A kernel that changes its own input is given it again by copies before every dispatch, which are in the time by the wall
 * clock; others run over what they have written.
 */
async function entryOf(gpu: Gpu, name: string, bench: KernelBench, began: number) {
  const { outputs } = bench;
  const kept: Stretch[] = outputs.map(({ buffer, size }) => ({ buffer: gpu.buffer('kept', buffer.size), size }));
  const dispose = () => {
    bench.dispose();
    for (const { buffer } of kept) gpu.free(buffer);
  };
  const once = () => {
    bench.dispatch();
    return gpu.read(outputs);
  };
  try {
    outputs.forEach(({ buffer, size }, k) => {
      gpu.recorder.copy(buffer, 0, kept[k].buffer, 0, size);
    });
    gpu.recorder.submit();
    const result = await once();
    const first = (performance.now() - began) * 1e6;
    const repeatable = equal(result, await once());
    const restore = () => {
      outputs.forEach(({ buffer, size }, k) => {
        gpu.recorder.copy(kept[k].buffer, 0, buffer, 0, size);
      });
    };
    let dispatched = false;
    const entry: Entry = {
      name,
      unit: 'dispatch',
      work: bench.work,
      onDevice: true,
      first: () => first,
      async check() {
        // After the timing, a kernel that can be repeated is judged by what the timed dispatches left behind.
        if (!(repeatable && dispatched)) {
          bench.reset();
          bench.dispatch();
        }
        return verdict(bench, await gpu.read(outputs));
      },
      async run(count) {
        if (!dispatched) bench.reset();
        dispatched = true;
        for (let k = 0; k < count; k++) {
          if (!repeatable) restore();
          bench.dispatch();
        }
        gpu.recorder.submit();
        await finished(gpu);
      },
    };
    return { entries: [entry], dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function verdict(bench: KernelBench, bytes: readonly ArrayBuffer[]): Check {
  const { ratio, where } = bench.compare(bytes);
  const passed = ratio <= 1;
  return { passed, error: ratio, tolerance: 1, note: passed ? `the float64 oracle, ${bench.shape}` : where };
}

function equal(a: readonly ArrayBuffer[], b: readonly ArrayBuffer[]): boolean {
  return a.every((bytes, k) => {
    const other = new Uint32Array(b[k]);
    return new Uint32Array(bytes).every((word, at) => word === other[at]);
  });
}
