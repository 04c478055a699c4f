import { FlatwalkError } from '../../../engine/index.ts';
import { generatedDraws, makeProblem, train } from '../../../reference/index.ts';
import type { Setup } from '../setup.ts';

/** What a plan's weights are held against. */
export interface Expectation {
  readonly steps: number;
  /** How weights after those steps are wrong, or null. */
  compare(weights: Float32Array): string | null;
  /** What they are compared with. */
  readonly against: string;
}

/** Multiply-adds of float64 loops that a check may cost: a few seconds. */
const MOST_WORK = 2e9;
const MOST_STEPS = 200;
/** Of the largest weight, and of how far the steps move. A plan that computes something else is further off than either. */
const OF_SIZE = 1e-5;
const OF_MOVE = 1e-3;

/**
 * The float64 trajectory of the first and the last replica where that takes seconds at most; otherwise what the first plan
 * gives that is compared, which must be one that can be trusted.
 * @throws NOT_DEFINED where the steps diverge, or move too little for a check to see
 */
export function expectation(setup: Setup): Expectation {
  const { problem, start, settings } = setup;
  const { samples, width, dimension, replicas } = problem.shape;
  const { batch, stepSize } = settings;
  const cells = width * dimension;
  const checked = [...new Set([0, replicas - 1])];
  const perStep = 2 * checked.length * (batch === 'full' ? samples : batch) * cells;
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_WORK / 4 / perStep)));
  if (perStep > MOST_WORK) return againstFirst(start, steps);
  const mode =
    batch !== 'full' ? (batch === 1 ? 'single' : 'mini') : settings.loss === 'sum' ? 'full-sum' : 'full-mean';
  const ends = checked.map((replica) => {
    const { seed, noiseLaw: law } = settings;
    const draws = generatedDraws({ mode, n: samples, batch: batch === 'full' ? samples : batch, seed, replica, law });
    const theta = start.slice(replica * cells, (replica + 1) * cells);
    const { inputs: X, labels: y, secondLayer } = setup;
    const reference = makeProblem({ X, y, theta, secondLayer, m: width, activation: problem.shape.activation });
    return train(reference, { mode, stepSize, sigma: Math.fround(settings.noise), draws, steps });
  });
  const moved = Math.max(...ends.map((end, k) => distance(end, start.subarray(checked[k] * cells))));
  const size = Math.max(...ends.map((end) => distance(end, null)));
  checkMove(moved, size, steps);
  const tolerance = Math.max(OF_SIZE * size, OF_MOVE * moved);
  return {
    steps,
    against: `the float64 reference after ${steps} steps`,
    compare: (weights) => {
      const error = Math.max(...ends.map((end, k) => distance(end, weights.subarray(checked[k] * cells))));
      return error <= tolerance ? null : wrong(error, tolerance, `the float64 reference after ${steps} steps`);
    },
  };
}

function againstFirst(start: Float32Array, steps: number): Expectation {
  let first: Float32Array | null = null;
  const against = `the first plan after ${steps} steps`;
  return {
    steps,
    against,
    compare: (weights) => {
      if (!first) {
        checkMove(distance(weights, start), distance(weights, null), steps);
        first = weights;
        return null;
      }
      const tolerance = Math.max(OF_SIZE * distance(first, null), OF_MOVE * distance(first, start));
      const error = distance(first, weights);
      return error <= tolerance ? null : wrong(error, tolerance, against);
    },
  };
}

function wrong(error: number, tolerance: number, against: string): string {
  return `its weights differ by ${error.toPrecision(3)} from ${against}; ${tolerance.toPrecision(3)} would be rounding`;
}

function checkMove(moved: number, size: number, steps: number): void {
  if (!Number.isFinite(moved)) {
    throw new FlatwalkError('NOT_DEFINED', `The run diverges within ${steps} steps`, 'Take a smaller step size.');
  }
  if (moved > 10 * OF_SIZE * size) return;
  throw new FlatwalkError(
    'NOT_DEFINED',
    `${steps} steps move the weights by ${moved.toPrecision(3)} only, which no check can tell from rounding`,
    'Take a larger step size.',
  );
}

/** The largest difference; what is no number is further off than any. */
function distance(a: ArrayLike<number>, b: ArrayLike<number> | null): number {
  let most = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k] - (b ? b[k] : 0));
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most;
}
