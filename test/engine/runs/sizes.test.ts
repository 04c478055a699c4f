import { describe, expect, test, vi } from 'vitest';
import type { Problem, ProblemOptions } from '../../../src/engine/index.ts';
import { probeVector } from '../../../src/model/draws.ts';
import { metrics } from '../../../src/reference/metrics.ts';
import * as exact from '../../../src/reference/network.ts';
import { generatedDraws, train } from '../../../src/reference/training.ts';
import { made, normError, openTestEngine, reference, runFresh, type Shape } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const TOLERANCE = 2e-5;

async function withProblem<T>(options: ProblemOptions, use: (problem: Problem) => Promise<T>): Promise<T> {
  const problem = await engine.problem(options);
  try {
    return await use(problem);
  } finally {
    problem.dispose();
  }
}

/** Outputs, loss, gradient, Hessian-vector product, traces and a probe against float64. */
async function expectReference(shape: Shape): Promise<void> {
  const options = made(shape);
  const p = reference(options);
  const v = probeVector(3, 0, 0, shape.m * shape.d, 'gaussian');
  await withProblem(options, async (problem) => {
    const name = `n ${shape.n}, d ${shape.d}, m ${shape.m}`;
    const outputs = exact.outputs(p);
    const largest = Math.max(2, ...outputs.map(Math.abs));
    expect(normError(await problem.outputs(), outputs, largest), `outputs, ${name}`).toBeLessThan(TOLERANCE);
    expect(normError(await problem.loss(), [exact.loss(p)]), `loss, ${name}`).toBeLessThan(TOLERANCE);
    expect(normError(await problem.gradient(), exact.gradient(p)), `gradient, ${name}`).toBeLessThan(TOLERANCE);
    expect(normError(await problem.hvp(v), exact.hvp(p, v)), `product, ${name}`).toBeLessThan(TOLERANCE);
    const terms = exact.traceAbsTerms(p);
    expect(normError(await problem.trace(), [exact.trace(p)], terms), `trace, ${name}`).toBeLessThan(TOLERANCE);
    expect(normError(await problem.manifoldTrace(), [exact.sharpness(p)]), `F, ${name}`).toBeLessThan(TOLERANCE);
    const [{ samples }] = await problem.traceEstimate({ probes: 3, seed: 9 });
    const forms = [0, 1, 2].map((k) => exact.quadraticForm(p, probeVector(9, k, 0, shape.m * shape.d, 'rademacher')));
    expect(normError(samples, forms, terms), `probes, ${name}`).toBeLessThan(TOLERANCE);
  });
}

describe('no shape is special', () => {
  const sides = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 257];
  // A fixed shuffle: every side meets every place several times.
  const shapes = Array.from({ length: 64 }, (_, k) => ({
    n: sides[k % 16],
    d: sides[(7 * k + 3 * Math.floor(k / 16)) % 16],
    m: sides[(7 * k + 7 * Math.floor(k / 16) + 8) % 16],
  })).filter(({ n, d, m }) => n * d * m <= 250_000);

  test(`${shapes.length} of them against float64`, async () => {
    expect(shapes.length).toBeGreaterThan(45);
    for (const side of ['n', 'd', 'm'] as const) expect(new Set(shapes.map((s) => s[side])).size).toBe(16);
    for (const [seed, shape] of shapes.entries()) await expectReference({ ...shape, seed });
  });

  test.each([
    { n: 1, d: 1, m: 1 },
    { n: 1, d: 100, m: 1 },
    { n: 100, d: 1, m: 1 },
    { n: 100, d: 1, m: 7 },
    { n: 1, d: 1, m: 1000 },
  ])('$n samples of $d dimensions, $m neurons', expectReference);

  test('several replicas, each with its own weights', async () => {
    const options = made({ n: 33, d: 7, m: 5 });
    const weights = [1, 2, 3].map((seed) => made({ n: 33, d: 7, m: 5, seed }).weights as Float32Array);
    const all = Float32Array.from(weights.flatMap((w) => Array.from(w)));
    await withProblem({ ...options, weights: all, replicas: 3 }, async (problem) => {
      const points = weights.map((w) => reference({ ...options, weights: w }));
      expect(normError(await problem.loss(), points.map(exact.loss))).toBeLessThan(TOLERANCE);
      const gradients = points.flatMap((p) => Array.from(exact.gradient(p)));
      expect(normError(await problem.gradient(), gradients)).toBeLessThan(TOLERANCE);
      // Two vectors for every replica.
      const vectors = Array.from({ length: 6 }, (_, k) => probeVector(4, k, 0, 35, 'gaussian'));
      const products = vectors.flatMap((v, k) => Array.from(exact.hvp(points[Math.floor(k / 2)], v)));
      const given = vectors.flatMap((v) => Array.from(v));
      expect(normError(await problem.hvp(given), products)).toBeLessThan(TOLERANCE);
      const traces = await problem.traceEstimate({ probes: 2, seed: 9 });
      const forms = points.flatMap((p, r) =>
        [0, 1].map((k) => exact.quadraticForm(p, probeVector(9, k, r, 35, 'rademacher'))),
      );
      expect(
        normError(
          traces.flatMap((t) => Array.from(t.samples)),
          forms,
        ),
      ).toBeLessThan(TOLERANCE);
    });
  });
});

describe('one neuron on one sample, by hand', () => {
  // L = (a tanh(w x) - y)^2 with x = 1: [a, w, y, f, L, dL/dw, d2L/dw2, Gauss-Newton part].
  test.each([
    ['zero residual', 2, 0.5, 0.924234315, 0.924234, 0, 0, 4.948, 4.948],
    ['not a minimum', 1, 1, -5, 0.761594, 33.195968, 4.839444, -7.018626, 0.352756],
    ['a saddle', 0, 0, 3, 0, 9, 0, 0, 0],
  ])('%s', async (_, a, w, y, f, loss, slope, curvature, positive) => {
    const options = { inputs: [1], labels: [y], width: 1, activation: 'tanh', weights: [w], secondLayer: [a] };
    await withProblem(options, async (problem) => {
      expect((await problem.outputs())[0]).toBeCloseTo(f, 5);
      expect((await problem.loss())[0]).toBeCloseTo(loss, 4);
      expect((await problem.gradient())[0]).toBeCloseTo(slope, 5);
      expect((await problem.hvp([1]))[0]).toBeCloseTo(curvature, 4);
      expect((await problem.trace())[0]).toBeCloseTo(curvature, 4);
      expect((await problem.manifoldTrace())[0]).toBeCloseTo(positive, 5);
      // A random sign squared is 1, so every probe is the curvature itself, negative or not.
      const [{ samples }] = await problem.traceEstimate({ probes: 5 });
      for (const sample of samples) expect(sample).toBeCloseTo(curvature, 4);
    });
  });

  test('one step without noise moves by the step size times the slope', async () => {
    const options = { inputs: [1], labels: [-5], width: 1, activation: 'tanh', weights: [1] };
    const run = await runFresh(engine, options, { stepSize: 0.05, steps: 1 });
    expect(run.weights[0]).toBeCloseTo(0.758028, 5);
  });
});

describe('more than fits at once is done in blocks of samples', () => {
  // 2048 replicas of 4 neurons leave room for 512 samples at a time.
  const replicas = 2048;
  const SIZE = 4 * 32;
  const one = made({ n: 600, d: 32, m: 4 });
  const options = { ...one, replicas };
  const p = reference(one);
  const of = (all: Float32Array, r: number, size: number) => all.subarray(r * size, (r + 1) * size);

  test('measurements against float64', async () => {
    const v = probeVector(3, 0, 0, SIZE, 'gaussian');
    const terms = exact.traceAbsTerms(p);
    await withProblem(options, async (problem) => {
      const residuals = await problem.residuals();
      const gradient = await problem.gradient();
      const product = await problem.hvp(Array.from({ length: replicas * SIZE }, (_, k) => v[k % SIZE]));
      for (const r of [0, 1, replicas - 1]) {
        expect(normError(of(residuals, r, 600), exact.residual(p))).toBeLessThan(TOLERANCE);
        expect(normError(of(gradient, r, SIZE), exact.gradient(p))).toBeLessThan(TOLERANCE);
        expect(normError(of(product, r, SIZE), exact.hvp(p, v))).toBeLessThan(TOLERANCE);
      }
      const { loss, trace, gradientNorm, disagreement } = await problem.metrics([
        'loss',
        'trace',
        'gradientNorm',
        'disagreement',
      ]);
      for (const values of [loss, trace, gradientNorm, disagreement]) {
        expect(new Set(values as number[]).size).toBe(1);
      }
      expect(normError([(loss as number[])[0]], [exact.loss(p)])).toBeLessThan(TOLERANCE);
      expect(normError([(trace as number[])[0]], [exact.trace(p)], terms)).toBeLessThan(TOLERANCE);
      const estimates = await problem.traceEstimate({ probes: 3, seed: 9 });
      for (const r of [0, replicas - 1]) {
        const forms = [0, 1, 2].map((k) => exact.quadraticForm(p, probeVector(9, k, r, SIZE, 'rademacher')));
        expect(normError(estimates[r].samples, forms, terms)).toBeLessThan(TOLERANCE);
      }
    });
  });

  test('a full-batch step sees the old weights in every block', async () => {
    const run = await runFresh(engine, options, {
      stepSize: 0.01,
      noise: 0.5,
      steps: 3,
      seed: 6,
      batch: 'full',
      plan: { strategy: 'tiled', space: 'weight' },
    });
    for (const r of [0, 1, replicas - 1]) {
      const draws = generatedDraws({ mode: 'full-mean', n: 600, seed: 6, replica: r });
      const want = train(p, { mode: 'full-mean', stepSize: 0.01, sigma: 0.5, draws, steps: 3 });
      expect(normError(of(run.weights, r, SIZE), want)).toBeLessThan(TOLERANCE);
    }
  });

  test('a run in data space, whose rows then need the weights', async () => {
    await withProblem(options, async (problem) => {
      const plan = { strategy: 'group', space: 'data' } as const;
      const losses: number[][] = [];
      for await (const row of problem.train({ stepSize: 0.01, steps: 4, every: 2, metrics: ['loss'], plan })) {
        losses.push(row.values.loss as number[]);
        // Weights asked for between rows are those of a step that was done.
        if (row.step === 4) expect(Array.from(await problem.loss())).toEqual(losses[2]);
      }
      expect(normError(losses[0], new Array(replicas).fill(exact.loss(p)))).toBeLessThan(TOLERANCE);
      expect(losses[2]).not.toEqual(losses[0]);
      expect(Array.from(await problem.loss())).toEqual(losses[2]);
    });
  });

  test('and a feature matrix of more samples than neurons', async () => {
    await withProblem(options, async (problem) => {
      const { singularValues, stableRank } = await problem.metrics(['singularValues', 'stableRank']);
      const want = metrics.singularValues(p);
      const sigma = (singularValues as number[][])[replicas - 1];
      expect(normError(sigma, want)).toBeLessThan(TOLERANCE);
      expect(normError(stableRank as number[], new Array(replicas).fill(metrics.stableRank(p)))).toBeLessThan(
        TOLERANCE,
      );
    });
  });
});

describe('work is cut into short dispatches', () => {
  test('so that a timer goes on during all of it', async () => {
    const options = made({ n: 100_000, d: 4, m: 32 });
    let ticks = 0;
    let counting = false;
    const timer = setInterval(() => {
      if (counting) ticks++;
    }, 100);
    const during = async <T>(action: () => Promise<T>): Promise<T> => {
      counting = true;
      const result = await action();
      counting = false;
      return result;
    };
    try {
      await withProblem(options, async (problem) => {
        const p = reference(options);
        expect(normError(await during(() => problem.gradient()), exact.gradient(p))).toBeLessThan(TOLERANCE);
        const v = probeVector(3, 0, 0, 32 * 4, 'rademacher');
        expect(normError(await during(() => problem.hvp(v)), exact.hvp(p, v))).toBeLessThan(TOLERANCE);
        const [estimate] = await during(() => problem.traceEstimate({ probes: 4 }));
        expect(estimate.samples).toHaveLength(4);
        const run = problem.train({ stepSize: 1e-3, noise: 0.5, steps: 2000, seed: 1 });
        expect((await during(() => run.finish())).kind).toBe('finished');
        expect((await problem.weights()).every(Number.isFinite)).toBe(true);
      });
    } finally {
      clearInterval(timer);
    }
    // Work that held the event loop would leave none, or one at its very end.
    expect(ticks).toBeGreaterThan(2);
  });
});
