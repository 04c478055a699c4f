import { lanesFor, OBSERVED, SAMPLES_PER_CHUNK } from '../kernels.ts';
import { chunkCount, type Network } from '../network.ts';
import type { Stage } from './stage.ts';

/** Per replica, each an array of `replicas` numbers. */
export interface Observed {
  readonly loss: Float64Array;
  /** F = 2 sum_i |x_i|^2 sum_j (a_j phi'(z_ij))^2. */
  readonly manifoldTrace: Float64Array;
  /** tr D^2 L = F + 2 sum_i |x_i|^2 e_i sum_j a_j phi''(z_ij). */
  readonly trace: Float64Array;
  readonly disagreement: Float64Array;
  readonly optimumDistance: Float64Array;
  readonly largestResidual: Float64Array;
  /** max_i |grad r_i|² = max_i |x_i|² sum_j (a_j phi'(z_ij))². */
  readonly steepestSample: Float64Array;
  /** Samples with a residual, or pre-activations, that are not numbers or beyond 2^64. */
  readonly broken: Float64Array;
}

/** What pre-activations say, those of the forward pass if no others are given. */
export async function prepareObserve(
  network: Network,
  preactivations: GPUBuffer = network.preactivations,
  label = 'observed',
): Promise<Stage<Observed>> {
  const { gpu, replicas, width, samples, blocks, targets } = network;
  const chunks = chunkCount(blocks);
  const partials = network.scratch(label, chunks * replicas * OBSERVED);
  const observe = await network.launch(
    'observe',
    { preactivations, targets, partials },
    { LANES: lanesFor(Math.min(SAMPLES_PER_CHUNK, blocks[0].count), gpu.lanes) },
  );
  return {
    block(block) {
      gpu.recorder.dispatch(observe, { replicas, width, samples, ...block });
    },
    outputs: [{ buffer: partials, size: chunks * replicas * OBSERVED * 4 }],
    finish([bytes]) {
      const field = partialSums(new Float32Array(bytes), chunks, replicas);
      const loss = field(0, add);
      const steepness = field(1, add);
      const bend = field(2, add);
      const broken = field(5, add);
      // A largest value does not show that one of the values was not a number; the count of those does.
      const largest = (k: number) => field(k, Math.max).map((v, r) => (broken[r] > 0 ? Number.NaN : v));
      return {
        loss,
        manifoldTrace: steepness.map((s) => 2 * s),
        trace: steepness.map((s, r) => 2 * s + 2 * bend[r]),
        disagreement: largest(3),
        optimumDistance: largest(4),
        broken,
        largestResidual: largest(6),
        steepestSample: largest(7),
      };
    },
  };
}

const add = (a: number, b: number) => a + b;

function partialSums(values: Float32Array, chunks: number, replicas: number) {
  return (field: number, join: (a: number, b: number) => number) => {
    const totals = new Float64Array(replicas);
    for (let c = 0; c < chunks; c++) {
      for (let r = 0; r < replicas; r++) totals[r] = join(totals[r], values[(c * replicas + r) * OBSERVED + field]);
    }
    return totals;
  };
}
