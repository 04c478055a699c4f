import { describe, expect, test, vi } from 'vitest';
import { denseEigenvalues, denseMatrix, tangentKernel } from '../../../src/engine/geometry/index.ts';
import { readPoints } from '../../../src/engine/geometry/manifold/point.ts';
import { cotangent, hessian, jacobianGram, symmetricEigenvalues, tangent } from '../../../src/reference/index.ts';
import { failure, made, reference } from '../runs/support.ts';
import { flat, golden, normError, openTestEngine } from '../support.ts';

vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
/** f32 products, relative to the largest number: see test/golden/checks.ts. */
const PRODUCT = 5e-6;

describe('dense matrices', () => {
  test.each([
    { n: 1, d: 1, m: 1 },
    { n: 7, d: 3, m: 11, activation: 'tanh' },
    { n: 3, d: 13, m: 5 },
  ])('n $n, d $d, m $m: Hessian and Gauss-Newton of two replicas', async (shape) => {
    const one = made(shape);
    const other = made({ ...shape, seed: 2 });
    const weights = [one, other].flatMap((o) => Array.from(o.weights as Float32Array));
    const problem = await engine.problem({ ...one, weights, replicas: 2 });
    const points = [one, other].map((o) => reference({ ...one, weights: o.weights }));
    const size = shape.m * shape.d;
    const found = await denseMatrix(problem);
    const values = await denseEigenvalues(problem);
    const positive = await denseMatrix(problem, { of: 'gaussNewton' });
    for (const [r, p] of points.entries()) {
      const want = hessian(p);
      expect(normError(found[r], want)).toBeLessThan(PRODUCT);
      for (let i = 0; i < size; i++)
        for (let k = 0; k < i; k++) expect(found[r][i * size + k]).toBe(found[r][k * size + i]);
      const spectrum = symmetricEigenvalues(want, size);
      // By Weyl's theorem off by no more than the norm of the error of the matrix.
      expect(normError(values[r], spectrum)).toBeLessThan(Math.sqrt(size) * PRODUCT);
      const unit = (k: number) => Float64Array.from({ length: size }, (_, i) => (i === k ? 1 : 0));
      const outer = Array.from({ length: size }, (_, k) => [...cotangent(p, tangent(p, unit(k)))].map((x) => 2 * x));
      expect(normError(positive[r], flat(outer))).toBeLessThan(PRODUCT);
    }
    problem.dispose();
  });

  test('too large ones are refused with the number that fits', async () => {
    const problem = await engine.problem({ ...made({ n: 2, d: 30, m: 40 }), replicas: 4 });
    const error = await failure(() => denseMatrix(problem));
    expect(error).toMatchObject({
      code: 'LIMIT',
      message: expect.stringContaining('1200 rows for each of 4 replicas'),
    });
    expect(error).toMatchObject({ message: expect.stringContaining('1024 rows fit') });
    problem.dispose();
  });
});

describe('the tangent kernel', () => {
  const g = golden.instances.find(({ id }: { id: string }) => id === 'm7n5d13_cubelin1');
  const { X: inputs, y: labels, m: width, activation } = g;

  test('in float64, with its eigenvalues and condition number, as golden.json has it', async () => {
    const problem = await engine.problem({ inputs, labels, width, activation, weights: flat(g.theta) });
    const [{ matrix, eigenvalues, condition, rank, note }] = await tangentKernel(problem);
    expect(normError(matrix, flat(g.expect.JJt))).toBeLessThan(1e-13);
    expect(Math.abs(condition / g.expect.cond_JJt - 1)).toBeLessThan(1e-10);
    expect([rank, note]).toEqual([5, null]);
    // Twice these are the eigenvalues of the Gauss-Newton matrix.
    const [values] = await denseEigenvalues(problem, { of: 'gaussNewton' });
    expect(
      normError(
        values.slice(-5),
        eigenvalues.map((value) => 2 * value),
      ),
    ).toBeLessThan(PRODUCT);
    problem.dispose();
  });

  test('of every replica', async () => {
    const weights = [...flat(g.theta), ...flat(g.on_M.theta)];
    const problem = await engine.problem({ inputs, labels, width, activation, weights, replicas: 2 });
    const read = vi.spyOn(problem, 'weights');
    const kernels = await tangentKernel(problem);
    expect(read).toHaveBeenCalledTimes(1);
    const pointAt = await readPoints(problem);
    expect(pointAt(1).G).toBe(pointAt(0).G);
    for (const [r, theta] of [g.theta, g.on_M.theta].entries()) {
      const p = reference({ inputs: flat(inputs), labels, width, activation, weights: flat(theta) });
      expect(normError(kernels[r].matrix, jacobianGram(p))).toBeLessThan(1e-13);
    }
    problem.dispose();
  });

  test('of repeated samples is singular, and says what follows', async () => {
    const twice = { inputs: [1, 2, 1, 2, 0, 1], labels: [1, 1, 2], width: 2, activation: 'cubic_linear' };
    const problem = await engine.problem({ ...twice, weights: [1, 0, 0.5, 1] });
    const [{ rank, condition, note }] = await tangentKernel(problem);
    expect([rank, condition]).toEqual([2, Number.POSITIVE_INFINITY]);
    expect(note).toContain('rank 2 below n = 3');
    problem.dispose();
  });

  test('of too many samples is refused', async () => {
    const problem = await engine.problem(made({ n: 513, d: 2, m: 1 }));
    expect(await failure(() => tangentKernel(problem))).toMatchObject({ code: 'LIMIT' });
    problem.dispose();
  });
});
