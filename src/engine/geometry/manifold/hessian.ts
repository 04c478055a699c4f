import { FlatwalkError } from '../../../model/errors.ts';
import { symmetricEigenvalues } from '../../eigenvalues.ts';
import { multipliersOf, normalSpace, rankFactor } from './normal.ts';
import type { DataState } from './point.ts';
import { bendings, sharpnessGradient } from './sharpness.ts';

/** Rows that the dense Hessian may have before it is restricted to the tangent space: a second or two of arithmetic. */
export const MOST_ROWS = 1024;

export interface RiemannianHessian {
  /** m rank(X) - n: the dimension of the tangent space within the span of the data. */
  readonly dimension: number;
  /** dimension x dimension, symmetric, in an orthonormal basis of that space. */
  readonly matrix: Float64Array;
}

/**
 * P_T B P_T on the tangent vectors whose rows lie in the span of the data; on all others B is zero. Data points get
 * coordinates in an orthonormal basis of their span, and Householder reflections that bring J^T to triangular form
 * turn B: what is left behind the first n rows and columns is the Hessian.
 * @throws LIMIT where m rank(X) > 1024, NOT_DEFINED where J J^T is singular
 */
export function riemannianHessian(point: DataState): RiemannianHessian {
  const { m, n, G } = point;
  const { L, rank } = rankFactor(G, n);
  const size = m * rank;
  checkRows(m, rank);
  const normal = normalSpace(point);
  const bends = bendings(point, multipliersOf(point, normal, sharpnessGradient(point)));
  const B = blocks(bends, L, m, n, rank);
  // Row i: the gradient of output i.
  const gradients = new Float64Array(n * size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      for (let l = 0; l < rank; l++) gradients[i * size + j * rank + l] = normal.slopes[j * n + i] * L[i * rank + l];
    }
  }
  for (let i = 0; i < n; i++) {
    const v = householder(gradients.subarray(i * size, (i + 1) * size), i);
    for (let k = i + 1; k < n; k++) reflect(gradients.subarray(k * size, (k + 1) * size), v, i);
    reflectBothSides(B, size, v, i);
  }
  const dimension = size - n;
  const matrix = new Float64Array(dimension * dimension);
  for (let k = 0; k < dimension; k++) {
    for (let l = 0; l < dimension; l++) {
      // Equal up to rounding; exactly equal for whoever reads one half.
      matrix[k * dimension + l] = (B[(n + k) * size + n + l] + B[(n + l) * size + n + k]) / 2;
    }
  }
  return { dimension, matrix };
}

/** @throws LIMIT where m rank(X) > 1024 */
export function checkRows(m: number, rank: number): void {
  if (m * rank <= MOST_ROWS) return;
  throw new FlatwalkError(
    'LIMIT',
    `A dense Riemannian Hessian has at most m · rank(X) = ${MOST_ROWS} rows, not ${m} · ${rank} = ${m * rank}`,
    `Use up to ${Math.floor(MOST_ROWS / rank)} neurons, or products by riemannianHessianProduct.`,
  );
}

/** Its eigenvalues, ascending. @throws as `riemannianHessian` */
export function riemannianEigenvalues(point: DataState): Float64Array {
  const { matrix, dimension } = riemannianHessian(point);
  return symmetricEigenvalues(matrix, dimension).sort();
}

/** blockdiag_j sum_i beta_ji l_i l_i^T, size x size. */
function blocks(bends: Float64Array, L: Float64Array, m: number, n: number, rank: number): Float64Array {
  const size = m * rank;
  const B = new Float64Array(size * size);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      const beta = bends[j * n + i];
      for (let k = 0; k < rank; k++) {
        const row = (j * rank + k) * size + j * rank;
        const factor = beta * L[i * rank + k];
        for (let l = 0; l < rank; l++) B[row + l] += factor * L[i * rank + l];
      }
    }
  }
  return B;
}

/** v from index `first` on, with (1 - v v^T) x zero behind `first` and |v|² = 2. */
function householder(x: Float64Array, first: number): Float64Array {
  const v = x.slice();
  v.fill(0, 0, first);
  const length = Math.hypot(...v);
  v[first] += v[first] >= 0 ? length : -length;
  const scale = Math.SQRT2 / Math.hypot(...v);
  return v.map((value) => value * scale);
}

function reflect(x: Float64Array, v: Float64Array, first: number): void {
  let dot = 0;
  for (let k = first; k < x.length; k++) dot += v[k] * x[k];
  for (let k = first; k < x.length; k++) x[k] -= dot * v[k];
}

/** B <- (1 - v v^T) B (1 - v v^T) = B - v w^T - w v^T with w = B v - (v^T B v / 2) v. */
function reflectBothSides(B: Float64Array, size: number, v: Float64Array, first: number): void {
  const w = new Float64Array(size);
  let half = 0;
  for (let k = 0; k < size; k++) {
    let sum = 0;
    for (let l = first; l < size; l++) sum += B[k * size + l] * v[l];
    w[k] = sum;
    half += (sum * v[k]) / 2;
  }
  for (let k = 0; k < size; k++) w[k] -= half * v[k];
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < size; l++) B[k * size + l] -= v[k] * w[l] + w[k] * v[l];
  }
}
