import { describe, expect, test, vi } from 'vitest';
import type { Law, ProblemOptions, TrainOptions } from '../../../src/engine/index.ts';
import { sampledDraw } from '../../../src/model/draws.ts';
import { generatedDraws, type Mode, train } from '../../../src/reference/training.ts';
import { bits, made, normError, openTestEngine, plans, reference, runFresh } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const laws: Law[] = ['gaussian', 'rademacher'];
const REPLICAS = 100;
const STEPS = 100;

/**
 * The noise of every step, replica by replica: with unit data points that are orthogonal, one linear neuron, labels 0 and
 * a step size of 1/2 (the sum of the losses), the weight of a sample after a step is minus its noise, whatever it was.
 */
async function noiseOf(samples: number, o: Partial<TrainOptions> = {}): Promise<Float32Array[]> {
  const inputs = new Float32Array(samples * samples);
  for (let i = 0; i < samples; i++) inputs[i * samples + i] = 1;
  const problem = await engine.problem({
    inputs,
    labels: new Float32Array(samples),
    width: 1,
    activation: 'identity',
    weights: new Float32Array(samples),
    replicas: REPLICAS,
  });
  const run = problem.train({
    stepSize: 0.5,
    noise: 1,
    steps: STEPS,
    every: 1,
    seed: 5,
    // A rule makes the device wait for every row, so that the weights read are those of the row.
    stopWhen: () => false,
    ...o,
  });
  const steps: Float32Array[] = [];
  for await (const row of run) if (row.step > 0) steps.push((await problem.weights()).map((w) => -w));
  problem.dispose();
  return steps;
}

/** Means over pairs of numbers. */
function correlation(pairs: Iterable<readonly [number, number]>): number {
  let sum = 0;
  let count = 0;
  for (const [a, b] of pairs) {
    sum += a * b;
    count++;
  }
  return sum / count;
}

// Of 10,000 independent numbers with mean 0 and variance 1, means and correlations have a standard error of 0.01.
const FOUR_ERRORS = 0.04;

describe.each(laws)('%s noise of 10,000 steps', (noiseLaw) => {
  test('is the noise of the generator, new in every step and replica', async () => {
    const steps = await noiseOf(1, { noiseLaw });
    const all = steps.flatMap((step) => Array.from(step));
    expect(all).toHaveLength(10_000);
    const want = steps.flatMap((step, k) => Array.from(step, (_, r) => sampledDraw(5, k, r, 0, 1, noiseLaw).noise));
    expect(normError(all, want)).toBeLessThan(1e-6);

    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    expect(Math.abs(mean), 'mean').toBeLessThan(FOUR_ERRORS);
    expect(correlation(all.map((v) => [v, v])), 'variance').toBeCloseTo(1, 1);
    const lagged = steps.slice(1).flatMap((step, k) => Array.from(step, (v, r) => [v, steps[k][r]] as const));
    expect(Math.abs(correlation(lagged)), 'from step to step').toBeLessThan(FOUR_ERRORS);
    const beside = steps.flatMap((step) => Array.from(step.slice(1), (v, r) => [v, step[r]] as const));
    expect(Math.abs(correlation(beside)), 'from replica to replica').toBeLessThan(FOUR_ERRORS);
    if (noiseLaw === 'rademacher') {
      expect(new Set(all)).toEqual(new Set([1, -1]));
    } else {
      expect(new Set(all).size).toBeGreaterThan(9900);
      expect(all.filter((v) => Math.abs(v) < 1).length / 10_000, 'within one deviation').toBeCloseTo(0.683, 1);
    }
  });

  test('is the same again for a seed, and another for another', async () => {
    const o = { noiseLaw, steps: 10 };
    const first = await noiseOf(1, o);
    const again = await noiseOf(1, o);
    const other = await noiseOf(1, { ...o, seed: 6 });
    expect(again.map(bits)).toEqual(first.map(bits));
    const pairs = first.flatMap((step, k) => Array.from(step, (v, r) => [v, other[k][r]] as const));
    // 1,000 pairs.
    expect(Math.abs(correlation(pairs))).toBeLessThan(4 / Math.sqrt(1000));
  });

  test('is independent from sample to sample of a batch', async () => {
    const samples = 6; // More than one block of the generator serves.
    const steps = await noiseOf(samples, { noiseLaw, batch: 'full', loss: 'sum' });
    for (let a = 0; a < samples; a++) {
      for (let b = a + 1; b < samples; b++) {
        const pairs = steps.flatMap((step) =>
          Array.from({ length: REPLICAS }, (_, r) => [step[r * samples + a], step[r * samples + b]] as const),
        );
        expect(Math.abs(correlation(pairs)), `samples ${a} and ${b}`).toBeLessThan(FOUR_ERRORS);
      }
    }
  });
});

describe('runs with drawn noise are those of the float64 reference', () => {
  const data = made({ n: 4, d: 3, m: 3, secondLayer: [1, -0.5, 2] });
  const seed = 2 ** 40 + 3; // It needs both words of the key.
  const cases: [mode: Mode, law: Law, o: Partial<TrainOptions>][] = [
    ['single', 'gaussian', {}],
    ['mini', 'rademacher', { batch: 3 }],
    ['full-mean', 'rademacher', { batch: 'full' }],
    ['full-sum', 'gaussian', { batch: 'full', loss: 'sum' }],
  ];
  for (const { name, plan, batch } of plans) {
    test(name, async () => {
      for (const [mode, law, o] of cases) {
        if (batch === 'full' && o.batch !== 'full') continue;
        const settings = { stepSize: 0.004, noise: 0.5, steps: 40, seed, noiseLaw: law, plan, ...o };
        const got = await runFresh(engine, data, settings);
        const draws = generatedDraws({ mode, n: 4, batch: 3, seed, law });
        const want = train(reference(data), { mode, stepSize: 0.004, sigma: 0.5, draws, steps: 40 });
        expect(normError(got.weights, want, 1), `${mode} ${law}`).toBeLessThan(1e-5);
      }
    });
  }
});

test('data space and weight space agree over thousands of steps', async () => {
  const data = made({ n: 3, d: 6, m: 4 });
  const o: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 5000, seed: 3 };
  const runs = [];
  for (const { plan } of plans.filter(({ batch }) => batch !== 'full'))
    runs.push(await runFresh(engine, data, { ...o, plan }));
  for (const run of runs.slice(1)) expect(normError(run.weights, runs[0].weights)).toBeLessThan(1e-4);
});

test('residuals fluctuate as the noise and the Jacobian say', async () => {
  // One linear neuron on two data points: e <- e - 2 eta K (e + sigma zeta) with K = X X^T, so that their covariance
  // solves C = (1 - 2 eta K) C (1 - 2 eta K) + 4 eta^2 sigma^2 K^2, near eta sigma^2 K for small eta.
  const replicas = 4096;
  const stepSize = 0.1;
  const data: ProblemOptions = {
    inputs: [
      [1, 0],
      [0.6, 0.8],
    ],
    labels: [1, -1],
    width: 1,
    activation: 'identity',
    weights: [0, 0],
    replicas,
  };
  const problem = await engine.problem(data);
  await problem.train({ stepSize, noise: 0.5, batch: 'full', loss: 'sum', steps: 200, seed: 11 }).finish();
  const e = await problem.residuals();
  problem.dispose();
  // K has eigenvalues 1.6 and 0.4 along (1, 1) and (1, -1); there C = 4 eta² sigma² k² / (1 - (1 - 2 eta k)²).
  for (const [k, sign] of [
    [1.6, 1],
    [0.4, -1],
  ]) {
    const along = Array.from({ length: replicas }, (_, r) => (e[2 * r] + sign * e[2 * r + 1]) / Math.SQRT2);
    const want = (4 * stepSize ** 2 * 0.25 * k ** 2) / (1 - (1 - 2 * stepSize * k) ** 2);
    const got = along.reduce((sum, v) => sum + v * v, 0) / replicas;
    // Relative standard error of a variance: sqrt(2 / replicas) = 2.2 %.
    expect(Math.abs(got / want - 1), `along ${sign}`).toBeLessThan(0.09);
  }
});
