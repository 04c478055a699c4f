import { FlatwalkError } from '../../model/errors.ts';
import { lanesFor } from '../kernels.ts';
import type { Network } from '../network.ts';
import { prepareForward } from './forward.ts';
import type { Stage } from './stage.ts';

/** The Gauss-Newton system of n x n numbers is factored by one workgroup, in n³/3 operations that cannot be cut. */
const MOST_SAMPLES = 512;
/** Gauss-Newton converges quadratically near the manifold; from a random start it needs a few more steps. */
export const RETRACTION_STEPS = 8;

/** @throws LIMIT where the Gauss-Newton system does not fit */
export function checkRetractable({ samples, replicas, width, blocks }: Network): void {
  if (samples > MOST_SAMPLES || blocks.length > 1) {
    throw new FlatwalkError(
      'LIMIT',
      `Retraction solves a system of n x n numbers; n = ${samples} with ${replicas * width} neurons in all is too large`,
      `Use at most ${MOST_SAMPLES} samples, or fewer replicas.`,
    );
  }
}

/** A small system is solved sooner by one invocation than by several that wait for each other at every column. */
export const solveLanes = (samples: number) => (samples <= 16 ? 1 : lanesFor(samples));

export interface Retraction {
  /** Smallest and largest pivot of J J^T in the last step, per replica; a smallest of about 0 means dependent gradients. */
  readonly pivots: Float32Array;
}

/**
 * Retraction onto the zero-loss manifold, in place, by Gauss-Newton: Theta <- Theta - J^T (J J^T)^-1 e.
 * @throws LIMIT for more than 512 samples
 */
export async function prepareRetraction(
  network: Network,
  weights: GPUBuffer,
  steps = RETRACTION_STEPS,
): Promise<Stage<Retraction>> {
  const { gpu, replicas, width, samples, dimension, preactivations, residuals, targets, running, blocks } = network;
  checkRetractable(network);
  const gram = network.scratch('jacobian gram', replicas * samples * samples);
  const solution = network.scratch('multipliers', replicas * samples);
  const pivots = network.scratch('pivots', replicas * 2);
  const coefficients = network.gradientCoefficients;
  const dataGram = await network.dataGram();
  const forward = await prepareForward(network, weights);
  const [multiply, solve, weigh, combine] = await Promise.all([
    network.launch('jacobian_gram', { preactivations, targets, data_gram: dataGram, gram }),
    gpu.launch('solve', { gram, rhs: residuals, solution, pivots }, { constants: { LANES: solveLanes(samples) } }),
    network.launch('gradient_coefficients', {
      preactivations,
      targets,
      weights: solution,
      status: running,
      coefficients,
    }),
    gpu.launch('combine', { coefficients, data: network.data, sum: weights }),
  ]);
  const all = { first: 0, count: samples };
  return {
    record() {
      for (let k = 0; k < steps; k++) {
        forward.preactivations(blocks[0]);
        forward.residuals(blocks[0]);
        gpu.recorder.dispatch(multiply, { replicas, width, samples });
        gpu.recorder.dispatch(solve, { replicas, samples });
        gpu.recorder.dispatch(weigh, { replicas, width, samples, ...all, scale: -1, accumulate: 0, step: 0 });
        gpu.recorder.dispatch(combine, { rows: replicas * width, ...all, inner: dimension, accumulate: 1 });
      }
    },
    outputs: [{ buffer: pivots, size: replicas * 8 }],
    finish: ([bytes]) => ({ pivots: new Float32Array(bytes) }),
  };
}

export function retractedWeights(network: Network): GPUBuffer {
  return network.scratch('retracted weights', network.replicas * network.cells);
}

/** Retraction of a copy, so that looking at the run does not change it. */
export async function prepareRetractedCopy(
  network: Network,
  weights: GPUBuffer,
  steps?: number,
): Promise<Stage<Retraction>> {
  const copy = retractedWeights(network);
  const stage = await prepareRetraction(network, copy, steps);
  return {
    ...stage,
    record() {
      network.gpu.recorder.copy(weights, 0, copy, 0, network.replicas * network.cells * 4);
      stage.record();
    },
  };
}
