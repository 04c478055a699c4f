import { FlatwalkError } from '../../../model/errors.ts';
import { cholesky, choleskySolve } from '../../../model/linear.ts';
import { symmetricEigenvalues } from '../../eigenvalues.ts';
import { type DataState, largest, timesGram } from './point.ts';

/** What the tangent space at a point is made of: row i of J has the coefficients s_ji in column i. */
export interface Normal {
  /** s_ji = a_j phi'(z_ij), m x n. */
  readonly slopes: Float64Array;
  /** K = J J^T, n x n: K_ik = G_ik sum_j s_ji s_jk. The tangent kernel. */
  readonly kernel: Float64Array;
  /** The lower Cholesky factor of K. */
  readonly factor: Float64Array;
}

/** @throws NOT_DEFINED where J J^T is singular to float64, with its condition number and the reason */
export function normalSpace(point: DataState): Normal {
  const slopes = slopesOf(point);
  const kernel = kernelOf(point, slopes);
  let factor: Float64Array;
  try {
    factor = cholesky(kernel, point.n, 'J J^T');
  } catch (cause) {
    throw singular(point, slopes, kernel, cause);
  }
  if (isDoubtful(kernel, factor, point.n)) throw singular(point, slopes, kernel);
  return { slopes, kernel, factor };
}

/** A pivot of no more than this share of its diagonal entry may be rounding, which earlier small pivots have blown up. */
const SMALL_PIVOT = 1e-9;

/** Whether gradients of length 1 would have a singular J J^T, which a factorisation need not notice. */
function isDoubtful(kernel: Float64Array, factor: Float64Array, n: number): boolean {
  let least = 1;
  for (let i = 0; i < n; i++) least = Math.min(least, factor[i * n + i] ** 2 / kernel[i * n + i]);
  if (least > SMALL_PIVOT) return false;
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(kernel[i * n + i]));
  const scaled = kernel.map((value, cell) => value / lengths[Math.floor(cell / n)] / lengths[cell % n]);
  return condition(symmetricEigenvalues(scaled, n).sort()) === Number.POSITIVE_INFINITY;
}

/** s_ji = a_j phi'(z_ij), m x n. */
export function slopesOf({ n, Z, secondLayer, activation: { dphi } }: DataState): Float64Array {
  return Z.map((z, k) => secondLayer[Math.floor(k / n)] * dphi(z));
}

/** K = J J^T = G ∘ (S^T S), n x n. */
export function kernelOf({ m, n, G }: DataState, slopes: Float64Array): Float64Array {
  const K = new Float64Array(n * n);
  for (let j = 0; j < m; j++) {
    const row = slopes.subarray(j * n, (j + 1) * n);
    for (let i = 0; i < n; i++) {
      const factor = row[i];
      for (let k = 0; k <= i; k++) K[i * n + k] += factor * row[k];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k <= i; k++) {
      K[i * n + k] *= G[i * n + k];
      K[k * n + i] = K[i * n + k];
    }
  }
  return K;
}

/** Eigenvalues of J J^T, ascending, n. @throws NOT_FINITE */
export function kernelEigenvalues(point: DataState): Float64Array {
  const kernel = kernelOf(point, slopesOf(point));
  if (!kernel.every(Number.isFinite)) throw outOfRange(point);
  return symmetricEigenvalues(kernel, point.n).sort();
}

/** Largest over smallest eigenvalue of J J^T; Infinity where the smallest is not above the rounding of the largest. @throws NOT_FINITE */
export function kernelCondition(point: DataState): number {
  return condition(kernelEigenvalues(point));
}

/** J V for V = C X, from C G, n. */
function alongOutputs({ m, n }: DataState, { slopes }: Normal, timesG: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) out[i] += slopes[j * n + i] * timesG[j * n + i];
  }
  return out;
}

/** (J J^T)^-1 J V for V = C X, n: the multipliers of its normal part. */
export function multipliersOf(point: DataState, normal: Normal, coefficients: Float64Array): Float64Array {
  return choleskySolve(normal.factor, point.n, alongOutputs(point, normal, timesGram(point, coefficients)));
}

/** C - mu_i s_ji: without the part J^T mu. */
export function withoutNormal({ n }: DataState, { slopes }: Normal, C: Float64Array, mu: Float64Array) {
  return C.map((c, k) => c - mu[k % n] * slopes[k]);
}

function condition(eigenvalues: Float64Array): number {
  const [low, high] = [eigenvalues[0], eigenvalues[eigenvalues.length - 1]];
  return low > eigenvalues.length * Number.EPSILON * high ? high / low : Number.POSITIVE_INFINITY;
}

function outOfRange(point: DataState, cause?: unknown): FlatwalkError {
  return new FlatwalkError(
    'NOT_FINITE',
    `The slopes a_j φ'(z_ij) leave the range of float64 (largest |z| ${largest(point.Z)})`,
    'Start nearer to the manifold, or flow with a smaller tolerance.',
    { cause },
  );
}

function singular(point: DataState, slopes: Float64Array, kernel: Float64Array, cause?: unknown): unknown {
  if (cause !== undefined && !(cause instanceof FlatwalkError)) return cause;
  const { m, n, G } = point;
  if (!kernel.every(Number.isFinite)) {
    return outOfRange(point, cause);
  }
  const number = condition(symmetricEigenvalues(kernel.slice(), n).sort());
  const rank = rankFactor(G, n).rank;
  const still = Array.from({ length: n }, (_, i) => i).find((i) => slopes.every((s, k) => k % n !== i || s === 0));
  const reason =
    still !== undefined
      ? `φ' = 0 in every neuron at sample ${still}, so no small change of the weights moves its output to first order`
      : n > m * rank
        ? `${n} samples are more than m · rank(X) = ${m * rank} directions, so the gradients of the outputs are dependent`
        : rank < n
          ? `the inputs are linearly dependent (rank ${rank} of ${n} samples), and the slopes of the neurons do not tell them apart`
          : 'the gradients of the outputs are dependent to the precision of float64';
  return new FlatwalkError(
    'NOT_DEFINED',
    `J J^T is singular: its condition number is ${number.toPrecision(3)}; ${reason}. The zero-loss manifold has no tangent space here, so neither retraction, Riemannian gradient and Hessian nor the flow are defined`,
    'Move the weights, or remove dependent samples.',
    { cause },
  );
}

/**
 * G = L L^T with L n x rank by Cholesky with pivoting: coordinates of the data points in an orthonormal basis of their span.
 * A data point is taken to lie in the span of others where the rest is below 1e-13 of its own squared length, so that the rank
 * does not depend on how long the data points are.
 */
export function rankFactor(G: Float64Array, n: number): { readonly L: Float64Array; readonly rank: number } {
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(G[i * n + i]));
  // Of data points of length 1; a point that is zero has no share in it.
  const left = lengths.map((length) => (length > 0 ? 1 : 0));
  const columns: Float64Array[] = [];
  for (;;) {
    const pivot = left.reduce((best, value, i) => (value > left[best] ? i : best), 0);
    if (columns.length === n || left[pivot] <= 1e-13) break;
    const root = Math.sqrt(left[pivot]);
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = lengths[i] > 0 ? G[i * n + pivot] / lengths[i] / lengths[pivot] : 0;
      for (const other of columns) sum -= other[i] * other[pivot];
      column[i] = sum / root;
    }
    for (let i = 0; i < n; i++) left[i] -= column[i] * column[i];
    left[pivot] = 0;
    columns.push(column);
  }
  const rank = columns.length;
  const L = new Float64Array(n * rank);
  columns.forEach((column, l) => {
    for (let i = 0; i < n; i++) L[i * rank + l] = lengths[i] * column[i];
  });
  return { L, rank };
}
