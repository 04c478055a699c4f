import type { ProblemOptions } from '../../../src/engine/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../../../src/model/data.ts';

export interface Shape {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  readonly activation?: string;
  readonly replicas?: number;
  readonly seed?: number;
  readonly secondLayer?: number[];
}

/** A made problem: unit inputs, labels between 1 and 2 in size, weights of size 1/2. */
export function made({ n, d, m, activation = 'cubic_linear', seed = 1, secondLayer, ...rest }: Shape): ProblemOptions {
  return {
    inputs: makeInputs({ kind: 'unit', n, d, seed }),
    labels: makeLabels({ n, low: 1, high: 2, seed }),
    weights: makeWeights({ m, d, std: 0.5, seed }),
    width: m,
    activation,
    secondLayer,
    ...rest,
  };
}
