import { describe, expect, test } from 'vitest';
import { estimateTrace, hutchPlusPlus, type SketchReport, xTrace } from '../../../src/engine/geometry/index.ts';
import { makeWeights } from '../../../src/model/data.ts';
import { made } from '../runs/made.ts';
import { failure, meanAndError, openTestEngine } from '../runs/support.ts';

const engine = await openTestEngine();
const methods = [
  ['Hutch++', hutchPlusPlus, 3],
  ['XTrace', xTrace, 2],
] as const;

describe.each(methods)('%s', (_name, method, share) => {
  test.each([
    ['on the zero-loss manifold', 'hessian', 5],
    ['of Gauss-Newton', 'gaussNewton', 5],
  ] as const)('%s it is exact with more vectors than samples', async (_where, of, n) => {
    const weights = [0, 1].flatMap((seed) => [...makeWeights({ m: 6, d: 8, std: 0.5, seed })]);
    const problem = await engine.problem({ ...made({ n, d: 8, m: 6 }), weights, replicas: 2 });
    if (of === 'hessian') await problem.retract();
    for (const vectors of [n + 1, n + 4]) {
      for (const report of await method(problem, { products: share * vectors, of, seed: vectors })) {
        // Of rank n, but for rounding and, on the manifold, a residual of it.
        expect(Math.abs(report.value / report.exact - 1)).toBeLessThan(1e-5);
        expect(report.products).toBeLessThanOrEqual(share * vectors);
        expect(report.samples).toHaveLength(vectors);
        expect(report.standardError).toBeLessThan(1e-4 * report.exact);
      }
    }
    problem.dispose();
  });

  test('budgets beyond the size of the matrix are exact, at the size they need', async () => {
    const problem = await engine.problem(made({ n: 9, d: 2, m: 3 }));
    for (const products of [share * 6, share * 7 + 1, 1000]) {
      const [report] = await method(problem, { products, seed: 3 });
      expect(Math.abs(report.value / report.exact - 1)).toBeLessThan(1e-5);
      expect(report).toMatchObject({ products: 12, rank: 6, standardError: 0, z: Number.NaN });
    }
    problem.dispose();
  });

  test('a matrix of zeros, and one of exactly parallel products, have no NaN', async () => {
    const dead = { inputs: [[1, 2]], labels: [0], width: 2, activation: 'relu', weights: [-1, 0, -1, 0] };
    const zero = await engine.problem(dead);
    const [nothing] = await method(zero, { products: 2 * share });
    expect(nothing).toMatchObject({ value: 0, exact: 0, rank: 0, standardError: 0, z: Number.NaN });
    zero.dispose();
    // H = 2 [[1, 1], [1, 1]] beside zeros: all numbers are exact in f32 for signs, and nearly so for normals.
    const one = { inputs: [[1, 0]], labels: [0], width: 2, activation: 'identity', weights: [1, 0, 1, 0] };
    const parallel = await engine.problem(one);
    for (let seed = 0; seed < 20; seed++) {
      const [report] = await method(parallel, { products: 3 * share, seed });
      expect(Math.abs(report.value - 4)).toBeLessThan(1e-4);
    }
    parallel.dispose();
  });

  test('unbiased, with an error that its standard error tells, and less of it than Hutchinson’s', async () => {
    // 100 replicas of the same weights, off the manifold: H has full rank, with n large eigenvalues and small ones.
    const replicas = 100;
    const problem = await engine.problem(made({ n: 6, d: 7, m: 5, replicas }));
    const products = 6 * 4;
    const reports: SketchReport[] = [];
    const plain: number[] = [];
    for (let seed = 0; seed < 4; seed++) {
      reports.push(...(await method(problem, { products, seed })));
      plain.push(...(await estimateTrace(problem, { probes: products, seed })).map((one) => one.value - one.exact));
    }
    problem.dispose();
    const { mean, error } = meanAndError(reports.map(({ value, exact }) => value - exact));
    expect(Math.abs(mean)).toBeLessThan(4 * error);
    const square = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0) / values.length;
    const own = square(reports.map(({ value, exact }) => value - exact));
    expect(own).toBeLessThan(0.5 * square(plain));
    const ratio = Math.sqrt(own / square(reports.map(({ standardError }) => standardError)));
    expect(ratio).toBeGreaterThan(0.8);
    // The estimates of XTrace are not independent; see there.
    expect(ratio).toBeLessThan(method === xTrace ? 1.4 : 1.25);
  });

  test('depends on the seed and nothing else', async () => {
    const problem = await engine.problem(made({ n: 6, d: 7, m: 5, replicas: 2 }));
    const [first, second] = await method(problem, { products: 12, seed: 1 });
    const again = await method(problem, { products: 12, seed: 1 });
    const [other] = await method(problem, { products: 12, seed: 2 });
    problem.dispose();
    expect(again).toEqual([first, second]);
    expect(second.value).not.toBe(first.value);
    expect(other.value).not.toBe(first.value);
  });

  test('too small a budget is refused, and one that does not fit on the host', async () => {
    const problem = await engine.problem(made({ n: 2, d: 512, m: 64, replicas: 4 }));
    expect(await failure(() => method(problem, { products: share - 1 }))).toMatchObject({ code: 'BAD_ARGUMENT' });
    // 2^24 numbers in 2^17 a vector: 128 vectors.
    expect(await failure(() => method(problem, { products: share * 129 }))).toMatchObject({
      code: 'LIMIT',
      fix: expect.stringContaining(`at most ${share * 128} products`),
    });
    problem.dispose();
  });
});
