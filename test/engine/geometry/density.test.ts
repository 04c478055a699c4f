import { describe, expect, test, vi } from 'vitest';
import { type SpectralDensity, spectralDensity } from '../../../src/engine/geometry/index.ts';
import type { ProblemOptions } from '../../../src/engine/index.ts';
import { probeVector } from '../../../src/model/draws.ts';
import { hessian, hvp, symmetricEigenvalues, trace } from '../../../src/reference/index.ts';
import { failure, made, reference } from '../runs/support.ts';
import { openTestEngine } from '../support.ts';

vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const PRODUCT = 5e-6;

async function densityOf(options: ProblemOptions, wish: Parameters<typeof spectralDensity>[1]) {
  const problem = await engine.problem(options);
  try {
    return await spectralDensity(problem, wish);
  } finally {
    problem.dispose();
  }
}

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) => Array.from(u).reduce((sum, x, k) => sum + x * v[k], 0);

/** v^T H^p v / v^T v in float64, p = 0 ... most. */
function momentsOf(p: ReturnType<typeof reference>, v: Float64Array, most: number): number[] {
  const moments: number[] = [];
  for (let power = 0, w = v; power <= most; power++, w = hvp(p, w)) moments.push(dot(v, w) / dot(v, v));
  return moments;
}

describe('rules of a few steps', () => {
  const shape = { n: 6, d: 9, m: 5 };
  const options = made(shape);
  const p = reference(options);
  const norm = Math.max(...symmetricEigenvalues(hessian(p), 45).map(Math.abs));

  test.each(['sphere', 'rademacher'] as const)(
    'are those of Gauss: moments up to degree 2 steps - 1, %s',
    async (kind) => {
      const steps = 4;
      const [{ rules }] = await densityOf(options, { probes: 3, steps, kind, seed: 11 });
      expect(rules).toHaveLength(3);
      for (const [k, { nodes, weights }] of rules.entries()) {
        expect(nodes).toHaveLength(steps);
        const v = probeVector(11, k, 0, 45, kind === 'sphere' ? 'gaussian' : 'rademacher');
        momentsOf(p, v, 2 * steps - 1).forEach((want, power) => {
          const got = nodes.reduce((sum, node, i) => sum + weights[i] * node ** power, 0);
          // Every product adds the error of one in f32.
          expect(Math.abs(got - want)).toBeLessThanOrEqual((power + 1) * PRODUCT * norm ** power);
        });
      }
    },
  );

  test('depend on seed, replica and number alone', async () => {
    const [few] = await densityOf(options, { probes: 2, steps: 6, seed: 4 });
    const [many] = await densityOf(options, { probes: 7, steps: 6, seed: 4 });
    const [other] = await densityOf(options, { probes: 2, steps: 6, seed: 5 });
    expect(many.rules.slice(0, 2).map(({ nodes }) => Array.from(nodes))).toEqual(
      few.rules.map(({ nodes }) => Array.from(nodes)),
    );
    expect(other.rules[0]).not.toEqual(few.rules[0]);
  });

  test('of all steps have every eigenvalue', async () => {
    const [{ rules, nodes, weights }] = await densityOf(options, { probes: 2, steps: 100 });
    const all = symmetricEigenvalues(hessian(p), 45);
    for (const rule of rules) {
      for (const value of [all[0], all[44], all[43]]) {
        expect(Math.min(...rule.nodes.map((node) => Math.abs(node - value)))).toBeLessThan(PRODUCT * norm);
      }
    }
    expect(Array.from(nodes)).toEqual(Array.from(nodes).sort((a, b) => a - b));
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });
});

function expectMoments(found: SpectralDensity, p: ReturnType<typeof reference>): void {
  const { size, moments, exactMean, curve } = found;
  const h = hessian(p);
  const means = [1, trace(p) / size, dot(h, h) / size];
  expect(exactMean).toBeCloseTo(means[1], 4);
  expect(moments[0].value).toBeCloseTo(1, 12);
  for (const power of [1, 2]) {
    const { value, standardError } = moments[power];
    expect(standardError).toBeLessThan(0.5 * Math.abs(value));
    expect(Math.abs(value - means[power])).toBeLessThan(4 * standardError);
  }
  const step = curve.grid[1] - curve.grid[0];
  expect(curve.density.reduce((a, b) => a + b, 0) * step).toBeCloseTo(1, 3);
  expect(curve.density.every((height) => height >= 0)).toBe(true);
}

describe('moments are those of the spectrum within their standard errors', () => {
  test('of several replicas, probes in batches', async () => {
    const one = made({ n: 6, d: 9, m: 5 });
    const other = made({ n: 6, d: 9, m: 5, seed: 3 });
    const weights = [one, other].flatMap((o) => Array.from(o.weights as Float32Array));
    const found = await densityOf({ ...one, weights, replicas: 2 }, { probes: 100, steps: 20, seed: 2 });
    for (const [r, o] of [one, other].entries()) {
      expect(found[r].rules).toHaveLength(100);
      expectMoments(found[r], reference({ ...one, weights: o.weights }));
    }
  });

  test('of the Gauss-Newton matrix, without weight below 0', async () => {
    const options = made({ n: 3, d: 20, m: 20 });
    const [{ nodes, weights, moments, exactMean, size }] = await densityOf(options, { probes: 64, of: 'gaussNewton' });
    expect(size).toBe(400);
    const { value, standardError } = moments[1];
    expect(Math.abs(value - exactMean!)).toBeLessThan(4 * standardError);
    const largest = nodes[nodes.length - 1];
    expect(nodes[0]).toBeGreaterThan(-PRODUCT * largest);
    // Rank 3 of 400: nearly all of the weight is at 0.
    const atZero = weights.reduce((sum, weight, k) => sum + (Math.abs(nodes[k]) < PRODUCT * largest ? weight : 0), 0);
    expect(atZero).toBeGreaterThan(0.98);
    expect(atZero).toBeLessThan(1);
  });

  test('of a single number', async () => {
    const options = { inputs: [1], labels: [-5], width: 1, activation: 'tanh', weights: [1] };
    const [{ nodes, weights, curve, moments }] = await densityOf(options, { probes: 1 });
    expect(nodes[0]).toBeCloseTo(-7.018626, 4);
    expect(Array.from(weights)).toEqual([1]);
    expect(curve.width).toBeCloseTo(0.07018626, 6);
    expect(moments[1].standardError).toBeNaN();
  });
});

test.each([
  [{ probes: 0 }, 'probes must be'],
  [{ steps: 0 }, 'steps must be'],
  [{ width: 0 }, 'width must be'],
  [{ points: 1 }, 'points must be'],
  [{ kind: 'gaussian' as 'sphere' }, "kind is 'gaussian'"],
])('%o is refused', async (wish, message) => {
  const error = await failure(() => densityOf(made({ n: 2, d: 2, m: 2 }), wish));
  expect(error).toMatchObject({ code: 'BAD_ARGUMENT', message: expect.stringContaining(message) });
});

describe('more than the host keeps is refused before anything is done, with the number that fits', () => {
  test.each([
    // 2 probes x 3 steps of 2 replicas: 12 nodes.
    [{ points: 2 ** 40, probes: 2, steps: 3 }, `at most ${2 ** 23} points`],
    [{ points: 2 ** 20, probes: 2 ** 19, steps: 4 }, `at most ${2 ** 9} points`],
    [{ probes: 2 ** 40, steps: 4 }, `at most ${2 ** 20} probes`],
  ])('%o', async (wish, fix) => {
    const problem = await engine.problem(made({ n: 2, d: 2, m: 2, replicas: 2 }));
    const dispatched = vi.spyOn(problem.lowLevel.network.gpu.recorder, 'dispatch');
    const error = await failure(() => spectralDensity(problem, wish));
    expect(error).toMatchObject({ code: 'LIMIT', fix: expect.stringContaining(fix) });
    expect(dispatched).not.toHaveBeenCalled();
    problem.dispose();
  });
});
