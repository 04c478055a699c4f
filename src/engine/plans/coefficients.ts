import type { AdapterFamily } from '../adapter.ts';

/** What things cost on a family of adapters, in seconds. */
export interface Coefficients {
  /** An activation with an exponential or the like, in cheap ones. */
  readonly activation: number;
  /** Invocations that are done as one vector. */
  readonly vector: number;
  /** Vectors, or workgroups, that are done at once. */
  readonly parallel: number;
  readonly lane: {
    /** To compile: for the numbers that are kept in registers, for their squares, and for each piece of unrolled text. */
    readonly compile: { readonly base: number; readonly cell: number; readonly square: number; readonly text: number };
    /** Of a step: each sample, each neuron of a sample, each multiply-add. */
    readonly sample: number;
    readonly neuron: number;
    readonly product: number;
    /** A round of shuffles in a subgroup. */
    readonly shuffle: number;
  };
  readonly group: {
    readonly compile: number;
    readonly sample: number;
    /** Each time the lanes wait for each other, for each vector of them. */
    readonly wait: number;
    /** Of a vector of lanes: each neuron, each multiply-add. */
    readonly neuron: number;
    readonly product: number;
  };
  readonly tiled: {
    readonly compile: number;
    /** Handing in the dispatches of a step. */
    readonly dispatches: number;
    readonly product: number;
    /** Each activation, with its residual and its coefficient. */
    readonly activation: number;
  };
}

/**
 * How they were found. swiftshader and llvmpipe: runs of networks from m x n = 4 x 3 to 256 x 256 with d = 2n, one sample, 4 and
 * all of them a step, z³ and gelu, 1 and 256 replicas, by every strategy. Compile time: processor time of a first run of one
 * step less that of the next (llvmpipe compiles at the first dispatch, and with its disk cache off). Step time: processor time
 * of a run of at least 0.1 s less that of one step, per step, the least of three to five. Read off by hand to within a third,
 * which is less than what plans differ by where the choice matters, and scaled to a machine with nothing else to do. One lane
 * of z³, m = n = 10, d = 20 that draws its own numbers then takes 0.7 µs a step and 0.5 s to compile on SwiftShader, 0.13 µs and
 * 13 s on llvmpipe; one workgroup 4 µs and 0.1 s, or 0.8 µs and 0.8 s. `flatwalk tune --size small` and `flatwalk explain` show both again.
 *
 * gpu: an NVIDIA H100 through Dawn and Vulkan (driver 580.159), by `flatwalk tune` on the benchmarks' three sizes: 13 plans of the
 * small one are predicted within a third but for the workgroups in weight space, the best tiles of the others within a fifth. Other cards differ; what
 * matters is the order: the lanes of a subgroup for what fits in registers, a lane a replica where replicas fill the device,
 * matrix products for full batches.
 */
export const coefficients: Readonly<Record<AdapterFamily, Coefficients>> = {
  swiftshader: {
    activation: 20,
    vector: 4,
    parallel: 1,
    lane: {
      compile: { base: 0.06, cell: 0, square: 8.5e-6, text: 1.6e-3 },
      sample: 3e-7,
      neuron: 1.7e-8,
      product: 1.2e-9,
      shuffle: 4e-8,
    },
    group: { compile: 0.08, sample: 1.4e-6, wait: 3e-7, neuron: 6e-8, product: 3.2e-8 },
    tiled: { compile: 0.1, dispatches: 2.6e-4, product: 8.5e-10, activation: 5e-8 },
  },
  llvmpipe: {
    activation: 20,
    vector: 8,
    parallel: 1,
    lane: {
      compile: { base: 0.3, cell: 0.075, square: 4.5e-4, text: 5e-3 },
      sample: 6e-8,
      neuron: 5e-9,
      product: 1e-10,
      shuffle: 1.5e-8,
    },
    group: { compile: 0.8, sample: 4e-7, wait: 7e-8, neuron: 8e-9, product: 3e-9 },
    tiled: { compile: 0.4, dispatches: 2.6e-4, product: 2e-10, activation: 1e-8 },
  },
  gpu: {
    activation: 4,
    vector: 32,
    parallel: 500,
    lane: {
      compile: { base: 0.1, cell: 0, square: 1.6e-5, text: 1.3e-3 },
      sample: 3.5e-7,
      neuron: 3e-8,
      product: 9e-10,
      shuffle: 6.5e-8,
    },
    group: { compile: 0.1, sample: 1e-6, wait: 1e-7, neuron: 5e-8, product: 1e-8 },
    tiled: { compile: 0.1, dispatches: 4e-5, product: 1.1e-12, activation: 1e-12 },
  },
};
