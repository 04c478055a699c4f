import { FlatwalkError } from '../model/errors.ts';
import { cholesky, dot, symmetricEigenvalues } from './matrix.ts';
import { dataGram, type Problem, squaredNorms } from './network.ts';

/**
 * The flattest interpolating state for an activation with φ', φ''' > 0: all neurons see z_ij = c_i, which has rank one.
 * With u = φ(z) the constraint is linear and φ'(φ⁻¹(u))² convex, so Jensen's inequality gives it. For other activations the
 * same formulas give the aligned state, which need not be a minimum; and where no weights meet all c_i (n > d, in general)
 * F* is only a lower bound.
 */

/**
 * c_i = φ⁻¹(y_i/(m a)), n, where every second-layer weight is a.
 *
 * Throws NOT_DEFINED where the second-layer weights differ (or are 0), φ has no inverse, or y_i/(m a) is not one of its
 * values.
 */
export function optimalPreactivations(p: Problem): Float64Array {
  const { inverse, spec } = p.activation;
  const a = commonSecondLayer(p);
  if (!inverse) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `The activation ${spec} has no inverse, so no aligned optimum.`,
      'Read the sharpness itself, or choose an activation with an inverse.',
    );
  }
  return p.y.map((label) => inverse(label / (p.m * a)));
}

/** F* = 2 m a² Σ_i q_i φ'(c_i)². Throws as `optimalPreactivations`. */
export function optimalSharpness(p: Problem): number {
  const slopes = optimalPreactivations(p).map((c) => p.activation.dphi(c) ** 2);
  return 2 * p.m * commonSecondLayer(p) ** 2 * dot(squaredNorms(p), slopes);
}

/**
 * ρ, the smallest eigenvalue of the Hessian of F on the manifold at the optimum, within the span of the data: that of
 * D^½ G D^½ with D_i = 4 q_i a² φ'(c_i) φ'''(c_i). Under the flow the disagreement of the neurons decays as e^{−ρt} and
 * F − F* as e^{−2ρt}. Computed from LᵀDL with G = LLᵀ, which allows entries of D below 0.
 *
 * Throws as `optimalPreactivations`, and NOT_DEFINED for linearly dependent data.
 */
export function alignmentRate(p: Problem): number {
  const { n } = p;
  const q = squaredNorms(p);
  const a = commonSecondLayer(p);
  const { dphi, d3phi } = p.activation;
  const weights = optimalPreactivations(p).map((c, i) => 4 * q[i] * a * a * dphi(c) * d3phi(c));
  const factor = cholesky(dataGram(p), n, 'The Gram matrix of the data');
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      for (let l = 0; l < n; l++) matrix[i * n + k] += factor[l * n + i] * weights[l] * factor[l * n + k];
    }
  }
  return symmetricEigenvalues(matrix, n)[0];
}

function commonSecondLayer(p: Problem): number {
  const [a] = p.secondLayer;
  if (a !== 0 && p.secondLayer.every((other) => other === a)) return a;
  throw new FlatwalkError(
    'NOT_DEFINED',
    'The optimum has a closed form only where all second-layer weights are equal and not zero.',
    'Use the default second layer of ones.',
  );
}
