import { FlatwalkError } from './errors.ts';

/** Small dense linear algebra in float64; matrices are row-major and flat. */

/** A·Bᵀ for A (rows × inner) and B (columns × inner): every product of rows. */
export function rowProducts(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rows: number,
  columns: number,
  inner: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) {
      let sum = 0;
      for (let l = 0; l < inner; l++) sum += a[i * inner + l] * b[k * inner + l];
      out[i * columns + k] = sum;
    }
  }
  return out;
}

/** A·B for A (rows × inner) and B (inner × columns). */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < inner; l++) {
      const factor = a[i * inner + l];
      for (let k = 0; k < columns; k++) out[i * columns + k] += factor * b[l * columns + k];
    }
  }
  return out;
}

/**
 * The lower Cholesky factor of a symmetric positive definite n × n matrix.
 *
 * Throws NOT_DEFINED, with `what` naming the matrix, where a pivot is not above 1e-14 of its diagonal entry: such a matrix
 * is singular to float64.
 */
export function cholesky(matrix: ArrayLike<number>, n: number, what: string): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      let sum = matrix[i * n + k];
      for (let l = 0; l < k; l++) sum -= factor[i * n + l] * factor[k * n + l];
      if (i > k) factor[i * n + k] = sum / factor[k * n + k];
      else if (sum > 1e-14 * matrix[i * n + i]) factor[i * n + i] = Math.sqrt(sum);
      else {
        throw new FlatwalkError(
          'NOT_DEFINED',
          `${what} is singular (pivot ${sum} in row ${i}).`,
          'It needs linearly independent data: no more samples than dimensions, none repeated, none zero.',
        );
      }
    }
  }
  return factor;
}

/** Solves L Lᵀ x = b for the factor of `cholesky`. */
export function choleskySolve(factor: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= factor[i * n + k] * x[k];
    x[i] /= factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= factor[k * n + i] * x[k];
    x[i] /= factor[i * n + i];
  }
  return x;
}
