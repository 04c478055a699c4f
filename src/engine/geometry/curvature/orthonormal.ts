/** Sets of vectors as the rows of a flat matrix, in float64. */

/** A remainder of no more than this share of a vector is rounding: the vector depends on those before it. */
const DEPENDENT = 1e-13;

export interface Orthonormal {
  readonly rank: number;
  /** The basis, rank x length: basis vector a is what vector `members[a]` adds to the span of those before it. */
  readonly basis: Float64Array;
  /** Numbers of the vectors that enlarged the span, rank of them, rising. */
  readonly members: readonly number[];
  /** Inner products basis_a · vector_i, rank x count; 0 for i < members[a]. */
  readonly triangle: Float64Array;
}

/**
 * An orthonormal basis of the span of `count` vectors, by Gram-Schmidt with every vector gone through twice ("twice is
 * enough", Parlett, The Symmetric Eigenvalue Problem, 6.9): orthonormal to rounding however dependent the vectors are. A
 * vector that depends on those before it, or is zero, adds nothing.
 */
export function orthonormalise(vectors: Float64Array, count: number, length: number): Orthonormal {
  const basis: Float64Array[] = [];
  const members: number[] = [];
  const columns: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const rest = vectors.slice(i * length, (i + 1) * length);
    const size = Math.sqrt(dot(rest, rest));
    const column = new Float64Array(count);
    for (let pass = 0; pass < 2; pass++) {
      for (const [a, vector] of basis.entries()) {
        const share = dot(vector, rest);
        column[a] += share;
        for (let k = 0; k < length; k++) rest[k] -= share * vector[k];
      }
    }
    const left = Math.sqrt(dot(rest, rest));
    if (left > DEPENDENT * size && basis.length < length) {
      column[basis.length] = left;
      members.push(i);
      basis.push(rest.map((value) => value / left));
    }
    columns.push(column);
  }
  const rank = basis.length;
  const flat = new Float64Array(rank * length);
  basis.forEach((vector, a) => {
    flat.set(vector, a * length);
  });
  const triangle = Float64Array.from(
    { length: rank * count },
    (_, cell) => columns[cell % count][Math.floor(cell / count)],
  );
  return { rank, basis: flat, members, triangle };
}

/**
 * For every vector i, the direction of the basis that the others do not reach: a unit vector s (rank numbers) such that the
 * span of the others is the basis without s; null where the others span all of it.
 *
 * Of members alone it is row a of the inverse of their triangle. One that also appears in a vector that is not a member, can be
 * told by the others.
 */
export function missingDirections({ rank, members, triangle }: Orthonormal, count: number): (Float64Array | null)[] {
  const inverse = invertUpper(triangle, members, rank, count);
  const directions = new Array<Float64Array | null>(count).fill(null);
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => !members.includes(i));
  for (const [a, i] of members.entries()) {
    const row = inverse.slice(a * rank, (a + 1) * rank);
    const size = Math.sqrt(dot(row, row));
    const reached = others.some((other) => {
      let share = 0;
      let terms = 0;
      for (let b = 0; b < rank; b++) {
        share += row[b] * triangle[b * count + other];
        terms += Math.abs(row[b] * triangle[b * count + other]);
      }
      return Math.abs(share) > 1e-9 * terms;
    });
    if (!reached) directions[i] = row.map((value) => value / size);
  }
  return directions;
}

/** The inverse of the members' columns of the triangle, rank x rank. */
function invertUpper(triangle: Float64Array, members: readonly number[], rank: number, count: number): Float64Array {
  const inverse = new Float64Array(rank * rank);
  for (let a = rank - 1; a >= 0; a--) {
    inverse[a * rank + a] = 1;
    for (let b = a + 1; b < rank; b++) {
      const factor = triangle[a * count + members[b]];
      for (let k = b; k < rank; k++) inverse[a * rank + k] -= factor * inverse[b * rank + k];
    }
    for (let k = a; k < rank; k++) inverse[a * rank + k] /= triangle[a * count + members[a]];
  }
  return inverse;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
