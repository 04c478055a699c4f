import { describe, expect, test, vi } from 'vitest';
import { type Eigenpairs, eigenpairs, spectralDensity } from '../../../src/engine/geometry/index.ts';
import { Engine, type ProblemOptions } from '../../../src/engine/index.ts';
import { cotangent, hessian, hvp, type Problem, symmetricEigenvalues, tangent } from '../../../src/reference/index.ts';
import { openTestAdapter } from '../../gpu.ts';
import { limited } from '../runs/devices.ts';
import { failure, made, reference } from '../runs/support.ts';
import { flat, golden, openTestEngine } from '../support.ts';

vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
/** Products in f32 are off by at most so much of the norm, and by Weyl's theorem eigenvalues by no more. */
const PRODUCT = 5e-6;

type Options = Parameters<typeof eigenpairs>[1];

async function pairsOf(options: ProblemOptions, wish: Options): Promise<Eigenpairs[]> {
  const problem = await engine.problem(options);
  try {
    return await eigenpairs(problem, wish);
  } finally {
    problem.dispose();
  }
}

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) => Array.from(u).reduce((sum, x, k) => sum + x * v[k], 0);

/** Values with their multiplicities, residuals as float64 has them, and orthonormal vectors. */
function expectEnds(found: Eigenpairs, p: Problem, product = (v: Float64Array) => hvp(p, v), dense = hessian(p)): void {
  const all = symmetricEigenvalues(dense, p.m * p.d);
  const norm = Math.max(Math.abs(all[0]), Math.abs(all[all.length - 1]));
  expect(Math.abs(found.norm - norm)).toBeLessThanOrEqual(PRODUCT * norm);
  expect(found.complete).toBe(true);
  for (const [pairs, wanted] of [
    [found.smallest, all],
    [found.largest, all.toReversed()],
  ] as const) {
    pairs.forEach(({ value, vector, residual, converged }, k) => {
      expect(converged).toBe(true);
      expect(Math.abs(value - wanted[k]), `${k}: ${value}, not ${wanted[k]}`).toBeLessThanOrEqual(PRODUCT * norm);
      const left = product(vector).map((x, i) => x - value * vector[i]);
      expect(Math.abs(Math.sqrt(dot(left, left)) - residual)).toBeLessThanOrEqual(PRODUCT * norm);
      for (let l = 0; l <= k; l++) {
        expect(Math.abs(dot(vector, pairs[l].vector) - (l === k ? 1 : 0))).toBeLessThan(1e-5);
      }
    });
  }
}

describe('both ends of the spectrum are those of the dense Hessian in float64', () => {
  test.each([
    { n: 1, d: 1, m: 1 },
    { n: 1, d: 2, m: 1 },
    { n: 2, d: 1, m: 3 },
    { n: 5, d: 13, m: 7 },
    { n: 33, d: 7, m: 5, activation: 'tanh' },
    { n: 9, d: 4, m: 5, activation: 'gelu' },
    { n: 3, d: 3, m: 67 },
  ])('n $n, d $d, m $m', async (shape) => {
    const options = made(shape);
    const most = Math.min(6, shape.m * shape.d);
    const [found] = await pairsOf(options, { largest: most, smallest: most, seed: 5 });
    expect(found.largest).toHaveLength(most);
    expectEnds(found, reference(options));
  });

  const instances = golden.instances.filter(({ m, d }: { m: number; d: number }) => m * d <= 120);
  for (const g of instances) {
    test(`golden instance ${g.id}`, async () => {
      const { X, y, m, activation } = g;
      const options = {
        inputs: X.flat(),
        labels: y,
        width: m,
        activation,
        weights: flat(g.theta),
        dimension: X[0].length,
      };
      const most = Math.min(4, m * X[0].length);
      const [found] = await pairsOf(options, { largest: most, smallest: most });
      expectEnds(found, reference(options));
    });
  }
});

describe('what Krylov spaces of one start do not see', () => {
  test('equal neurons off the manifold: copies of multiple eigenvalues', async () => {
    const m = 6;
    const one = made({ n: 4, d: 3, m: 1 });
    const options = {
      ...one,
      width: m,
      weights: Array.from({ length: m }, () => [...(one.weights as Float32Array)]).flat(),
    };
    const [found] = await pairsOf(options, { largest: 7, smallest: 12 });
    const p = reference(options);
    const all = symmetricEigenvalues(hessian(p), m * 3);
    // Differences of neurons: each eigenvalue of a neuron's own block five times.
    expect(all.filter((value) => Math.abs(value - all[0]) < 1e-12 * Math.abs(all[0]))).toHaveLength(m - 1);
    expectEnds(found, p);
  });

  test('a Hessian of rank 2 in 60 dimensions: eigenvalue 0 again and again', async () => {
    const options = { ...made({ n: 2, d: 12, m: 5, activation: 'identity' }) };
    const [found] = await pairsOf(options, { largest: 5, smallest: 3 });
    expectEnds(found, reference(options));
    expect(found.largest[2].value).toBeCloseTo(0, 4);
  });

  test('no curvature at all', async () => {
    const options = { ...made({ n: 3, d: 4, m: 2 }), activation: 'relu', weights: new Float32Array(8).fill(0) };
    const [found] = await pairsOf(options, { largest: 2, smallest: 2 });
    expect(found.norm).toBe(0);
    for (const { value, residual, converged } of [...found.largest, ...found.smallest]) {
      expect([value, residual, converged]).toEqual([0, 0, true]);
    }
  });
});

test('at a saddle the negative end is found, though it is the smaller one', async () => {
  // One neuron, one sample: L = (tanh w - y)², whose second derivative at w = 1, y = -5 is negative.
  const options = { inputs: [1], labels: [-5], width: 1, activation: 'tanh', weights: [1] };
  const [{ largest, smallest }] = await pairsOf(options, {});
  expect(largest[0].value).toBeCloseTo(-7.018626, 4);
  expect(smallest[0].value).toBe(largest[0].value);
});

test('the Gauss-Newton matrix has no negative end', async () => {
  const options = made({ n: 4, d: 6, m: 5 });
  const p = reference(options);
  const product = (v: ArrayLike<number>) => cotangent(p, tangent(p, v)).map((x) => 2 * x);
  const dense = Float64Array.from(
    Array.from({ length: 30 }, (_, k) => [
      ...product(Float64Array.from({ length: 30 }, (_, i) => (i === k ? 1 : 0))),
    ]).flat(),
  );
  const [found] = await pairsOf(options, { largest: 5, smallest: 2, of: 'gaussNewton' });
  expectEnds(found, p, product, dense);
});

describe('the Hessian on the manifold has the ends that golden.json has on the tangent space, and 0 off it', () => {
  const instances = golden.instances.filter(
    ({ expect: e, activation }: typeof golden) =>
      e.rhess_eig_min_max_in_span && !['relu', 'square'].includes(activation),
  );
  for (const g of instances) {
    test(g.id, async () => {
      const { X, y, m, activation, on_M: onManifold, expect: off } = g;
      const options = {
        inputs: X,
        labels: y,
        width: m,
        activation,
        weights: [...flat(g.theta), ...flat(onManifold.theta)],
      };
      const found = await pairsOf({ ...options, replicas: 2 }, { of: 'riemannian' });
      for (const [r, want] of [off, onManifold].entries()) {
        const [low, high] = want.rhess_eig_min_max_in_span;
        // Multipliers carry the condition of J J^T, as in theory for f32: 1e-5, or 1e-6 of the condition if that is more.
        const tolerance = Math.max(1e-5, 1e-6 * want.cond_JJt) * Math.max(Math.abs(low), Math.abs(high));
        expect(Math.abs(found[r].largest[0].value - Math.max(0, high))).toBeLessThan(tolerance);
        expect(Math.abs(found[r].smallest[0].value - Math.min(0, low))).toBeLessThan(tolerance);
        expect([found[r].complete, found[r].largest[0].converged, found[r].smallest[0].converged]).toEqual([
          true,
          true,
          true,
        ]);
      }
    });
  }
});

describe('replicas', () => {
  const one = made({ n: 5, d: 6, m: 4 });
  const weightsOf = (seed: number) => Array.from(made({ n: 5, d: 6, m: 4, seed }).weights as Float32Array);
  const options = (...seeds: number[]) => ({ ...one, weights: seeds.flatMap(weightsOf), replicas: seeds.length });

  test('have spectra of their own, which the others do not change', async () => {
    const wish = { largest: 3, smallest: 3, seed: 7 };
    const some = await pairsOf(options(1, 2, 3), wish);
    const others = await pairsOf(options(1, 4, 5), wish);
    for (const [r, seed] of [1, 2, 3].entries()) {
      expectEnds(some[r], reference({ ...one, weights: weightsOf(seed) }));
    }
    expect(others[0]).toEqual(some[0]);
    expect(others[1]).not.toEqual(some[1]);
  });

  test('of which not all samples fit at once', async () => {
    const wide = { ...made({ n: 8300, d: 1, m: 4 }), replicas: 128 };
    const found = await pairsOf(wide, { largest: 2, smallest: 1 });
    const p = reference(wide);
    for (const r of [0, 127]) expectEnds(found[r], p);
  });
});

describe('what has not converged says so', () => {
  const options = made({ n: 40, d: 20, m: 20 });

  test('with the residual that float64 finds', async () => {
    const [found] = await pairsOf(options, { largest: 3, smallest: 3, mostSteps: 20 });
    expect(found.complete).toBe(false);
    expect(found.steps).toBeLessThanOrEqual(20);
    const p = reference(options);
    for (const { value, vector, residual, converged } of [...found.largest, ...found.smallest]) {
      expect(converged).toBe(residual <= 1e-5 * found.norm);
      const left = hvp(p, vector).map((x, k) => x - value * vector[k]);
      expect(Math.abs(Math.sqrt(dot(left, left)) - residual)).toBeLessThan(PRODUCT * found.norm);
    }
    expect(found.smallest[2].converged).toBe(false);
  });

  test('and converges with more steps, to the same from another seed', async () => {
    const [a] = await pairsOf(options, { largest: 3, smallest: 3 });
    const [b] = await pairsOf(options, { largest: 3, smallest: 3, seed: 2 });
    expectEnds(a, reference(options));
    for (const k of [0, 1, 2]) expect(Math.abs(a.largest[k].value - b.largest[k].value)).toBeLessThan(PRODUCT * a.norm);
    expect(a.largest[0].vector).not.toEqual(b.largest[0].vector);
  });
});

describe('refused', () => {
  test.each([
    [{ largest: 9 }, 'BAD_ARGUMENT', 'a matrix of m d = 8 rows has 8 eigenvalues'],
    [{ largest: 0, smallest: 0 }, 'BAD_ARGUMENT', 'both 0'],
    [{ largest: 1.5 }, 'BAD_ARGUMENT', 'largest must be a whole number'],
    [{ largest: 4, mostSteps: 5 }, 'BAD_ARGUMENT', 'too few for 4 largest'],
    [{ tolerance: 0 }, 'BAD_ARGUMENT', 'tolerance'],
    [{ tolerance: Number.NaN }, 'BAD_ARGUMENT', 'tolerance'],
    [{ seed: -1 }, 'BAD_ARGUMENT', 'seed'],
    [{ of: 'nothing' as 'hessian' }, 'BAD_ARGUMENT', "of is 'nothing'"],
  ])('%o', async (wish, code, message) => {
    const error = await failure(() => pairsOf(made({ n: 3, d: 4, m: 2 }), wish));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('a basis that does not fit, with the number of steps that do', async () => {
    const device = await (await openTestAdapter()).requestDevice();
    const small = await Engine.open({ device: limited(device, { maxStorageBufferBindingSize: 2 ** 16 }) });
    // 16,384 numbers are 40 vectors of 400 and some.
    const problem = await small.problem(made({ n: 5, d: 20, m: 20 }));
    const error = await failure(() => eigenpairs(problem, { mostSteps: 50 }));
    expect(error).toMatchObject({ code: 'LIMIT', message: expect.stringContaining('40 vectors do') });
    expect(error).toMatchObject({ message: expect.stringContaining('at most 39 steps') });
    // Left to itself it takes what fits.
    const [{ largest }] = await eigenpairs(problem, { smallest: 0 });
    expect(largest[0].converged).toBe(true);
    small.dispose();
    device.destroy();
  });

  test('coefficients that do not fit, although the basis does', async () => {
    const device = await (await openTestAdapter()).requestDevice();
    const small = await Engine.open({ device: limited(device, { maxStorageBufferBindingSize: 2 ** 16 }) });
    // 16,384 numbers: 2,048 vectors of 8; but for each of 100 replicas 11 rows of 12 coefficients, not 12 of 16.
    const problem = await small.problem(made({ n: 2, d: 4, m: 2, replicas: 100 }));
    const error = await failure(() => eigenpairs(problem, { mostSteps: 14 }));
    expect(error).toMatchObject({ code: 'LIMIT', message: expect.stringContaining('11 vectors do') });
    expect(error).toMatchObject({ fix: expect.stringContaining('at most 10 steps') });
    // Left to themselves, both take what fits.
    expect(await eigenpairs(problem, { smallest: 0 })).toHaveLength(100);
    expect(await spectralDensity(problem, { probes: 3, steps: 8 })).toHaveLength(100);
    small.dispose();
    device.destroy();
  });

  test('weights whose products leave the range of f32', async () => {
    const options = { ...made({ n: 2, d: 2, m: 2 }), weights: new Float32Array(4).fill(1e13) };
    const error = await failure(() => pairsOf(options, {}));
    expect(error).toMatchObject({ code: 'NOT_DEFINED', message: expect.stringContaining('range of f32') });
  });
});
