import { expect, test } from 'vitest';
import { symmetricEigenvalues } from '../../src/engine/eigenvalues.ts';
import { streamNormals } from '../../src/model/draws.ts';
import { symmetricEigenvalues as byJacobi } from '../../src/reference/index.ts';

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
