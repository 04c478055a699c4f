import { expect, test } from 'vitest';
import { symmetricEigenEntries, symmetricEigensystem, symmetricEigenvalues } from '../../src/engine/eigenvalues.ts';
import { makeInputs, makeLabels, makeWeights } from '../../src/model/data.ts';
import { streamNormals } from '../../src/model/draws.ts';
import { symmetricEigenvalues as byJacobi, hessian, makeProblem } from '../../src/reference/index.ts';

/** A symmetric matrix made of the first `rank` of n random directions, of sizes falling by `decay`. */
function matrix(n: number, rank: number, decay: number): Float64Array {
  const v = streamNormals('data', 7, n, rank, n * rank);
  const a = new Float64Array(n * n);
  for (let k = 0; k < rank; k++) {
    const weight = (k % 3 === 2 ? -1 : 1) * decay ** k;
    for (let i = 0; i < n; i++) for (let l = 0; l < n; l++) a[i * n + l] += weight * v[k * n + i] * v[k * n + l];
  }
  return a;
}

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 1, 1],
  [7, 7, 1],
  [16, 16, 0.5],
  [33, 33, 1],
  [33, 5, 1],
  [65, 65, 0.9],
])('n = %i of rank %i', (n, rank, decay) => {
  const a = matrix(n, rank, decay);
  const want = byJacobi(a, n);
  const got = symmetricEigenvalues(Float64Array.from(a), n).sort();
  // Both methods are backward stable: an error of some units in the last place of the norm.
  const size = Math.max(...want.map(Math.abs));
  for (let k = 0; k < n; k++) expect(Math.abs(got[k] - want[k])).toBeLessThan(8 * n * Number.EPSILON * size);
});

test.each([
  ['zero', [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0]],
  ['diagonal', [3, 0, 0, 0, -1, 0, 0, 0, 2], [-1, 2, 3]],
  ['with a multiple eigenvalue', [2, 1, 1, 1, 2, 1, 1, 1, 2], [1, 1, 4]],
  ['already tridiagonal', [2, -1, 0, -1, 2, -1, 0, -1, 2], [2 - Math.SQRT2, 2, 2 + Math.SQRT2]],
  ['of very different sizes', [1e10, 0, 1, 0, 1e-10, 0, 1, 0, 1], [1e-10, 1 - 1e-10, 1e10]],
])('a matrix that is %s', (_, entries, want) => {
  const got = symmetricEigenvalues(Float64Array.from(entries), 3).sort();
  for (let k = 0; k < 3; k++) expect(Math.abs(got[k] - want[k])).toBeLessThan(1e-14 * Math.max(1, want[2]));
});

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 1, 1],
  [16, 16, 0.5],
  [33, 5, 1],
  [65, 65, 0.9],
])('eigenvectors, n = %i of rank %i', (n, rank, decay) => {
  const a = matrix(n, rank, decay);
  const { values, vectors } = symmetricEigensystem(Float64Array.from(a), n);
  expect(Array.from(values)).toEqual(Array.from(symmetricEigenvalues(Float64Array.from(a), n).sort()));
  const size = Math.max(...values.map(Math.abs));
  const last = symmetricEigenEntries(Float64Array.from(a), n, [0, n - 1]);
  expect(last.values).toEqual(values);
  for (const [i, entries] of [
    [0, last.entries[0]],
    [n - 1, last.entries[1]],
  ] as const) {
    for (let k = 0; k < n; k++) expect(Math.abs(entries[k] - vectors[k * n + i])).toBeLessThan(8 * n * Number.EPSILON);
  }
  const row = (k: number) => vectors.subarray(k * n, (k + 1) * n);
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, x, i) => sum + x * v[i], 0);
  for (let k = 0; k < n; k++) {
    const product = Float64Array.from({ length: n }, (_, i) => dot(a.subarray(i * n, (i + 1) * n), row(k)));
    const left = product.map((x, i) => x - values[k] * row(k)[i]);
    // Both steps are backward stable, as above.
    expect(Math.sqrt(dot(left, left))).toBeLessThan(8 * n * Number.EPSILON * size);
    for (let l = 0; l <= k; l++) {
      expect(Math.abs(dot(row(k), row(l)) - (k === l ? 1 : 0))).toBeLessThan(8 * n * Number.EPSILON);
    }
  }
});

test('a Hessian of which most eigenvalues are 0', () => {
  const p = makeProblem({
    X: makeInputs({ kind: 'unit', n: 5, d: 13, seed: 1 }),
    y: makeLabels({ n: 5, low: 1, high: 2, seed: 1 }),
    theta: makeWeights({ m: 7, d: 13, std: 0.5, seed: 1 }),
    m: 7,
    activation: 'cubic_linear',
  });
  const h = hessian(p);
  const want = byJacobi(h, 91);
  const size = Math.max(...want.map(Math.abs));
  const got = symmetricEigenvalues(h, 91).sort();
  for (let k = 0; k < 91; k++) expect(Math.abs(got[k] - want[k])).toBeLessThan(8 * 91 * Number.EPSILON * size);
  expect(got.filter((value) => Math.abs(value) < 1e-12 * size).length).toBe(91 - 35);
});
