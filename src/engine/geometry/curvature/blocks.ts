import { FlatwalkError } from '../../../model/errors.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import { prepareForward } from '../../stages/forward.ts';

/** A replica's terms at a block of samples, in float64 from the pre-activations on the device. */
export interface BlockTerms {
  readonly replica: number;
  /** The block's first sample, and how many samples it has. */
  readonly first: number;
  readonly count: number;
  /** a_j φ'(z_ij), m x count. */
  readonly slopes: Float64Array;
  /** e_i a_j φ''(z_ij), m x count. */
  readonly bends: Float64Array;
}

/**
 * Goes through the samples block by block and, in each, through the replicas. Pre-activations are f32; what follows from them
 * is float64.
 * @throws NOT_DEFINED where an output is not finite
 */
export async function forEachBlock(problem: Problem, visit: (terms: BlockTerms) => void): Promise<void> {
  const { network } = problem.lowLevel;
  const { gpu, replicas, width, blocks, preactivations } = network;
  const forward = await prepareForward(network, network.weights);
  network.check();
  network.catchUp?.();
  for (const block of blocks) {
    const { first, count } = block;
    forward(block);
    const [bytes] = await gpu.read([{ buffer: preactivations, size: replicas * width * count * 4 }]);
    const all = new Float32Array(bytes);
    for (let replica = 0; replica < replicas; replica++) {
      const own = all.subarray(replica * width * count, (replica + 1) * width * count);
      visit({ replica, first, count, ...termsOf(network, own, replica, first, count) });
    }
  }
}

function termsOf(network: Network, z: Float32Array, replica: number, first: number, count: number) {
  const { samples, width, labels, targetSets, secondLayer, activation } = network;
  const { phi, dphi, d2phi } = activation;
  const label = (targetSets === 1 ? 0 : replica * samples) + first;
  const slopes = new Float64Array(width * count);
  const bends = new Float64Array(width * count);
  const residuals = Float64Array.from({ length: count }, (_, i) => -labels[label + i]);
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < count; i++) residuals[i] += secondLayer[j] * phi(z[j * count + i]);
  }
  const lost = residuals.findIndex((e) => !Number.isFinite(e));
  if (lost >= 0) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `The output of replica ${replica} at sample ${first + lost} is ${residuals[lost] + labels[label + lost]}`,
      'Set weights at which the network has finite outputs.',
    );
  }
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < count; i++) {
      const cell = j * count + i;
      slopes[cell] = secondLayer[j] * dphi(z[cell]);
      bends[cell] = residuals[i] * secondLayer[j] * d2phi(z[cell]);
    }
  }
  return { slopes, bends };
}
