/** Small dense matrices in float64, row-major and flat: eigenvalues and singular values by Jacobi rotations. */

export { cholesky, choleskySolve, product, rowProducts } from '../model/linear.ts';

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

export function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}

/** a + factor·b */
export function plus(a: ArrayLike<number>, factor: number, b: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, (value, k) => value + factor * b[k]);
}

/** Eigenvalues of a symmetric n × n matrix, ascending, by cyclic Jacobi rotations (Golub & Van Loan 8.5). */
export function symmetricEigenvalues(matrix: ArrayLike<number>, n: number): Float64Array {
  const a = Float64Array.from(matrix);
  const negligible = 1e-17 * norm(a);
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q];
        if (Math.abs(off) <= negligible) continue;
        turned = true;
        const [c, s] = rotation(a[q * n + q] - a[p * n + p], off);
        for (let k = 0; k < n; k++) rotate(a, k * n + p, k * n + q, c, s);
        for (let k = 0; k < n; k++) rotate(a, p * n + k, q * n + k, c, s);
        a[p * n + q] = a[q * n + p] = 0; // up to rounding already
      }
    }
    if (!turned) break;
  }
  return Float64Array.from({ length: n }, (_, k) => a[k * n + k]).sort();
}

/**
 * Singular values of a rows × columns matrix, descending, min(rows, columns) of them, by one-sided Jacobi rotations
 * (Hestenes 1958): rows are turned until they are orthogonal; their lengths are the values. Unlike the eigenvalues of
 * A·Aᵀ this keeps values down to 1e-16 of the largest.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const wide = rows <= columns;
  const count = wide ? rows : columns;
  const length = wide ? columns : rows;
  const a = new Float64Array(rows * columns); // count rows of the given length
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) a[wide ? i * length + k : k * length + i] = matrix[i * columns + k];
  }
  const row = (p: number) => a.subarray(p * length, (p + 1) * length);
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const pp = dot(row(p), row(p));
        const qq = dot(row(q), row(q));
        const pq = dot(row(p), row(q));
        if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) continue;
        turned = true;
        const [c, s] = rotation(qq - pp, pq);
        for (let k = 0; k < length; k++) rotate(a, p * length + k, q * length + k, c, s);
      }
    }
    if (!turned) break;
  }
  return Float64Array.from({ length: count }, (_, p) => norm(row(p)))
    .sort()
    .reverse();
}

/** Cosine and sine of the rotation that removes `off` between two diagonal entries of the given difference. */
function rotation(difference: number, off: number): [number, number] {
  const theta = difference / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.sqrt(1 + t * t);
  return [c, t * c];
}

function rotate(a: Float64Array, p: number, q: number, c: number, s: number): void {
  const x = a[p];
  const y = a[q];
  a[p] = c * x - s * y;
  a[q] = s * x + c * y;
}
