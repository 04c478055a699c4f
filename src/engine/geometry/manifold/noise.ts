import { FlatwalkError } from '../../../model/errors.ts';
import { count, real } from '../../arrays.ts';
import { type Eigensystem, symmetricEigensystem } from '../../eigenvalues.ts';
import { kernelOf, multipliersOf, type Normal, normalSpace, slopesOf } from './normal.ts';
import type { ManifoldPoint } from './point.ts';
import { riemannianGradient } from './sharpness.ts';

/**
 * Label-noise SGD near the zero-loss manifold, to second order in its fluctuations and exactly in the step size. Theta differs
 * from its retraction by normal vectors of covariance S = J^T M J, where the spread by a step's noise balances what steps
 * contract:
 *
 *   mini-batches of b, with replacement:
 *     K M + M K = 2 eta [diag(K M K) / b + (1 - 1/b) K M K / n] + (2 eta sigma² / b) I
 *   full batch, mean of the losses: K M + M K = (2 eta / n) K M K + (2 eta sigma² / n) I
 *   full batch, sum of the losses: n times the step size of the mean.
 *
 * For small steps K M = (eta sigma² / b) I. Blanc et al. 2020, Damian, Ma, Lee 2021 and Li, Wang, Arora 2022 have the limit.
 */
export interface Walk {
  /** One sample a step, mini-batches, or the full batch with the mean or the sum of the losses. */
  readonly variant: WalkVariant;
  /** Samples of a mini-batch. */
  readonly batch?: number;
  /** eta */
  readonly stepSize: number;
  /** sigma, the standard deviation of the label noise, drawn for every sample of a batch. */
  readonly noise: number;
}

export type WalkVariant = 'single' | 'minibatch' | 'fullMean' | 'fullSum';
export const walkVariants: readonly WalkVariant[] = ['single', 'minibatch', 'fullMean', 'fullSum'];

/** What decides a walk, in the form of a mean over the batch. */
interface Mean {
  readonly full: boolean;
  readonly batch: number;
  /** The step size of the mean of the losses. */
  readonly eta: number;
  readonly noise: number;
}

/**
 * Time of the flow dTheta/dt = -P_T grad F that passes in a step, for small steps: eta² sigma² / 2 times 1/n for single
 * samples, 1/(n b) for mini-batches, 1/n² for the full mean, 1 for the full sum. @throws BAD_ARGUMENT
 */
export function timePerStep({ n }: Pick<ManifoldPoint, 'n'>, walk: Walk): number {
  const { eta, noise, batch } = meanOf(n, walk);
  return (eta * noise) ** 2 / (2 * n * batch);
}

/**
 * The step size from which on the fluctuations need not stay bounded, at this point: where
 * eta [max_i K_ii / b + (1 - 1/b) lambda_max(K) / n] = 1, with b = 1 for single samples; for the full batch
 * eta lambda_max(K) / n = 1 (mean) or eta lambda_max(K) = 1 (sum). For the full batch it is exact; for mini-batches a bound
 * below which they do stay bounded. @throws BAD_ARGUMENT
 */
export function stepSizeBound(point: ManifoldPoint, walk: Walk): number {
  const mean = meanOf(point.n, walk);
  const K = kernelOf(point, slopesOf(point));
  const { values } = symmetricEigensystem(K.slice(), point.n);
  return (boundOf(K, values, mean) * walk.stepSize) / mean.eta;
}

function boundOf(K: Float64Array, eigenvalues: Float64Array, { full, batch }: Mean): number {
  const n = eigenvalues.length;
  const shared = eigenvalues[n - 1] / n;
  if (full) return 1 / shared;
  let steepest = 0;
  for (let i = 0; i < n; i++) steepest = Math.max(steepest, K[i * n + i]);
  return 1 / (steepest / batch + (1 - 1 / batch) * shared);
}

export interface Fluctuations {
  /** K M, n x n. */
  readonly KM: Float64Array;
  /** Cov[r - y] = K M K, n x n. */
  readonly covariance: Float64Array;
}

/** Solves for M at a point. @throws NOT_DEFINED from `stepSizeBound` on, BAD_ARGUMENT */
export function fluctuations(point: ManifoldPoint, walk: Walk, { kernel }: Pick<Normal, 'kernel'>): Fluctuations {
  const { n } = point;
  const mean = meanOf(n, walk);
  const system = symmetricEigensystem(kernel.slice(), n);
  const bound = boundOf(kernel, system.values, mean);
  if (!(mean.eta < bound)) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `A step size of ${walk.stepSize} is beyond stability in mean square: steps below ${(bound * walk.stepSize) / mean.eta} keep the fluctuations bounded here`,
      'Take smaller steps.',
    );
  }
  const inBasis = mean.full ? fullBatch(system.values, mean) : miniBatch(system, mean);
  const { values } = system;
  return {
    KM: outOfBasis(system, (k, l) => values[k] * inBasis[k * n + l]),
    covariance: outOfBasis(system, (k, l) => values[k] * inBasis[k * n + l] * values[l]),
  };
}

/** M in the eigenbasis of K, where it is diagonal. */
function fullBatch(values: Float64Array, { eta, noise }: Mean): Float64Array {
  const n = values.length;
  const M = new Float64Array(n * n);
  values.forEach((kappa, k) => {
    M[k * n + k] = (eta * noise * noise) / n / (kappa * (1 - (eta * kappa) / n));
  });
  return M;
}

/** Rounds of the iteration: below the bound of the step size each lowers the error, by half or more a little below it. */
const MOST_ROUNDS = 10_000;

/** M in the eigenbasis of K: the equation is solved for given diag(K M K), which is then renewed until it stays. */
function miniBatch({ values, vectors }: Eigensystem, { eta, noise, batch }: Mean): Float64Array {
  const n = values.length;
  const M = new Float64Array(n * n);
  let energies = new Float64Array(n);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // V diag(s) V^T, then divided cell by cell.
    const scaled = vectors.map((v, k) => v * ((2 * eta) / batch) * (energies[k % n] + noise * noise));
    for (let k = 0; k < n; k++) {
      for (let l = 0; l <= k; l++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += scaled[k * n + i] * vectors[l * n + i];
        const shared = ((2 * eta * (1 - 1 / batch)) / n) * values[k] * values[l];
        M[k * n + l] = sum / (values[k] + values[l] - shared);
        M[l * n + k] = M[k * n + l];
      }
    }
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) {
        let sum = 0;
        for (let l = 0; l < n; l++) sum += M[k * n + l] * values[l] * vectors[l * n + i];
        next[i] += values[k] * vectors[k * n + i] * sum;
      }
    }
    const change = next.reduce((most, value, i) => Math.max(most, Math.abs(value - energies[i]) / value), 0);
    energies = next;
    if (!(change > 1e-13)) return M;
  }
  throw new FlatwalkError(
    'NOT_DEFINED',
    `The covariance of the fluctuations did not settle in ${MOST_ROUNDS} rounds: the step size is too near to its bound`,
    'Take smaller steps.',
  );
}

/** sum_kl v_k cell(k, l) v_l^T, n x n. */
function outOfBasis({ values, vectors }: Eigensystem, cell: (k: number, l: number) => number): Float64Array {
  const n = values.length;
  const half = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let l = 0; l < n; l++) {
      const factor = cell(k, l);
      if (factor === 0) continue;
      for (let i = 0; i < n; i++) half[k * n + i] += factor * vectors[l * n + i];
    }
  }
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const factor = vectors[k * n + i];
      for (let l = 0; l < n; l++) out[i * n + l] += factor * half[k * n + l];
    }
  }
  return out;
}

/** Coefficients of sum_i D²r_i S grad r_i, m x n: a_j phi''(z_ij) sum_k (K M)_ik G_ik s_jk. */
export function fluctuationForce(point: ManifoldPoint, slopes: Float64Array, KM: Float64Array): Float64Array {
  const { m, n, Z, G, secondLayer, activation } = point;
  const weighted = KM.map((value, k) => value * G[k]);
  const force = new Float64Array(m * n);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += weighted[i * n + k] * slopes[j * n + k];
      force[j * n + i] = secondLayer[j] * activation.d2phi(Z[j * n + i]) * sum;
    }
  }
  return force;
}

export interface ResidualLaws {
  /** E[r_i - y_i] = -(eta sigma² / (4 b)) lambda_i, n: the limit of small steps, lambda being the multipliers of F. */
  readonly plainMean: Float64Array;
  /** E[r_i - y_i] exactly in the step size, n: -K^-1 J sum_i D²r_i S grad r_i. */
  readonly mean: Float64Array;
  /** Cov[r - y] = K M K, n x n. */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of the residuals of label-noise SGD about a point of the manifold, from which it moves slowly.
 * @throws BAD_ARGUMENT; NOT_DEFINED where J J^T is singular, and for step sizes from `stepSizeBound` on
 */
export function residualLaws(point: ManifoldPoint, walk: Walk): ResidualLaws {
  const normal = normalSpace(point);
  const { eta, noise, batch } = meanOf(point.n, walk);
  const { KM, covariance } = fluctuations(point, walk, normal);
  const force = fluctuationForce(point, normal.slopes, KM);
  return {
    plainMean: riemannianGradient(point).lambda.map((l) => (-eta * noise * noise * l) / (4 * batch)),
    mean: multipliersOf(point, normal, force).map((mu) => -mu),
    covariance,
  };
}

/** @throws BAD_ARGUMENT */
export function meanOf(n: number, { variant, batch, stepSize, noise }: Walk): Mean {
  if (!walkVariants.includes(variant)) {
    const what = `There is no walk '${variant}'`;
    throw new FlatwalkError('BAD_ARGUMENT', what, `Choose from: ${walkVariants.join(', ')}.`);
  }
  if (batch !== undefined && variant !== 'minibatch') {
    const what = `The variant ${variant} has no batch of its own`;
    throw new FlatwalkError('BAD_ARGUMENT', what, "Leave out batch, or take the variant 'minibatch'.");
  }
  real('noise', noise, 0);
  if (!(real('stepSize', stepSize) > 0)) {
    throw new FlatwalkError('BAD_ARGUMENT', `A step size of ${stepSize} leads nowhere`, 'Set it above 0.');
  }
  const full = variant === 'fullMean' || variant === 'fullSum';
  const samples = full ? n : variant === 'minibatch' ? count('batch', batch as number) : 1;
  return { full, batch: samples, eta: variant === 'fullSum' ? n * stepSize : stepSize, noise };
}
