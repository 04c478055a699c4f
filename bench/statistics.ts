/** What is said about samples of a time. Medians and ranks throughout: times have long tails to one side. */
import { errorFunction, median, medianAbsoluteDeviation, numericSort, wilcoxonRankSum } from 'simple-statistics';

export interface Interval {
  readonly median: number;
  /** Ends of the 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
}

export interface Estimate extends Interval {
  /** Median absolute deviation x 1.4826, the standard deviation where samples are normal. */
  readonly spread: number;
  readonly count: number;
}

/** Makes the median absolute deviation of normal samples their standard deviation: 1 / Φ⁻¹(3/4). */
const TO_DEVIATION = 1.4826;
/** Half the width of a 95 % interval in standard deviations. */
const CONFIDENCE = 1.96;

/**
 * The median with its 95 % interval. The interval runs between order statistics: how many samples lie below the true
 * median is binomial, whatever the distribution. With fewer than 6 samples it is their whole range, and covers less.
 */
export function estimate(samples: readonly number[]): Estimate {
  return {
    ...interval(samples),
    spread: TO_DEVIATION * medianAbsoluteDeviation([...samples]),
    count: samples.length,
  };
}

/** Ratio of paired samples, taken in the same round: median with a 95 % interval. */
export function ratio(numerator: readonly number[], denominator: readonly number[]): Interval {
  const rounds = Math.min(numerator.length, denominator.length);
  return interval(Array.from({ length: rounds }, (_, k) => numerator[k] / denominator[k]));
}

/**
 * Ratio of samples that belong to no pairs: the median of all quotients with a 95 % interval. On logarithms it is the
 * estimate of a shift by Hodges and Lehmann, Annals of Mathematical Statistics 34 (1963), and the interval holds the shifts
 * that the Mann-Whitney test does not refuse. With few samples it is the whole range.
 */
export function ratioOfMedians(numerator: readonly number[], denominator: readonly number[]): Interval {
  const [m, n] = [numerator.length, denominator.length];
  const quotients = numericSort(numerator.flatMap((a) => denominator.map((b) => a / b)));
  const reach = CONFIDENCE * Math.sqrt((m * n * (m + n + 1)) / 12);
  const rank = Math.max(1, Math.floor((m * n) / 2 - reach));
  return { median: median(quotients), low: quotients[rank - 1], high: quotients[m * n - rank] };
}

/**
 * How likely ranks as uneven as these are, if both lists came from one distribution: the two-sided Mann-Whitney U test by
 * its normal approximation, with the correction for continuity. 1 where there are too few samples to tell: from 4 and 4
 * on it can be below 0.05.
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return 1;
  const u = wilcoxonRankSum([...a], [...b]) - (m * (m + 1)) / 2;
  const variance = (m * n * (m + n + 1 - ties([...a, ...b]) / ((m + n) * (m + n - 1)))) / 12;
  if (!(variance > 0)) return 1;
  const distance = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5) / Math.sqrt(variance);
  return Math.max(0, Math.min(1, 1 - errorFunction(distance / Math.SQRT2)));
}

function interval(samples: readonly number[]): Interval {
  const sorted = numericSort([...samples]);
  const n = sorted.length;
  // Ranks that a binomial count with chances of a half leaves 2.5 % outside of, on either side.
  const rank = Math.max(1, Math.floor(n / 2 - (CONFIDENCE * Math.sqrt(n)) / 2));
  return { median: median(sorted), low: sorted[rank - 1], high: sorted[n - rank] };
}

/** Sum of t³ − t over groups of t equal values. */
function ties(values: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1);
  return [...groups.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
}
