import { describe, expect, test } from 'vitest';
import { dot, missingDirections, orthonormalise } from '../../../src/engine/geometry/curvature/orthonormal.ts';
import { streamNormals } from '../../../src/model/draws.ts';

const normals = (length: number, part: number) => streamNormals('data', 7, part, 0, length);
const row = (set: Float64Array, k: number, length: number) => set.subarray(k * length, (k + 1) * length);

/** Independent ones, more than there are dimensions, one direction up to 1e-8, copies, zeros, none but zeros. */
const sets: [name: string, vectors: number[][], rank: number][] = [
  ['one', [[3, 4]], 1],
  ['independent', Array.from({ length: 7 }, (_, k) => [...normals(13, k)]), 7],
  ['more than dimensions', Array.from({ length: 9 }, (_, k) => [...normals(5, k)]), 5],
  ['nearly parallel', Array.from({ length: 4 }, (_, k) => [...normals(11, k)].map((v, l) => 1 + l + 1e-8 * v)), 4],
  ['copies', [[1, 2, 3], [2, 4, 6], [0, 1, 0], [1, 3, 3]], 2], // biome-ignore format: one set a line
  ['with a zero', [[0, 0, 0], [1, 2, 3], [0, 0, 0]], 1], // biome-ignore format: one set a line
  ['zeros', [[0, 0], [0, 0]], 0], // biome-ignore format: one set a line
];

describe.each(sets)('%s', (_, vectors, rank) => {
  const count = vectors.length;
  const length = vectors[0].length;
  const flat = Float64Array.from(vectors.flat());
  const span = orthonormalise(flat, count, length);

  test('an orthonormal basis and a triangle give the vectors back', () => {
    expect(span.rank).toBe(rank);
    expect(span.members).toHaveLength(rank);
    for (let a = 0; a < rank; a++) {
      for (let b = 0; b <= a; b++) {
        const product = dot(row(span.basis, a, length), row(span.basis, b, length));
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
    vectors.forEach((vector, i) => {
      vector.forEach((value, l) => {
        let sum = 0;
        for (let a = 0; a < rank; a++) sum += span.triangle[a * count + i] * span.basis[a * length + l];
        expect(Math.abs(sum - value)).toBeLessThan(1e-13 * Math.hypot(...vector) + 1e-300);
      });
    });
  });

  test('a missing direction is what the span loses without a vector', () => {
    missingDirections(span, count).forEach((direction, i) => {
      const others = vectors.filter((_, k) => k !== i);
      const left = orthonormalise(Float64Array.from(others.flat()), count - 1, length);
      expect(left.rank).toBe(direction ? rank - 1 : rank);
      if (!direction) return;
      expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
      // Orthogonal to all others, relative to their size.
      others.forEach((other) => {
        let product = 0;
        other.forEach((value, l) => {
          for (let a = 0; a < rank; a++) product += direction[a] * span.basis[a * length + l] * value;
        });
        expect(Math.abs(product)).toBeLessThan(1e-12 * Math.hypot(...other) + 1e-300);
      });
    });
  });
});
