import { FlatwalkError } from '../../model/errors.ts';
import { symmetricEigenvalues } from '../eigenvalues.ts';
import type { Network } from '../network.ts';
import { prepareGram } from '../products.ts';
import type { Stage } from './stage.ts';

/** The smaller side of the feature matrix whose singular values are finished on the host, in O(side^3). */
const LARGEST_SIDE = 1024;

/**
 * Singular values of the feature matrix Z = Theta X^T of every replica, in falling order.
 *
 * A Gram matrix in f32 would lose singular values below sqrt(2^-24) sigma_1. Here Z = 1 mean^T + D, and the Gram matrix of
 * D alone is f32; the mean is put back in float64. So the floor is sqrt(2^-24) of the largest singular value of D, and the
 * second singular value stays exact while the neurons come to agree.
 * @throws LIMIT when min(m, n) is above 1024
 */
export async function prepareFeatures(network: Network): Promise<Stage<Float64Array[]>> {
  const { gpu, replicas, width, samples, blocks, preactivations } = network;
  const overSamples = samples <= width;
  const side = Math.min(samples, width);
  if (side > LARGEST_SIDE || (overSamples && blocks.length > 1)) {
    throw new FlatwalkError(
      'LIMIT',
      `Singular values of ${replicas} feature matrices of ${width} x ${samples} are too large`,
      `Ask for them only where the smaller side is at most ${LARGEST_SIDE} and the matrices fit in 16 MiB.`,
    );
  }
  // Over the samples the host adds the mean, which it reads; over the neurons it is a row of the Gram matrix.
  const size = overSamples ? samples : width + 1;
  const matrix = network.scratch('feature parts', replicas * (width + 1) * blocks[0].count);
  const means = network.scratch('means', replicas * blocks[0].count);
  const gram = network.scratch('feature gram', replicas * size * size);
  const [centre, multiply] = await Promise.all([
    gpu.launch('centre', { preactivations, means, parts: matrix }),
    prepareGram(network, size, { matrix, factors: matrix, status: network.running, gram }),
  ]);
  const shape = { replicas, rows: width + 1, skip: 1, side: overSamples ? 0 : 1, weighted: 0, step: 0 };
  return {
    block(block) {
      const { count } = block;
      gpu.recorder.dispatch(centre, { replicas, width, count });
      gpu.recorder.dispatch(multiply, { ...shape, columns: count, accumulate: block === blocks[0] ? 0 : 1 });
    },
    outputs: [
      { buffer: gram, size: replicas * size * size * 4 },
      { buffer: means, size: (overSamples ? replicas * samples : 1) * 4 },
    ],
    finish([gramBytes, meanBytes]) {
      const grams = new Float32Array(gramBytes);
      const mean = new Float32Array(meanBytes);
      return Array.from({ length: replicas }, (_, r) => {
        const one = grams.subarray(r * size * size, (r + 1) * size * size);
        const full = overSamples
          ? withMean(one, samples, width, mean.subarray(r * samples, (r + 1) * samples))
          : withoutAugmentation(one, width);
        return singularValues(full, side);
      });
    },
  };
}

/** Z^T Z = m mean mean^T + D^T D, because the columns of D sum to zero. */
function withMean(gram: Float32Array, n: number, m: number, mean: Float32Array): Float64Array {
  return Float64Array.from(gram, (value, cell) => m * mean[Math.floor(cell / n)] * mean[cell % n] + value);
}

/** Z Z^T = |mean|^2 + (D mean)_a + (D mean)_b + D D^T, from the Gram matrix of the rows of [mean; D]. */
function withoutAugmentation(gram: Float32Array, m: number): Float64Array {
  const size = m + 1;
  const full = new Float64Array(m * m);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < m; b++) {
      full[a * m + b] = gram[0] + gram[a + 1] + gram[b + 1] + gram[(a + 1) * size + b + 1];
    }
  }
  return full;
}

function singularValues(gram: Float64Array, side: number): Float64Array {
  // A matrix with a number that is not finite has no singular values; say so rather than iterate on it.
  if (gram.some((v) => !Number.isFinite(v))) return new Float64Array(side).fill(Number.NaN);
  const values = symmetricEigenvalues(gram, side).map((v) => Math.sqrt(Math.max(v, 0)));
  return values.sort().reverse();
}
