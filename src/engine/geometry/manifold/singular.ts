const MOST_SWEEPS = 60;

/**
 * Singular values of a rows x columns matrix, descending, min(rows, columns) of them, by one-sided Jacobi rotations (Hestenes
 * 1958): rows are turned until they are orthogonal, and their lengths are the values. Unlike roots of eigenvalues of
 * A A^T they are accurate down to 1e-16 of the largest.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const wide = rows <= columns;
  const size = wide ? rows : columns;
  const length = wide ? columns : rows;
  const vectors = Array.from({ length: size }, (_, p) =>
    Float64Array.from({ length }, (_, k) => matrix[wide ? p * columns + k : k * columns + p]),
  );
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < size; p++) {
      for (let r = p + 1; r < size; r++) if (orthogonalise(vectors[p], vectors[r])) turned = true;
    }
  }
  const values = Float64Array.from(vectors, lengthOf);
  return values.sort().reverse();
}

/** Turns two vectors in their plane until they are orthogonal; false where they are already, to rounding. */
function orthogonalise(a: Float64Array, b: Float64Array): boolean {
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let k = 0; k < a.length; k++) {
    aa += a[k] * a[k];
    bb += b[k] * b[k];
    ab += a[k] * b[k];
  }
  if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let k = 0; k < a.length; k++) {
    const x = a[k];
    a[k] = cosine * x - sine * b[k];
    b[k] = sine * x + cosine * b[k];
  }
  return true;
}

/** Euclidean length of a vector of any number of entries, scaled so that no square leaves the range of numbers. */
export function lengthOf(vector: Float64Array): number {
  const most = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (most === 0 || !Number.isFinite(most)) return most;
  return most * Math.sqrt(vector.reduce((sum, value) => sum + (value / most) ** 2, 0));
}
