import { fullBatchDraws, type Law, sampledDraw } from '../model/draws.ts';
import { type Schedule, scheduleFactor } from '../model/schedule.ts';
import { dot, plus, product } from './matrix.ts';
import { dataGram, type Problem, preactivations, sample } from './network.ts';

/**
 * Label-noise SGD. A step shows the samples i of a batch and descends on the squares of e_i = r_i − y_i + ζ_i, ζ_i = σ times
 * a fresh standardised number (so the label is y_i − ζ_i), all at the weights before the step:
 *
 *   θ_j ← θ_j − 2η·scale·Σ_i e_i a_j φ'(z_ij) x_i
 *
 * with scale 1 for `single` and `full-sum`, 1/b for `mini` (b samples drawn with replacement) and 1/n for `full-mean`. At step t
 * η and σ are those of the options times the factors of their schedules at t.
 */
export type Mode = 'single' | 'mini' | 'full-mean' | 'full-sum';

/** What one step is given: the samples shown, and the standardised noise of each. */
export interface Batch {
  readonly indices: ArrayLike<number>;
  readonly noises: ArrayLike<number>;
}

/** The batch of a step; steps count from 0. */
export type Draws = (step: number) => Batch;

export interface DrawOptions {
  readonly mode: Mode;
  readonly n: number;
  /** b, for `mini`. */
  readonly batch?: number;
  readonly seed: number;
  readonly replica?: number;
  readonly law?: Law;
}

/** Draws by counter, as every adapter makes them. */
export function generatedDraws({ mode, n, batch = 1, seed, replica = 0, law = 'gaussian' }: DrawOptions): Draws {
  if (mode === 'full-mean' || mode === 'full-sum') {
    const indices = Array.from({ length: n }, (_, i) => i);
    return (step) => ({ indices, noises: fullBatchDraws(seed, step, replica, n, law) });
  }
  const positions = Array.from({ length: mode === 'single' ? 1 : batch }, (_, position) => position);
  return (step) => {
    const draws = positions.map((position) => sampledDraw(seed, step, replica, position, n, law));
    return { indices: draws.map((d) => d.index), noises: draws.map((d) => d.noise) };
  };
}

export interface TrainingOptions {
  readonly mode: Mode;
  /** η */
  readonly stepSize: number;
  /** σ, the standard deviation of the label noise */
  readonly sigma: number;
  readonly draws: Draws;
  readonly steps: number;
  /** Number of the first step; 0 if not given. */
  readonly firstStep?: number;
  /** How η and σ change from step to step; constant if not given. */
  readonly stepSizeSchedule?: Schedule;
  readonly noiseSchedule?: Schedule;
}

/** Θ after the steps, m × d, updated row by row from the data points. */
export function train(problem: Problem, options: TrainingOptions): Float64Array {
  const { m, d, X, y, secondLayer, activation } = problem;
  const theta = Float64Array.from(problem.theta);
  const z = new Float64Array(m);
  for (const { indices, noises, stepSize, sigma } of batches(options)) {
    const factor = 2 * stepSize * scale(options.mode, indices.length);
    const before = Float64Array.from(theta);
    for (let p = 0; p < indices.length; p++) {
      const i = indices[p];
      let e = sigma * noises[p] - y[i];
      for (let j = 0; j < m; j++) {
        z[j] = dot(before.subarray(j * d, (j + 1) * d), sample(problem, i));
        e += secondLayer[j] * activation.phi(z[j]);
      }
      for (let j = 0; j < m; j++) {
        const step = factor * e * secondLayer[j] * activation.dphi(z[j]);
        for (let l = 0; l < d; l++) theta[j * d + l] -= step * X[i * d + l];
      }
    }
  }
  return theta;
}

/** A run in data space: Θ = Θ₀ + A·X and Z = Z₀ + A·G with G = XXᵀ. */
export interface DataSpaceRun {
  /** A, m × n */
  readonly coefficients: Float64Array;
  /** Z, m × n */
  readonly preactivations: Float64Array;
  /** Θ, m × d */
  readonly theta: Float64Array;
}

/**
 * The same trajectory without ever touching Θ: every update is a combination of data points, so the pre-activations
 * evolve by themselves, Z_j ← Z_j + ΔA_j·G, at m·n multiply-adds a sample instead of 2·m·d.
 */
export function trainInDataSpace(problem: Problem, options: TrainingOptions): DataSpaceRun {
  const { m, n, d, X, y, secondLayer, activation } = problem;
  const gram = dataGram(problem);
  const coefficients = new Float64Array(m * n);
  const z = preactivations(problem);
  for (const { indices, noises, stepSize, sigma } of batches(options)) {
    const factor = 2 * stepSize * scale(options.mode, indices.length);
    const before = Float64Array.from(z);
    for (let p = 0; p < indices.length; p++) {
      const i = indices[p];
      let e = sigma * noises[p] - y[i];
      for (let j = 0; j < m; j++) e += secondLayer[j] * activation.phi(before[j * n + i]);
      for (let j = 0; j < m; j++) {
        const change = -factor * e * secondLayer[j] * activation.dphi(before[j * n + i]);
        coefficients[j * n + i] += change;
        for (let k = 0; k < n; k++) z[j * n + k] += change * gram[i * n + k];
      }
    }
  }
  return { coefficients, preactivations: z, theta: plus(problem.theta, 1, product(coefficients, X, m, n, d)) };
}

function* batches(o: TrainingOptions): Generator<Batch & { readonly stepSize: number; readonly sigma: number }> {
  const { steps, firstStep = 0, stepSizeSchedule, noiseSchedule } = o;
  const at = (schedule: Schedule | undefined, step: number) => (schedule ? scheduleFactor(schedule, step) : 1);
  for (let step = firstStep; step < firstStep + steps; step++) {
    const stepSize = o.stepSize * at(stepSizeSchedule, step);
    yield { ...o.draws(step), stepSize, sigma: o.sigma * at(noiseSchedule, step) };
  }
}

function scale(mode: Mode, shown: number): number {
  return mode === 'mini' || mode === 'full-mean' ? 1 / shown : 1;
}
