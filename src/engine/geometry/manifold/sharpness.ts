import { FlatwalkError } from '../../../model/errors.ts';
import { symmetricEigenvalues } from '../../eigenvalues.ts';
import { multipliersOf, type Normal, normalSpace, rankFactor, withoutNormal } from './normal.ts';
import { type DataState, inner, timesGram } from './point.ts';

/**
 * The sharpness F = 2 sum_i q_i sum_j a_j² phi'(z_ij)² with q_i = |x_i|², and its derivatives on the zero-loss manifold.
 * Gatmiry, Li, Reddi, Jegelka, "Simplicity bias via global convergence of sharpness minimization", ICML 2024, and direct
 * differentiation. There F is tr D²L.
 */
export function sharpnessOf({ m, n, Z, q, secondLayer, activation: { dphi } }: DataState): number {
  let sum = 0;
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) sum += q[i] * (secondLayer[j] * dphi(Z[j * n + i])) ** 2;
  }
  return 2 * sum;
}

export interface RiemannianGradient {
  /** P_T grad F = C X by its coefficients C, m x n. */
  readonly coefficients: Float64Array;
  /** |P_T grad F| */
  readonly norm: number;
  /** lambda = (J J^T)^-1 J grad F, n: the multipliers of F. */
  readonly lambda: Float64Array;
  /** The multipliers of tr D²L, n: lambda_i + 2 q_i sum_j a_j phi''(z_ij). P_T of its gradient is the same on the manifold. */
  readonly lambdaOfTrace: Float64Array;
}

/** P_T grad F with P_T = 1 - J^T (J J^T)^-1 J. @throws NOT_DEFINED where J J^T is singular */
export function riemannianGradient(point: DataState): RiemannianGradient {
  const { m, n, Z, q, secondLayer, activation } = point;
  const normal = normalSpace(point);
  const gradient = sharpnessGradient(point);
  const lambda = multipliersOf(point, normal, gradient);
  const coefficients = withoutNormal(point, normal, gradient, lambda);
  const lambdaOfTrace = lambda.slice();
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) lambdaOfTrace[i] += 2 * q[i] * secondLayer[j] * activation.d2phi(Z[j * n + i]);
  }
  const norm = Math.sqrt(Math.max(0, inner(coefficients, timesGram(point, coefficients))));
  return { coefficients, norm, lambda, lambdaOfTrace };
}

/** Coefficients of grad F, m x n: 4 q_i a_j² phi'(z_ij) phi''(z_ij). */
export function sharpnessGradient({ n, Z, q, secondLayer, activation: { dphi, d2phi } }: DataState): Float64Array {
  return Z.map((z, k) => 4 * q[k % n] * secondLayer[Math.floor(k / n)] ** 2 * dphi(z) * d2phi(z));
}

/** P_T V by its coefficients, for V = C X. @throws NOT_DEFINED where J J^T is singular */
export function projectTangent(point: DataState, C: Float64Array, normal: Normal = normalSpace(point)) {
  return withoutNormal(point, normal, C, multipliersOf(point, normal, C));
}

/**
 * P_T B P_T V by its coefficients, for V = C X: the Hessian of F on the manifold. @throws NOT_DEFINED where J J^T is singular
 */
export function riemannianHessianProduct(point: DataState, C: Float64Array): Float64Array {
  const normal = normalSpace(point);
  const bends = bendings(point, multipliersOf(point, normal, sharpnessGradient(point)));
  const moved = timesGram(point, projectTangent(point, C, normal));
  return projectTangent(
    point,
    moved.map((w, k) => bends[k] * w),
    normal,
  );
}

/** beta_ji, m x n, of B_j = sum_i beta_ji x_i x_i^T: 4 q_i a_j² (phi''² + phi' phi''') - lambda_i a_j phi''. */
export function bendings(point: DataState, lambda: Float64Array): Float64Array {
  const { n, Z, q, secondLayer } = point;
  const { dphi, d2phi, d3phi } = point.activation;
  return Z.map((z, k) => {
    const i = k % n;
    const a = secondLayer[Math.floor(k / n)];
    return 4 * q[i] * a * a * (d2phi(z) ** 2 + dphi(z) * d3phi(z)) - lambda[i] * a * d2phi(z);
  });
}

export interface AlignedState {
  /** c_i = phi^-1(y_i / (m a)), n: the pre-activations on which all neurons agree. */
  readonly preactivations: Float64Array;
  /** F* = 2 m a² sum_i q_i phi'(c_i)². */
  readonly sharpness: number;
  /** Whether F* is the least F on the manifold: phi' > 0 and phi''' > 0. Otherwise it is the F of that one state. */
  readonly isMinimum: boolean;
}

/**
 * The state in which all neurons agree. Where n > d, in general no weights reach it, and F* is a lower bound.
 * @throws NOT_DEFINED where the second-layer weights differ, or phi has no inverse at y_i / (m a)
 */
export function alignedState({ m, y, q, secondLayer, activation }: DataState): AlignedState {
  const [a] = secondLayer;
  const { inverse, dphi } = activation;
  if (a === 0 || !secondLayer.every((other) => other === a)) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      'The second-layer weights differ or are 0, so F* has no closed form',
      'Leave it out.',
    );
  }
  if (!inverse) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `${activation.spec} has no inverse, so F* has no closed form`,
      'Leave it out.',
    );
  }
  const preactivations = y.map((label) => inverse(label / (m * a)));
  const sharpness = preactivations.reduce((sum, c, i) => sum + 2 * m * q[i] * (a * dphi(c)) ** 2, 0);
  return { preactivations, sharpness, isMinimum: activation.simple };
}

/**
 * rho, the smallest eigenvalue of the Hessian of F at the minimum within the span of the data: that of D^½ G D^½ with
 * D_i = 4 q_i a² phi'(c_i) phi'''(c_i). Along the flow F - F* falls as exp(-2 rho t) in the end.
 * @throws NOT_DEFINED as `alignedState`; where phi' or phi''' is not positive; where the inputs are dependent, which
 *   leaves no such minimum; and for a single neuron: the eigenvalues come m - 1 times each, and alone it has nothing to agree with
 */
export function predictedRate(point: DataState): number {
  const { m, n, q, G, secondLayer, activation } = point;
  const { preactivations, isMinimum } = alignedState(point);
  if (!isMinimum) {
    const what = `${activation.spec} has not φ' > 0 and φ''' > 0 everywhere, so the aligned state need not be a minimum`;
    throw new FlatwalkError('NOT_DEFINED', what, 'Read the eigenvalues of the Riemannian Hessian instead.');
  }
  const { rank } = rankFactor(G, n);
  if (rank < n) {
    const what = `The inputs are linearly dependent (rank ${rank} of ${n} samples), so no weights align all neurons`;
    throw new FlatwalkError('NOT_DEFINED', what, 'Read the eigenvalues of the Riemannian Hessian instead.');
  }
  if (m === 1) {
    const what = 'A single neuron always agrees with itself: F is the same all over the manifold, and nothing decays';
    throw new FlatwalkError('NOT_DEFINED', what, 'Leave it out.');
  }
  const roots = preactivations.map((c, i) =>
    Math.sqrt(4 * q[i] * secondLayer[0] ** 2 * activation.dphi(c) * activation.d3phi(c)),
  );
  const matrix = G.map((g, k) => roots[Math.floor(k / n)] * g * roots[k % n]);
  return Math.min(...symmetricEigenvalues(matrix, n));
}
