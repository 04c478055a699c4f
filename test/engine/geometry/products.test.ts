import { describe, expect, test } from 'vitest';
import { curvatureProducts } from '../../../src/engine/geometry/index.ts';
import { makeWeights } from '../../../src/model/data.ts';
import { gaussNewtonProduct, hvp } from '../../../src/reference/network.ts';
import { made, type Shape } from '../runs/made.ts';
import { failure, normError, openTestEngine, reference } from '../runs/support.ts';

const engine = await openTestEngine();

/** One of everything, primes, one past a workgroup, tall, wide, more samples than dimensions, more than a block of vectors. */
const shapes: Shape[] = [
  { m: 1, n: 1, d: 1 },
  { m: 7, n: 5, d: 13, activation: 'sinh' },
  { m: 3, n: 65, d: 2, activation: 'gelu', secondLayer: [1, -0.5, 2] },
  { m: 131, n: 3, d: 5, activation: 'tanh' },
  { m: 5, n: 9, d: 4, activation: 'relu' },
  { m: 2, n: 4, d: 67, activation: 'sqp' },
];
const kinds = [
  ['hessian', hvp],
  ['gaussNewton', gaussNewtonProduct],
] as const;

describe.each(shapes)('m $m, n $n, d $d, $activation', (shape) => {
  test.each(kinds)('%s: products of two replicas with three vectors are those of float64', async (of, oracle) => {
    const size = shape.m * shape.d;
    const weights = [0, 1].map((seed) => makeWeights({ m: shape.m, d: shape.d, std: 0.5, seed }));
    const options = { ...made(shape), weights: [...weights[0], ...weights[1]], replicas: 2 };
    const problem = await engine.problem(options);
    const vectors = makeWeights({ m: 6 * shape.m, d: shape.d, std: 1, seed: 9 });
    const got = await curvatureProducts(problem, vectors, { of });
    problem.dispose();
    expect(got).toHaveLength(6 * size);
    for (let k = 0; k < 6; k++) {
      const own = reference({ ...options, weights: weights[Math.floor(k / 3)] });
      const part = <A extends Float32Array>(all: A) => all.subarray(k * size, (k + 1) * size);
      // A chain of four sums of at most 131 terms in f32, relative to the norm: measured for theory and kernels alike.
      expect(normError(part(got), oracle(own, part(vectors)))).toBeLessThan(5e-6);
    }
  });
});

test('the Hessian products are those of problem.hvp to the bit', async () => {
  const problem = await engine.problem(made({ m: 7, n: 5, d: 13 }));
  const vectors = makeWeights({ m: 14, d: 13, std: 1, seed: 3 });
  expect(await curvatureProducts(problem, vectors)).toEqual(await problem.hvp(vectors));
  expect(await curvatureProducts(problem, vectors, { of: 'gaussNewton' })).not.toEqual(await problem.hvp(vectors));
  problem.dispose();
});

test('products that leave the range of f32 are refused, naming the replica', async () => {
  const shape = { m: 2, n: 2, d: 3 };
  const problem = await engine.problem({ ...made(shape), replicas: 2 });
  const vectors = new Float32Array(2 * 2 * 6).fill(1);
  vectors.fill(3e38, 3 * 6);
  for (const of of ['hessian', 'gaussNewton'] as const) {
    expect(await failure(() => curvatureProducts(problem, vectors, { of }))).toMatchObject({
      code: 'NOT_DEFINED',
      message: expect.stringContaining('replica 1 with vector 1'),
    });
  }
  problem.dispose();
});

test('vectors that do not fit and kinds that there are not are refused', async () => {
  const problem = await engine.problem(made({ m: 2, n: 2, d: 3 }));
  expect(await failure(() => curvatureProducts(problem, [1, 2, 3]))).toMatchObject({ code: 'BAD_SHAPE' });
  const of = 'fisher' as 'hessian';
  expect(await failure(() => curvatureProducts(problem, new Float32Array(6), { of }))).toMatchObject({
    code: 'BAD_ARGUMENT',
  });
  problem.dispose();
});
