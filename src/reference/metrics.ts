import { dot, norm, singularValues } from './matrix.ts';
import { gradient, loss, type Problem, preactivations, residual, sharpness, trace } from './network.ts';
import { optimalPreactivations, optimalSharpness } from './optimum.ts';

/**
 * What is measured along a run. The rank is that of Z = ΘXᵀ (m × n), not of Θ: the part of Θ orthogonal to the data never
 * moves.
 */
export interface Metrics {
  /** L = Σ_i (r_i − y_i)² */
  readonly loss: number;
  /** √L */
  readonly residualNorm: number;
  /** ‖∇L‖ */
  readonly gradientNorm: number;
  /** tr D²L */
  readonly trace: number;
  /** F, the trace without its residual term */
  readonly sharpness: number;
  /** F − F* */
  readonly gap: number;
  readonly stableRank: number;
  readonly thresholdRank: number;
  readonly entropyRank: number;
  readonly topEnergy: number;
  /** of Z, descending */
  readonly singularValues: Float64Array;
  readonly disagreement: number;
  readonly optimumDistance: number;
}

/** The metrics by name, each a function of the problem, so that one can be had without the others. */
export const metrics = {
  loss,
  residualNorm: (p: Problem) => norm(residual(p)),
  gradientNorm: (p: Problem) => norm(gradient(p)),
  trace,
  sharpness,
  /** Throws NOT_DEFINED where F* is not defined. */
  gap: (p: Problem) => sharpness(p) - optimalSharpness(p),
  stableRank: (p: Problem) => stableRank(preactivationSpectrum(p)),
  thresholdRank: (p: Problem) => thresholdRank(preactivationSpectrum(p)),
  entropyRank: (p: Problem) => entropyRank(preactivationSpectrum(p)),
  topEnergy: (p: Problem) => topEnergy(preactivationSpectrum(p)),
  singularValues: preactivationSpectrum,
  disagreement,
  /** Throws NOT_DEFINED where the optimum is not defined. */
  optimumDistance,
} satisfies { [Name in keyof Metrics]: (p: Problem) => Metrics[Name] };

/** Singular values of Z = ΘXᵀ, descending, min(m, n) of them. */
export function preactivationSpectrum(p: Problem): Float64Array {
  return singularValues(preactivations(p), p.m, p.n);
}

/** Σσ²/σ₁², between 1 and the rank; 0 for the zero matrix. `sigma` descending, as in all functions below. */
export function stableRank(sigma: Float64Array): number {
  return sigma[0] > 0 ? dot(sigma, sigma) / sigma[0] ** 2 : 0;
}

/** The number of singular values above τ·σ₁; 0 for the zero matrix. */
export function thresholdRank(sigma: Float64Array, tau = 1e-3): number {
  return sigma.filter((s) => s > tau * sigma[0]).length;
}

/**
 * exp(−Σ p_i ln p_i) with p_i = σ_i²/Σσ², the shares of the energy; 0 for the zero matrix. (Roy and Vetterli's "effective
 * rank" of 2007 takes the shares of σ_i instead and is larger.)
 */
export function entropyRank(sigma: Float64Array): number {
  const total = dot(sigma, sigma);
  if (total === 0) return 0;
  let entropy = 0;
  for (const s of sigma) if (s > 0) entropy -= (s * s * Math.log((s * s) / total)) / total;
  return Math.exp(entropy);
}

/** σ₁²/Σσ², the share of the energy in the first direction, 1/stableRank; 1 for the zero matrix. */
export function topEnergy(sigma: Float64Array): number {
  return sigma[0] > 0 ? sigma[0] ** 2 / dot(sigma, sigma) : 1;
}

/** max_i (max_j z_ij − min_j z_ij): 0 exactly where all neurons agree on the data. */
export function disagreement(p: Problem): number {
  const z = preactivations(p);
  let worst = 0;
  for (let i = 0; i < p.n; i++) {
    const column = Array.from({ length: p.m }, (_, j) => z[j * p.n + i]);
    worst = Math.max(worst, Math.max(...column) - Math.min(...column));
  }
  return worst;
}

/** max_ij |z_ij − c_i|, the distance from the optimum in pre-activations. */
export function optimumDistance(p: Problem): number {
  const c = optimalPreactivations(p);
  return preactivations(p).reduce((worst, z, k) => Math.max(worst, Math.abs(z - c[k % p.n])), 0);
}
