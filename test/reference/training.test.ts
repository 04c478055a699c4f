import { describe, expect, test } from 'vitest';
import { fullBatchDraws, sampledDraw } from '../../src/model/draws.ts';
import {
  type Draws,
  disagreement,
  generatedDraws,
  loss,
  type Mode,
  makeProblem,
  preactivations,
  type TrainingOptions,
  train,
  trainInDataSpace,
  withTheta,
} from '../../src/reference/index.ts';
import { flat, golden, relativeError } from './golden.ts';

/** Draws as recorded: [step][position]. The golden noises include σ. */
function recorded(indices: readonly (readonly number[])[], noises: readonly (readonly number[])[]): Draws {
  return (step) => ({ indices: indices[step], noises: noises[step] });
}

const alone = (list: readonly number[]) => list.map((value) => [value]);

describe.each(golden.sgd)('recorded draws: $activation, m = $m, n = $n, d = $d', (run) => {
  const { X, y, m, n, activation, theta0, eta } = run;
  const problem = makeProblem({ X: flat(X), y, theta: flat(theta0), m, activation });
  const everyone = Array.from({ length: n }, (_, i) => i);

  /** Both spaces must give the golden weights, and agree on Z and on the coefficients. */
  function check(options: TrainingOptions, expected: ArrayLike<number>): void {
    expect(relativeError(train(problem, options), expected)).toBeLessThan(1e-12);
    const inData = trainInDataSpace(problem, options);
    expect(relativeError(inData.theta, expected)).toBeLessThan(1e-12);
    const z = preactivations(withTheta(problem, inData.theta));
    expect(relativeError(inData.preactivations, z)).toBeLessThan(1e-11);
  }

  test.each(Object.keys(run.theta_after))('single sample, %s steps', (steps) => {
    const draws = recorded(alone(run.idx), alone(run.zeta));
    const options: TrainingOptions = { mode: 'single', stepSize: eta, sigma: 1, draws, steps: Number(steps) };
    check(options, flat(run.theta_after[steps]));
  });

  test('loss after 40 steps', () => {
    const draws = recorded(alone(run.idx), alone(run.zeta));
    const theta = train(problem, { mode: 'single', stepSize: eta, sigma: 1, draws, steps: 40 });
    expect(relativeError([loss(withTheta(problem, theta))], [run.loss_after_40])).toBeLessThan(1e-11);
  });

  const mini = run.minibatch_mean_b3;
  if (mini) {
    test('mini-batches of 3', () => {
      const draws = recorded(mini.idx, mini.zeta);
      check({ mode: 'mini', stepSize: eta, sigma: 1, draws, steps: 10 }, flat(mini.theta_after_10));
    });
  }

  for (const [mode, full] of [['full-mean', run.full_mean] as const, ['full-sum', run.full_sum] as const]) {
    if (!full) continue;
    test(mode, () => {
      const draws: Draws = (step) => ({ indices: everyone, noises: full.zeta[step] });
      const stepSize = 'eta' in full ? full.eta : eta;
      check({ mode, stepSize, sigma: 1, draws, steps: 10 }, flat(full.theta_after_10));
    });
  }
});

test('the golden file has trajectories of every mode', () => {
  expect(golden.sgd.some((run) => run.minibatch_mean_b3 && run.full_mean && run.full_sum)).toBe(true);
});

describe.each(golden.philox_sgd.runs)(
  'generated draws, replica $replica',
  ({ replica, theta_after_200, loss: final }) => {
    const { X, y, m, n, activation, theta0, eta, sigma, seed } = golden.philox_sgd;
    const problem = makeProblem({ X: flat(X), y, theta: flat(theta0), m, activation });
    const draws = generatedDraws({ mode: 'single', n, seed, replica });
    const options: TrainingOptions = { mode: 'single', stepSize: eta, sigma, draws, steps: 200 };

    test('the golden weights after 200 steps, in both spaces', () => {
      const theta = train(problem, options);
      expect(relativeError(theta, flat(theta_after_200))).toBeLessThan(1e-12);
      expect(relativeError([loss(withTheta(problem, theta))], [final])).toBeLessThan(1e-11);
      expect(relativeError(trainInDataSpace(problem, options).theta, flat(theta_after_200))).toBeLessThan(1e-12);
    });

    test('a run cut in two is the same run', () => {
      const half = train(problem, { ...options, steps: 77 });
      const rest = train(withTheta(problem, half), { ...options, firstStep: 77, steps: 123 });
      expect(rest).toEqual(train(problem, options));
    });
  },
);

describe('with unequal second-layer weights', () => {
  const { X, y, m, theta0 } = golden.sgd[0];
  const secondLayer = Array.from({ length: m }, (_, j) => (j % 2 ? -0.5 : 1.5));
  const problem = makeProblem({ X: flat(X), y, theta: flat(theta0), m, activation: 'tanh', secondLayer });

  test.each(['single', 'mini', 'full-mean', 'full-sum'] satisfies Mode[])('%s: both spaces agree', (mode) => {
    const draws = generatedDraws({ mode, n: y.length, batch: 4, seed: 3, law: 'rademacher' });
    const options: TrainingOptions = { mode, stepSize: 0.01, sigma: 0.5, draws, steps: 30 };
    const theta = train(problem, options);
    expect(relativeError(theta, flat(theta0))).toBeGreaterThan(1e-3); // it moved
    expect(relativeError(trainInDataSpace(problem, options).theta, theta)).toBeLessThan(1e-12);
  });

  test('a step without noise descends on the loss', () => {
    const draws = generatedDraws({ mode: 'full-sum', n: y.length, seed: 3 });
    const theta = train(problem, { mode: 'full-sum', stepSize: 1e-3, sigma: 0, draws, steps: 1 });
    expect(loss(withTheta(problem, theta))).toBeLessThan(loss(problem));
  });
});

test('generated draws follow the layout', () => {
  const mini = generatedDraws({ mode: 'mini', n: 9, batch: 3, seed: 8, replica: 2, law: 'rademacher' })(41);
  const expected = [0, 1, 2].map((position) => sampledDraw(8, 41, 2, position, 9, 'rademacher'));
  expect(mini).toEqual({ indices: expected.map((d) => d.index), noises: expected.map((d) => d.noise) });
  const full = generatedDraws({ mode: 'full-mean', n: 9, seed: 8, replica: 2 })(41);
  expect(full).toEqual({ indices: [0, 1, 2, 3, 4, 5, 6, 7, 8], noises: fullBatchDraws(8, 41, 2, 9) });
});

test('neurons that agree go on agreeing', () => {
  const { X, y, m, activation, theta0 } = golden.sgd[0];
  const theta = Array.from({ length: m }, () => theta0[0]).flat();
  const problem = makeProblem({ X: flat(X), y, theta, m, activation });
  const draws = generatedDraws({ mode: 'mini', n: y.length, batch: 2, seed: 1 });
  const after = train(problem, { mode: 'mini', stepSize: 0.002, sigma: 1, draws, steps: 50 });
  expect(relativeError(after, theta)).toBeGreaterThan(1e-3);
  expect(disagreement(withTheta(problem, after))).toBe(0);
});
