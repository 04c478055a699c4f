import type { ProblemOptions } from '../src/engine/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../src/model/data.ts';

/** A size of problem that everything is measured at. */
export interface Size {
  /** Dimension of the data. */
  readonly d: number;
  /** Neurons. */
  readonly m: number;
  /** Samples. */
  readonly n: number;
  /** Samples a step. */
  readonly batch: number | 'full';
}

export const sizeNames = ['small', 'mid', 'large'] as const;
export type SizeName = (typeof sizeNames)[number];

export const sizes = {
  small: { d: 20, m: 10, n: 10, batch: 1 },
  mid: { d: 256, m: 256, n: 128, batch: 'full' },
  large: { d: 1024, m: 1024, n: 512, batch: 'full' },
} as const satisfies Record<SizeName, Size>;

export interface BenchProblem {
  readonly name: SizeName;
  readonly size: Size;
  readonly options: Omit<ProblemOptions, 'inputs' | 'labels' | 'weights'> & {
    /** n x d */
    readonly inputs: Float32Array;
    /** n */
    readonly labels: Float32Array;
    /** m x d, or replicas x m x d, each replica with its own. */
    readonly weights: Float32Array;
  };
  /** eta of steps that stay bounded, with the mean over the samples of a step. */
  readonly stepSize: number;
  /** sigma, the standard deviation of the label noise. */
  readonly noise: number;
  readonly batch: number | 'full';
  readonly seed: number;
}

export const SEED = 7;
export const ACTIVATION = 'cubic';
const START_STD = 0.5;

/**
 * Steps of one sample are stable below 1 / max_i |grad r_i|², at the start and where all neurons agree; steps of the mean
 * over n nearly orthogonal samples below some n / 3 of that. A test holds the number against the data.
 */
const STEP_SIZE = 4e-3;
const NOISE = 0.1;

const made = new Map<SizeName, Omit<BenchProblem, 'options'> & { options: Omit<BenchProblem['options'], 'weights'> }>();

/**
 * The problem of a size, the same numbers everywhere: rows of length 1, labels of either sign from 2 to 4, phi(z) = z³, a
 * second layer of ones, and starting weights by which z has the standard deviation 0.5.
 */
export function problemOf(name: SizeName, replicas = 1): BenchProblem {
  const { d, m, n, batch } = sizes[name];
  let rest = made.get(name);
  if (!rest) {
    const inputs = makeInputs({ kind: 'unit', n, d, seed: SEED });
    const labels = makeLabels({ n, low: 2, high: 4, seed: SEED });
    const options = { inputs, labels, dimension: d, width: m, activation: ACTIVATION };
    rest = { name, size: sizes[name], options, stepSize: STEP_SIZE, noise: NOISE, batch, seed: SEED };
    made.set(name, rest);
  }
  const weights = new Float32Array(replicas * m * d);
  for (let replica = 0; replica < replicas; replica++) {
    weights.set(makeWeights({ m, d, std: START_STD, seed: SEED, replica }), replica * m * d);
  }
  return { ...rest, options: { ...rest.options, weights, replicas } };
}

/** What decides the numbers of all problems. */
export interface BenchProblems {
  readonly sizes: Readonly<Record<SizeName, Size>>;
  readonly activation: string;
  readonly seed: number;
  readonly stepSize: number;
  readonly noise: number;
  /** Tests measure less under the same names. */
  readonly reduced: boolean;
}

export function describeProblems(reduced: boolean): BenchProblems {
  return { sizes, activation: ACTIVATION, seed: SEED, stepSize: STEP_SIZE, noise: NOISE, reduced };
}
