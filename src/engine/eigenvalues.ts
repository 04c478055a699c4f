import { FlatwalkError } from '../model/errors.ts';

/** An eigenvalue takes two or three sweeps; no matrix of finite numbers is known to take thirty, once it is patient no more. */
const MOST_SWEEPS = 64;
/**
 * Sweeps after which a coupling need only be rounding beside the whole matrix, not beside its neighbours: many eigenvalues
 * of 0 are a block of nothing but rounding, which larger ones stir up again and again.
 */
const PATIENCE = 10;

/**
 * All eigenvalues of a symmetric matrix (size x size, row-major), in no particular order: Householder reduction to
 * tridiagonal form, then implicit QL with Wilkinson's shift (Wilkinson and Reinsch, Handbook for Automatic Computation II,
 * 1971, contributions II/2 and II/4). The matrix is overwritten.
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const [diagonal, below] = tridiagonal(matrix, size);
  tridiagonalEigenvalues(diagonal, below);
  return diagonal;
}

/** Eigenvalues, ascending, and eigenvectors of length 1: row k of `vectors`, size x size, belongs to value k. */
export interface Eigensystem {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** As `symmetricEigenvalues`, with the eigenvectors: the same reflections and rotations, taken along. */
export function symmetricEigensystem(matrix: Float64Array, size: number): Eigensystem {
  const reflections: { first: number; v: Float64Array; half: number }[] = [];
  const [diagonal, below] = tridiagonal(matrix, size, (first, v, half) => {
    reflections.push({ first, v: v.slice(first), half });
  });
  // Row k is the k-th column of the product of all reflections, and then of the rotations.
  const rows = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const row = rows.subarray(k * size, (k + 1) * size);
    row[k] = 1;
    for (const { first, v, half } of reflections.toReversed()) {
      let dot = 0;
      for (let i = 0; i < v.length; i++) dot += v[i] * row[first + i];
      const factor = dot / half;
      if (factor !== 0) for (let i = 0; i < v.length; i++) row[first + i] -= factor * v[i];
    }
  }
  tridiagonalEigenvalues(diagonal, below, (i, sine, cosine) => {
    const a = i * size;
    const b = a + size;
    for (let k = 0; k < size; k++) {
      const f = rows[b + k];
      rows[b + k] = sine * rows[a + k] + cosine * f;
      rows[a + k] = cosine * rows[a + k] - sine * f;
    }
  });
  const order = Array.from({ length: size }, (_, k) => k).sort((a, b) => diagonal[a] - diagonal[b]);
  const vectors = new Float64Array(size * size);
  order.forEach((from, k) => {
    vectors.set(rows.subarray(from * size, (from + 1) * size), k * size);
  });
  return { values: Float64Array.from(order, (k) => diagonal[k]), vectors };
}

/** As `symmetricEigensystem`, but of the eigenvectors entries `rows` alone, each a list by eigenvalue: much less work. */
export function symmetricEigenEntries(
  matrix: Float64Array,
  size: number,
  rows: readonly number[],
): { readonly values: Float64Array; readonly entries: readonly Float64Array[] } {
  const all = rows.map((row) => Float64Array.from({ length: size }, (_, k) => (k === row ? 1 : 0)));
  const [diagonal, below] = tridiagonal(matrix, size, (first, v, half) => {
    for (const row of all) {
      let dot = 0;
      for (let i = first; i < size; i++) dot += v[i] * row[i];
      const factor = dot / half;
      if (factor !== 0) for (let i = first; i < size; i++) row[i] -= factor * v[i];
    }
  });
  tridiagonalEigenvalues(diagonal, below, (i, sine, cosine) => {
    for (const row of all) {
      const f = row[i + 1];
      row[i + 1] = sine * row[i] + cosine * f;
      row[i] = cosine * row[i] - sine * f;
    }
  });
  const order = Array.from({ length: size }, (_, k) => k).sort((a, b) => diagonal[a] - diagonal[b]);
  const sorted = (list: Float64Array) => Float64Array.from(order, (k) => list[k]);
  return { values: sorted(diagonal), entries: all.map(sorted) };
}

/** Told of every rotation, in order: of what belongs to rows i and i + 1. */
type Turned = (i: number, sine: number, cosine: number) => void;

/** Turns `diagonal` into the eigenvalues; `below` is used up. */
function tridiagonalEigenvalues(diagonal: Float64Array, below: Float64Array, turned?: Turned): void {
  const size = diagonal.length;
  let norm = 0;
  for (let k = 0; k < size; k++) norm = Math.max(norm, Math.abs(diagonal[k]) + Math.abs(below[k]));
  for (let l = 0; l < size; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < size - 1) {
        const scale = sweep < PATIENCE ? Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]) : norm;
        if (Math.abs(below[m]) <= Number.EPSILON * scale) break;
        m++;
      }
      if (m === l) break;
      if (sweep === MOST_SWEEPS) {
        throw new FlatwalkError(
          'NOT_DEFINED',
          'The eigenvalues of a symmetric matrix did not converge',
          'Report its data.',
        );
      }
      implicitStep(diagonal, below, l, m, turned);
    }
  }
}

/** One QL step on rows l..m of the tridiagonal matrix. */
function implicitStep(
  diagonal: Float64Array,
  below: Float64Array,
  l: number,
  m: number,
  turned: Turned | undefined,
): void {
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
    turned?.(i, sine, cosine);
  }
  diagonal[l] -= shift;
  below[l] = g;
  below[m] = 0;
}

/**
 * Diagonal and subdiagonal (below[i] couples i and i + 1) of an orthogonally similar tridiagonal matrix. Only the lower half
 * of `a` is read and changed, and row by row, in 4/3 size³ operations. `reflected` is told of every reflection I - v v^T / half,
 * v from number `first` on.
 */
function tridiagonal(
  a: Float64Array,
  size: number,
  reflected?: (first: number, v: Float64Array, half: number) => void,
): [Float64Array, Float64Array] {
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
    reflected?.(k + 1, v, half);
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
