import { describe, expect, test } from 'vitest';
import { curvatureProducts, prepareCurvatureProducts } from '../../../src/engine/geometry/index.ts';
import { makeWeights } from '../../../src/model/data.ts';
import { multipliers, riemannianHvp } from '../../../src/reference/flow.ts';
import { symmetricEigenvalues } from '../../../src/reference/matrix.ts';
import {
  dataCombination,
  jacobianGram,
  type Problem,
  preactivations,
  squaredNorms,
} from '../../../src/reference/network.ts';
import { made, type Shape } from '../runs/made.ts';
import { failure, golden, openTestEngine, reference } from '../runs/support.ts';

const engine = await openTestEngine();

function condition(p: Problem): number {
  const values = symmetricEigenvalues(jacobianGram(p), p.n);
  return values[p.n - 1] / values[0];
}

/** |B v| with the absolute value of every term: what projections and cancellation take away is lost in proportion to it. */
function scale(p: Problem, v: ArrayLike<number>): number {
  const q = squaredNorms(p);
  const lambda = multipliers(p);
  const u = preactivations({ ...p, theta: Float64Array.from(v) });
  const { dphi, d2phi, d3phi } = p.activation;
  const terms = dataCombination({ ...p, X: p.X.map(Math.abs) }, () => 0);
  const z = preactivations(p);
  for (let j = 0; j < p.m; j++) {
    for (let i = 0; i < p.n; i++) {
      const [at, a] = [z[j * p.n + i], p.secondLayer[j]];
      const bend =
        4 * q[i] * a * a * (d2phi(at) ** 2 + Math.abs(dphi(at) * d3phi(at))) + Math.abs(lambda[i] * a * d2phi(at));
      for (let l = 0; l < p.d; l++) terms[j * p.d + l] += Math.abs(bend * u[j * p.n + i] * p.X[i * p.d + l]);
    }
  }
  return Math.hypot(...terms);
}

const distance = (got: ArrayLike<number>, want: ArrayLike<number>) =>
  Math.hypot(...Array.from(got, (value, k) => value - want[k]));
/**
 * The orthonormal rows of L⁻¹ J are off by 2^-24 times the root of the condition number of J Jᵀ; sixteen times that for the
 * sums of a product, and for the four products on the way.
 */
const tolerance = (p: Problem) => 2 ** -20 * Math.sqrt(condition(p));

/** One of everything; primes; tall; wide; more samples than dimensions and than a workgroup; one past a tile. */
const shapes: Shape[] = [
  { m: 2, n: 1, d: 1 },
  { m: 7, n: 5, d: 13, activation: 'sinh', secondLayer: [1, -0.5, 2, 1, 0.25, -1, 3] },
  { m: 67, n: 3, d: 2, activation: 'tanh' },
  { m: 9, n: 65, d: 17, activation: 'sqp' },
  { m: 2, n: 4, d: 67, activation: 'exp' },
  { m: 5, n: 9, d: 4, activation: 'gelu' },
];

describe.each(shapes)('m $m, n $n, d $d, $activation', (shape) => {
  test('products of three replicas, with labels of their own, with two vectors are those of float64', async () => {
    const size = shape.m * shape.d;
    const weights = [0, 1, 2].map((seed) => makeWeights({ m: shape.m, d: shape.d, std: 0.5, seed }));
    const one = made(shape);
    const labels = [0, 1, 2].map((r) => Array.from(one.labels as Float32Array, (y) => y + r));
    const options = { ...one, labels, dimension: shape.d, weights: weights.flatMap((w) => [...w]), replicas: 3 };
    const problem = await engine.problem(options);
    const vectors = makeWeights({ m: 6 * shape.m, d: shape.d, std: 1, seed: 9 });
    const got = await curvatureProducts(problem, vectors, { of: 'riemannian' });
    problem.dispose();
    for (let k = 0; k < 6; k++) {
      const r = Math.floor(k / 2);
      const own = reference({ ...one, labels: labels[r], weights: weights[r] });
      const v = vectors.subarray(k * size, (k + 1) * size);
      const error = distance(got.subarray(k * size, (k + 1) * size), riemannianHvp(own, v)) / scale(own, v);
      expect(error).toBeLessThan(tolerance(own));
    }
  });
});

describe('golden', () => {
  const instances = golden.instances.flatMap((g: Instance) => [
    { ...g, name: g.id, want: g.expect },
    ...(g.on_M ? [{ ...g, name: `${g.id}, on the manifold`, theta: g.on_M.theta, want: g.on_M }] : []),
  ]);
  test.each<Instance & { name: string; want: Quantities }>(instances)('$name', async (g) => {
    const options = {
      inputs: g.X.flat(),
      labels: g.y,
      width: g.m,
      activation: g.activation,
      weights: g.theta.flat(),
    };
    const problem = await engine.problem(options);
    const products = () => curvatureProducts(problem, g.v, { of: 'riemannian' });
    const p = reference(options);
    if (g.want.rhess_times_v == null) {
      expect(await failure(products)).toMatchObject({ code: 'NOT_DEFINED' });
    } else {
      const got = await products();
      const error = distance(got, g.want.rhess_times_v.flat()) / (scale(p, g.v.flat()) || 1);
      expect(error).toBeLessThan(tolerance(p));
    }
    problem.dispose();
  });
});

interface Quantities {
  readonly rhess_times_v: number[][] | null;
}
interface Instance {
  readonly id: string;
  readonly X: number[][];
  readonly y: number[];
  readonly m: number;
  readonly activation: string;
  readonly theta: number[][];
  readonly v: number[][];
  readonly expect: Quantities;
  readonly on_M?: Quantities & { readonly theta: number[][] };
}

test('many vectors, in several batches, are those alone', async () => {
  // 300 vectors of 4,096 numbers for two replicas do not fit in 16 MiB.
  const shape = { m: 64, n: 5, d: 64 };
  const problem = await engine.problem({ ...made(shape), replicas: 2 });
  const size = shape.m * shape.d;
  const some = makeWeights({ m: 64, d: 64, std: 1, seed: 3 });
  const vectors = new Float32Array(2 * 600 * size);
  for (const place of [0, 599, 600, 1199]) vectors.set(some, place * size);
  const got = await curvatureProducts(problem, vectors, { of: 'riemannian' });
  const alone = await curvatureProducts(problem, [...some, ...some], { of: 'riemannian' });
  for (const place of [0, 599, 600, 1199]) {
    expect(distance(got.subarray(place * size, (place + 1) * size), alone.subarray(0, size))).toBeLessThan(
      1e-6 * Math.hypot(...alone),
    );
  }
  expect(Math.hypot(...got.subarray(size, 2 * size))).toBe(0);
  problem.dispose();
});

describe('where it is not defined', () => {
  test('dependent samples are an error that names the condition number and the reason', async () => {
    const inputs = [
      [1, 0],
      [0, 1],
      [1, 0],
    ];
    const problem = await engine.problem({
      inputs,
      labels: [1, 2, 3],
      width: 4,
      activation: 'sinh',
      weights: Array(8).fill(0.5),
    });
    expect(await failure(() => prepareCurvatureProducts(problem, 'riemannian'))).toMatchObject({
      code: 'NOT_DEFINED',
      message: expect.stringMatching(/condition number is .*dependent/),
    });
    problem.dispose();
  });

  test('a condition number beyond f32 is refused, though float64 could', async () => {
    const inputs = [
      [1, 0],
      [1, 2e-5],
    ];
    const problem = await engine.problem({
      inputs,
      labels: [1, 2],
      width: 2,
      activation: 'identity',
      weights: [1, 1, 1, 1],
    });
    expect(await failure(() => prepareCurvatureProducts(problem, 'riemannian'))).toMatchObject({
      code: 'NOT_DEFINED',
      message: expect.stringMatching(/condition number 1\.00e\+10: in f32 it is singular/),
    });
    problem.dispose();
  });

  test('more than 512 samples are refused', async () => {
    const problem = await engine.problem(made({ m: 2, n: 513, d: 3 }));
    expect(await failure(() => prepareCurvatureProducts(problem, 'riemannian'))).toMatchObject({ code: 'LIMIT' });
    problem.dispose();
  });
});
