import { FlatwalkError } from '../../model/errors.ts';
import { PANEL } from '../geometry/kernels.ts';
import { lanesFor } from '../kernels.ts';
import type { Network } from '../network.ts';
import { prepareGram, prepareGramCombine } from '../products.ts';
import type { Stage } from './stage.ts';

/** The Gauss-Newton system of n x n numbers. */
const MOST_SAMPLES = 512;
/**
 * Gauss-Newton converges quadratically near the manifold; from a random start it needs a few more steps. Those after the one
 * that converges do nothing.
 */
const RETRACTION_STEPS = 8;

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
const choleskyLanes = ({ gpu, samples }: Network) => (samples <= 16 ? 1 : lanesFor(samples, gpu.lanes));

export interface Retraction {
  /** Smallest and largest pivot of J J^T in the last step, per replica; a smallest of about 0 means dependent gradients. */
  readonly pivots: readonly (readonly [smallest: number, largest: number])[];
}

export interface RetractionOptions {
  readonly steps?: number;
  /** Gathers the coefficients A of the move, Theta <- Theta + A X, replicas x m x n. */
  readonly moves?: GPUBuffer;
}

/** Pre-activations on the zero-loss manifold, replicas x m x n, after a retraction stage. */
export function retractedPreactivations(network: Network): GPUBuffer {
  return network.scratch('retracted', network.replicas * network.width * network.samples);
}

/**
 * Retraction onto the zero-loss manifold by Gauss-Newton, Theta <- Theta - J^T (J J^T)^-1 e, of a copy of the pre-activations:
 * a step changes them by the Gram matrix of the data points alone. The weights do not move.
 * @throws LIMIT for more than 512 samples
 */
export async function prepareRetraction(
  network: Network,
  { steps = RETRACTION_STEPS, moves }: RetractionOptions = {},
): Promise<Stage<Retraction>> {
  checkRetractable(network);
  const { gpu, replicas, width, samples, targets, running } = network;
  const cells = replicas * width * samples;
  const preactivations = retractedPreactivations(network);
  const residuals = network.scratch('retracted residuals', replicas * samples);
  const status = network.scratch('retraction status', replicas);
  const multipliers = network.scratch('multipliers', replicas * samples);
  const factor = network.scratch('factor', replicas * samples * samples);
  const pivots = network.scratch('pivots', replicas * 4);
  const lanes = { LANES: choleskyLanes(network) };
  const dataGram = await network.dataGram();
  // The slopes are used up when their Gram matrix is made: the coefficients of the move take their place.
  const { gram, slopes } = jacobianBuffers(network);
  const weigh = (weights: GPUBuffer, coefficients: GPUBuffer) =>
    network.launch('gradient_coefficients', { preactivations, targets, weights, status, coefficients });
  const [residual, judge, square, factorise, solve, pull, move, gather] = await Promise.all([
    network.launch('residual', { preactivations, targets, status, residuals }),
    network.launch('retraction_state', { residuals, targets, status }, { LANES: lanesFor(samples, gpu.lanes) }),
    prepareSquare(network, preactivations, status),
    prepareFactorisation(network, gram, factor, pivots, status),
    gpu.launch('cholesky_solve', { factor, rhs: residuals, status, solution: multipliers }, { constants: lanes }),
    weigh(multipliers, slopes),
    prepareGramCombine(network, { coefficients: slopes, gram: dataGram, product: preactivations, status }),
    moves ? weigh(multipliers, moves) : null,
  ]);
  const shape = { replicas, width, samples };
  const all = { ...shape, first: 0, count: samples };
  return {
    block() {
      const { recorder } = gpu;
      recorder.copy(network.preactivations, 0, preactivations, 0, cells * 4);
      recorder.copy(running, 0, status, 0, replicas * 4);
      if (moves) recorder.clear(moves);
      for (let step = 0; step < steps; step++) {
        recorder.dispatch(residual, { ...all, step });
        recorder.dispatch(judge, { replicas, samples, step });
        square.record(step);
        factorise.record(step);
        recorder.dispatch(solve, { replicas, samples, step });
        // Before the pre-activations move, from which they are computed.
        recorder.dispatch(pull, { ...all, scale: -1, accumulate: 0, keep: 1, step });
        if (gather) recorder.dispatch(gather, { ...all, scale: -1, accumulate: 1, keep: 1, step });
        move(step);
      }
    },
    outputs: [{ buffer: pivots, size: replicas * 16 }],
    finish([bytes]) {
      const found = new Float32Array(bytes);
      return { pivots: Array.from({ length: replicas }, (_, r) => [found[4 * r], found[4 * r + 1]]) };
    },
  };
}

/** Records the Cholesky factor of `gram`, which is used up, some columns at a time. */
async function prepareFactorisation(
  network: Network,
  gram: GPUBuffer,
  factor: GPUBuffer,
  pivots: GPUBuffer,
  status: GPUBuffer,
) {
  const { gpu, replicas, samples } = network;
  const constants = { LANES: choleskyLanes(network) };
  const [panel, update] = await Promise.all([
    gpu.launch('cholesky_panel', { gram, status, factor, pivots }, { constants }),
    gpu.launch('cholesky_update', { factor, status, gram }),
  ]);
  return {
    record(step: number) {
      for (let column = 0; column < samples; column += PANEL) {
        gpu.recorder.dispatch(panel, { replicas, samples, column, step });
        if (column + PANEL < samples) gpu.recorder.dispatch(update, { replicas, samples, column, step });
      }
    },
  };
}

function jacobianBuffers(network: Network): { slopes: GPUBuffer; gram: GPUBuffer } {
  const { replicas, width, samples } = network;
  return {
    slopes: network.scratch('slopes', replicas * width * samples),
    gram: network.scratch('jacobian gram', replicas * samples * samples),
  };
}

/** Records S_ji = a_j phi'(z_ij) and J J^T = G o (S^T S), left in the buffers for them. */
async function prepareSquare(network: Network, preactivations: GPUBuffer, status: GPUBuffer) {
  const { gpu, replicas, width, samples, targets } = network;
  const { slopes, gram } = jacobianBuffers(network);
  const weights = network.scratch('ones', replicas * samples);
  gpu.write(weights, new Float32Array(replicas * samples).fill(1));
  const factors = await network.dataGram();
  const [slope, multiply] = await Promise.all([
    network.launch('gradient_coefficients', { preactivations, targets, weights, status, coefficients: slopes }),
    prepareGram(network, samples, { matrix: slopes, factors, status, gram }),
  ]);
  const cells = { replicas, width, samples, first: 0, count: samples, scale: 1, accumulate: 0, keep: 1 };
  const columns = { replicas, rows: width, columns: samples, skip: 0, side: 0, weighted: 1, accumulate: 0 };
  return {
    record(step: number) {
      gpu.recorder.dispatch(slope, { ...cells, step });
      gpu.recorder.dispatch(multiply, { ...columns, step });
    },
  };
}

/** J J^T, the Gram matrix of the per-sample gradients, replicas x n x n. @throws LIMIT for more than 512 samples */
export async function prepareJacobianGram(network: Network): Promise<Stage<Float32Array>> {
  checkRetractable(network);
  const square = await prepareSquare(network, network.preactivations, network.running);
  return {
    block: () => square.record(0),
    outputs: [{ buffer: jacobianBuffers(network).gram, size: network.replicas * network.samples ** 2 * 4 }],
    finish: ([bytes]) => new Float32Array(bytes),
  };
}
