import { describe, expect, test } from 'vitest';
import {
  cholesky,
  choleskySolve,
  product,
  rowProducts,
  singularValues,
  symmetricEigenvalues,
} from '../../src/reference/matrix.ts';

/** A fixed rows × columns matrix without structure. */
const matrix = (rows: number, columns: number) =>
  Float64Array.from({ length: rows * columns }, (_, k) => Math.sin(1 + 1.7 * k + 0.3 * k * k));

test('products', () => {
  expect([...product([1, 2, 3, 4, 5, 6], [1, 0, 2, 1, 0, 3], 2, 3, 2)]).toEqual([5, 11, 14, 23]);
  expect([...rowProducts([1, 2, 3, 4, 5, 6], [1, 0, 2, 1, 0, 3], 2, 2, 3)]).toEqual([7, 10, 16, 22]);
});

test('cholesky solves; a singular matrix is named', () => {
  const a = matrix(6, 9);
  const gram = rowProducts(a, a, 6, 6, 9);
  const x = choleskySolve(cholesky(gram, 6, 'G'), 6, product(gram, [1, 2, 3, 4, 5, 6], 6, 6, 1));
  x.forEach((value, k) => {
    expect(value).toBeCloseTo(k + 1, 9);
  });
  expect(() => cholesky([1, 2, 2, 4], 2, 'The matrix of the test')).toThrow('The matrix of the test is singular');
});

describe('eigenvalues', () => {
  test('known ones: the second-difference matrix', () => {
    const n = 12;
    const a = Float64Array.from({ length: n * n }, (_, k) => [2, -1][Math.abs(Math.floor(k / n) - (k % n))] ?? 0);
    symmetricEigenvalues(a, n).forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
    });
  });

  test('an indefinite and a zero matrix', () => {
    expect([...symmetricEigenvalues([0, 3, 3, 0], 2)]).toEqual([expect.closeTo(-3, 14), expect.closeTo(3, 14)]);
    expect([...symmetricEigenvalues(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
  });
});

describe('singular values', () => {
  test.each([
    [5, 9],
    [9, 5],
    [7, 7],
    [1, 4],
  ])('of %i × %i are the roots of the eigenvalues of A·Aᵀ', (rows, columns) => {
    const a = matrix(rows, columns);
    const eigenvalues = symmetricEigenvalues(rowProducts(a, a, rows, rows, columns), rows).reverse();
    const sigma = singularValues(a, rows, columns);
    expect(sigma).toHaveLength(Math.min(rows, columns));
    sigma.forEach((value, k) => {
      expect(value).toBeCloseTo(Math.sqrt(Math.max(0, eigenvalues[k])), 12);
    });
  });

  test('small ones survive: 1e-12 beside 1', () => {
    const s = Math.SQRT1_2;
    const sigma = singularValues([s, s, s * 1e-12, -s * 1e-12], 2, 2);
    expect(sigma[0]).toBeCloseTo(1, 14);
    expect(sigma[1] / 1e-12).toBeCloseTo(1, 12);
  });

  test('of a rank-one and a zero matrix', () => {
    expect(singularValues([1, 2, 2, 2, 4, 4], 2, 3)[0]).toBeCloseTo(Math.sqrt(45), 13);
    expect(singularValues([1, 2, 2, 2, 4, 4], 2, 3)[1]).toBeLessThan(1e-14);
    expect([...singularValues(new Float64Array(6), 2, 3)]).toEqual([0, 0]);
  });
});
