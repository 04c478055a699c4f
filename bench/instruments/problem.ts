/** The problem of the pictures in docs/instruments: 8 neurons, 3 unit data points in 8 dimensions, x³ + x. */
import type { Engine, Problem } from '../../src/engine/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../../src/model/data.ts';

const shape = { m: 8, n: 3, d: 8 };
const SEED = 1;

export function pictured(engine: Engine, { replicas = 1, std = 0.5, start = 0 } = {}): Promise<Problem> {
  const { m, n, d } = shape;
  return engine.problem({
    inputs: makeInputs({ kind: 'unit', n, d, seed: SEED }),
    labels: makeLabels({ n, low: 2, high: 4, seed: SEED }),
    width: m,
    activation: 'cubic_linear:1',
    weights: makeWeights({ m, d, std, seed: SEED, replica: start }),
    replicas,
  });
}
