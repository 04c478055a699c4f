import { cholesky, choleskySolve, norm, plus } from './matrix.ts';
import { cotangent, jacobianGram, type Problem, residual, withTheta } from './network.ts';

export interface RetractionOptions {
  /** 4 if not given. */
  readonly iterations?: number;
  /** Halve a step until the largest |e_i| falls, for starts so far off that the full step overshoots. */
  readonly halving?: boolean;
}

/**
 * Gauss–Newton retraction onto the zero-loss manifold: Θ ← Θ − Jᵀ(JJᵀ)⁻¹e, the least change that removes the residual to
 * first order. Converges quadratically near the manifold.
 *
 * `residuals` holds ‖e‖ before the first iteration and after each. Throws NOT_DEFINED where JJᵀ is singular (n > m·d,
 * dependent data with equal slopes, or a sample at which every slope is 0).
 */
export function retract(
  problem: Problem,
  { iterations = 4, halving = false }: RetractionOptions = {},
): { theta: Float64Array; residuals: number[] } {
  let p = problem;
  let e = residual(p);
  const residuals = [norm(e)];
  for (let k = 0; k < iterations; k++) {
    const solution = choleskySolve(cholesky(jacobianGram(p), p.n, 'JJᵀ'), p.n, e);
    const correction = cotangent(p, solution);
    let share = 1;
    let next = withTheta(p, plus(p.theta, -1, correction));
    while (halving && share > 1e-12 && !(largest(residual(next)) < largest(e))) {
      share /= 2;
      next = withTheta(p, plus(p.theta, -share, correction));
    }
    p = next;
    e = residual(p);
    residuals.push(norm(e));
  }
  return { theta: p.theta, residuals };
}

function largest(e: Float64Array): number {
  return e.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
}
