import { FlatwalkError } from '../../../model/errors.ts';
import { studentQuantile } from '../../../model/student.ts';
import { count, real } from '../../arrays.ts';
import type { Problem } from '../../problem.ts';
import type { LossCurvature } from '../../stages/curvature.ts';
import { meanAndError, type ProbeKind, prepareProbes } from '../../stages/probes.ts';
import { atOnePoint } from '../steady.ts';
import { checkProbeKind } from './closed.ts';
import { checkLossCurvature } from './products.ts';

export interface TraceOptions {
  /** The budget: as many probes are taken if no accuracy is wished, and never more. */
  readonly probes: number;
  /** 'rademacher' if not given: of the three it has the least variance where the diagonal is large. */
  readonly kind?: ProbeKind;
  readonly seed?: number;
  /** Ends once standardError <= relativeError |value|, at one of the numbers of probes of `looks`. */
  readonly relativeError?: number;
  /** D²L, or the Gauss-Newton matrix; 'hessian' if not given. */
  readonly of?: LossCurvature;
}

/** Hutchinson's estimate of a trace for one replica. */
export interface TraceReport {
  /** Mean of vᵀHv over the probes. */
  readonly value: number;
  /** Standard deviation of the probes / sqrt(probes); NaN for a single probe. */
  readonly standardError: number;
  /** Probes taken. */
  readonly probes: number;
  /** vᵀHv of every probe, by number. */
  readonly samples: Float64Array;
  /**
   * 'accuracy' where a look at the values so far found what was wished; the last look is at the budget itself. 'budget' where none
   * did, where no accuracy was wished, and always with a budget below 64: so few probes do not know their own standard error.
   */
  readonly stopped: 'accuracy' | 'budget';
  /**
   * Probes that the variance seen asks for to meet the wish, 2 or more: 2 where there was no variance, Infinity where there was and
   * the mean is 0; null where nothing was wished, NaN after a single probe.
   */
  readonly needed: number | null;
  /**
   * 95 % confidence, by Student's t with probes − 1 degrees of freedom; the whole line for a single probe. With few probes
   * of a matrix of low rank the law of a probe is skewed, and the interval covers less often than it says.
   */
  readonly interval: readonly [low: number, high: number];
  /** The trace in closed form. */
  readonly exact: number;
  /**
   * (value − exact) / standardError. NaN for a single probe, and where value and exact differ by no more than f32 rounds while
   * the standard error is below that too: probes without variance say nothing about chance.
   */
  readonly z: number;
}

/** Probes before the first look at the accuracy: standard errors of fewer are themselves off by more than 10 %. */
const LEAST_PROBES = 64;
/** Probes that are evaluated together. */
const MOST_AT_ONCE = 4096;
/** Relative to the mean size of a probe, or of the terms of a sum: what f32 sums leave of rounding. */
const ROUNDING = 4e-6;

/**
 * The numbers of probes at which the accuracy is looked at: 64, 96, 128, 192, 256, ... up to the budget. They depend on
 * nothing else, so neither do results. A stop that waits for a small standard error picks moments at which it happens to be
 * small, and the mean with it: from 64 probes on, and at few looks, that bias stays below a tenth of the standard error.
 */
export function* looks(budget: number): Generator<number> {
  for (let step = 0; ; step++) {
    const look = (step % 2 === 0 ? LEAST_PROBES : 1.5 * LEAST_PROBES) * 2 ** Math.floor(step / 2);
    yield Math.min(look, budget);
    if (look >= budget) return;
  }
}

/**
 * Hutchinson's estimate of tr H (Communications in Statistics 19, 1990), for every replica, beside the closed form. Probe k of
 * replica r is drawn by (seed, k, r) alone, so its value does not depend on the budget nor on the memory there is.
 * @throws BAD_ARGUMENT; LIMIT above 2^24 probes of all replicas together; NOT_DEFINED where a probe is not finite
 */
export const estimateTrace = /* @__PURE__ */ atOnePoint(measureEstimateTrace);

async function measureEstimateTrace(problem: Problem, options: TraceOptions): Promise<TraceReport[]> {
  const { kind = 'rademacher', seed = 0, relativeError, of = 'hessian' } = options;
  const budget = count('probes', options.probes);
  checkKept(budget, problem.lowLevel.network.replicas);
  checkProbeKind(kind);
  checkLossCurvature(of);
  count('seed', seed, 0);
  if (relativeError !== undefined) real('relativeError', relativeError, Number.MIN_VALUE);
  const { network, evaluate } = problem.lowLevel;
  const exact = await (of === 'hessian' ? problem.trace() : problem.manifoldTrace());
  const found = Array.from({ length: network.replicas }, () => new Float64Array(budget));
  const taken = new Array<number>(network.replicas).fill(0);
  const met = new Array<boolean>(network.replicas).fill(false);
  let first = 0;
  for (const look of relativeError === undefined ? [budget] : looks(budget)) {
    for (; first < look; first = Math.min(look, first + MOST_AT_ONCE)) {
      const probes = Math.min(MOST_AT_ONCE, look - first);
      const estimates = await evaluate(await prepareProbes(network, { probes, first, kind, seed, of }));
      for (const [r, { samples }] of estimates.entries()) {
        checkFinite(samples, r, first);
        found[r].set(samples, first);
      }
    }
    for (const r of taken.keys()) {
      if (met[r]) continue;
      taken[r] = look;
      const { value, standardError } = meanAndError(found[r].subarray(0, look));
      met[r] =
        look >= LEAST_PROBES && standardError <= (relativeError ?? 0) * Math.abs(value) && relativeError !== undefined;
    }
    if (met.every(Boolean)) break;
  }
  return found.map((samples, r) => report(samples.slice(0, taken[r]), exact[r], met[r], relativeError));
}

/** Every probe's value is kept: 128 MiB in float64. */
const MOST_KEPT = 2 ** 24;

function checkKept(probes: number, replicas: number): void {
  if (probes * replicas <= MOST_KEPT) return;
  throw new FlatwalkError(
    'LIMIT',
    `The values of ${probes} probes of ${replicas} replicas are too many to keep`,
    `Ask for at most ${Math.floor(MOST_KEPT / replicas)} probes.`,
  );
}

function report(samples: Float64Array, exact: number, met: boolean, relativeError?: number): TraceReport {
  const probes = samples.length;
  const { value, standardError } = meanAndError(samples);
  const size = samples.reduce((sum, sample) => sum + Math.abs(sample), 0) / probes;
  const half = probes > 1 ? studentQuantile(0.95, probes - 1) * standardError : Number.POSITIVE_INFINITY;
  // Also of a mean of 0, where there is no share of it.
  const share = standardError === 0 ? 0 : standardError / Math.abs(value);
  const needed = relativeError === undefined ? null : Math.max(2, Math.ceil(probes * (share / relativeError) ** 2));
  return {
    value,
    standardError,
    probes,
    samples,
    stopped: met ? 'accuracy' : 'budget',
    needed,
    interval: [value - half, value + half],
    exact,
    z: zScore(value - exact, standardError, size),
  };
}

/**
 * A difference in standard errors; NaN where rounding explains both.
 * @param size of what was added up, to which rounding is in proportion
 */
export function zScore(difference: number, standardError: number, size: number): number {
  const rounding = ROUNDING * size;
  if (standardError <= rounding && Math.abs(difference) <= rounding) return Number.NaN;
  return difference / standardError;
}

function checkFinite(samples: Float64Array, replica: number, first: number): void {
  const bad = samples.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new FlatwalkError(
    'NOT_DEFINED',
    `Probe ${first + bad} of replica ${replica} is ${samples[bad]}: the curvature is outside the range of f32`,
    'Set weights at which the network has moderate pre-activations.',
  );
}
