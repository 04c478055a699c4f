import { FlatwalkError } from '../model/errors.ts';

/** An eigenvalue takes two or three sweeps; no matrix of finite numbers is known to take thirty. */
const MOST_SWEEPS = 64;

/**
 * All eigenvalues of a symmetric matrix (size x size, row-major), in no particular order: Householder reduction to
 * tridiagonal form, then implicit QL with Wilkinson's shift (Wilkinson and Reinsch, Handbook for Automatic Computation II,
 * 1971, contributions II/2 and II/4). The matrix is overwritten.
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const [diagonal, below] = tridiagonal(matrix, size);
  for (let l = 0; l < size; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < size - 1) {
        const scale = Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]);
        if (Math.abs(below[m]) <= Number.EPSILON * scale) break;
        m++;
      }
      if (m === l) break;
      if (sweep === MOST_SWEEPS) {
        throw new FlatwalkError('NOT_DEFINED', 'The eigenvalues of a Gram matrix did not converge', 'Report its data.');
      }
      implicitStep(diagonal, below, l, m);
    }
  }
  return diagonal;
}

/** One QL step on rows l..m of the tridiagonal matrix. */
function implicitStep(diagonal: Float64Array, below: Float64Array, l: number, m: number): void {
  let g = (diagonal[l + 1] - diagonal[l]) / (2 * below[l]);
  const root = Math.hypot(g, 1);
  g = diagonal[m] - diagonal[l] + below[l] / (g + (g >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * below[i];
    const b = cosine * below[i];
    const r = Math.hypot(f, g);
    below[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1] -= shift;
      below[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1] - shift;
    const t = (diagonal[i] - g) * sine + 2 * cosine * b;
    shift = sine * t;
    diagonal[i + 1] = g + shift;
    g = cosine * t - b;
  }
  diagonal[l] -= shift;
  below[l] = g;
  below[m] = 0;
}

/**
 * Diagonal and subdiagonal (below[i] couples i and i + 1) of an orthogonally similar tridiagonal matrix. Only the lower half
 * of `a` is read and changed, and row by row, in 4/3 size³ operations.
 */
function tridiagonal(a: Float64Array, size: number): [Float64Array, Float64Array] {
  const diagonal = new Float64Array(size);
  const below = new Float64Array(size);
  const v = new Float64Array(size);
  const product = new Float64Array(size);
  for (let k = 0; k < size - 1; k++) {
    for (let i = k + 1; i < size; i++) v[i] = a[i * size + k];
    const head = v[k + 1];
    const norm = k === size - 2 ? 0 : length(v, k + 1);
    if (norm === 0) {
      below[k] = head;
      continue;
    }
    // v = column - below e, reflected by I - v v^T / half, half = |v|^2 / 2.
    below[k] = head > 0 ? -norm : norm;
    v[k + 1] = head - below[k];
    const half = norm * norm - head * below[k];
    product.fill(0);
    for (let i = k + 1; i < size; i++) {
      const row = i * size;
      const vi = v[i];
      let sum = a[row + i] * vi;
      for (let j = k + 1; j < i; j++) {
        const entry = a[row + j];
        sum += entry * v[j];
        product[j] += entry * vi;
      }
      product[i] += sum;
    }
    let dot = 0;
    for (let i = k + 1; i < size; i++) {
      product[i] /= half;
      dot += product[i] * v[i];
    }
    const correction = dot / (2 * half);
    for (let i = k + 1; i < size; i++) product[i] -= correction * v[i];
    for (let i = k + 1; i < size; i++) {
      const row = i * size;
      const vi = v[i];
      const pi = product[i];
      for (let j = k + 1; j <= i; j++) a[row + j] -= vi * product[j] + pi * v[j];
    }
  }
  for (let k = 0; k < size; k++) diagonal[k] = a[k * size + k];
  return [diagonal, below];
}

/** Euclidean length of v from `first` on, scaled so that no square leaves the range of numbers. */
function length(v: Float64Array, first: number): number {
  let largest = 0;
  for (let i = first; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = first; i < v.length; i++) sum += (v[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
