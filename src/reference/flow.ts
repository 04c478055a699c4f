import { cholesky, choleskySolve, plus, rowProducts } from './matrix.ts';
import { cotangent, dataCombination, jacobianGram, type Problem, squaredNorms, tangent, withTheta } from './network.ts';
import { retract } from './retraction.ts';

/**
 * The flow that label-noise SGD follows for small steps: steepest descent of the sharpness F within the zero-loss manifold,
 * dΘ/dt = −P_T ∇F, with P_T = 1 − Jᵀ(JJᵀ)⁻¹J. Li, Wang, Arora 2022; Gatmiry, Li, Reddi, Jegelka 2024.
 */

/** ∇F, m × d: row j = 4 Σ_i q_i a_j² φ'φ''(z_ij) x_i. */
export function sharpnessGradient(p: Problem): Float64Array {
  const q = squaredNorms(p);
  const { dphi, d2phi } = p.activation;
  return dataCombination(p, (z, i, a) => 4 * q[i] * a * a * dphi(z) * d2phi(z));
}

/** λ = (JJᵀ)⁻¹ J ∇F, n: the multipliers of F on the manifold. Throws NOT_DEFINED where JJᵀ is singular. */
export function multipliers(p: Problem): Float64Array {
  return solveNormal(p, sharpnessGradient(p));
}

/** P_T v, m × d. */
export function projectTangent(p: Problem, v: ArrayLike<number>): Float64Array {
  return plus(v, -1, cotangent(p, solveNormal(p, v)));
}

/** P_T ∇F, m × d. */
export function riemannianGradient(p: Problem): Float64Array {
  return projectTangent(p, sharpnessGradient(p));
}

/**
 * P_T B P_T v, m × d: the Hessian of F on the manifold. B_j = Σ_i [ 4 q_i a_j² (φ''² + φ'φ''') − λ_i a_j φ'' ](z_ij) x_i x_iᵀ.
 */
export function riemannianHvp(p: Problem, v: ArrayLike<number>): Float64Array {
  const q = squaredNorms(p);
  const lambda = multipliers(p);
  const w = rowProducts(projectTangent(p, v), p.X, p.m, p.n, p.d);
  const { dphi, d2phi, d3phi } = p.activation;
  const bent = dataCombination(p, (z, i, a, j) => {
    const curvature = 4 * q[i] * a * a * (d2phi(z) ** 2 + dphi(z) * d3phi(z)) - lambda[i] * a * d2phi(z);
    return curvature * w[j * p.n + i];
  });
  return projectTangent(p, bent);
}

/** Θ after flowing for `time`, in `steps` equal Runge–Kutta steps of order 4, each retracted onto the manifold. */
export function flow(problem: Problem, time: number, steps: number): Float64Array {
  const h = time / steps;
  let p = problem;
  const velocity = (theta: Float64Array) => riemannianGradient(withTheta(p, theta)).map((g) => -g);
  for (let k = 0; k < steps; k++) {
    const k1 = velocity(p.theta);
    const k2 = velocity(plus(p.theta, h / 2, k1));
    const k3 = velocity(plus(p.theta, h / 2, k2));
    const k4 = velocity(plus(p.theta, h, k3));
    const mean = k1.map((value, l) => (value + 2 * k2[l] + 2 * k3[l] + k4[l]) / 6);
    p = withTheta(p, plus(p.theta, h, mean));
    p = withTheta(p, retract(p, { iterations: 2 }).theta);
  }
  return p.theta;
}

function solveNormal(p: Problem, v: ArrayLike<number>): Float64Array {
  return choleskySolve(cholesky(jacobianGram(p), p.n, 'JJᵀ'), p.n, tangent(p, v));
}
