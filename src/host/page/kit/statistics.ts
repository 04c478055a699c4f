import { quantileSorted } from 'simple-statistics';

/** What is shown of the values of all replicas: as in reports, the 10 % and 90 % quantiles and the median. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** null where no value is finite. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const [low, median, high] = [0.1, 0.5, 0.9].map((share) => quantileSorted(sorted, share));
  return { low, median, high };
}

type Numbers = (number | null)[];
/** Steps, then the high and the low quantile and the median; null where no value was finite. */
export type Track = [steps: number[], high: Numbers, low: Numbers, median: Numbers];

/** As a logarithm can draw it: what is not above zero is put where the least of the others is, or left out without any. */
export function aboveZero([steps, ...lines]: Track): Track {
  const positive = lines.flat().filter((v): v is number => v !== null && v > 0);
  const floor = positive.length > 0 ? positive.reduce((a, b) => Math.min(a, b)) : null;
  const [high, low, median] = lines.map((values) => values.map((v) => (v === null || v > 0 ? v : floor)));
  return [steps, high, low, median];
}

/** Four digits. */
export const short = (value: number) => String(Number(value.toPrecision(4)));

/** As `short`, and always of the same length where that reads well: a number that changes does not jump. */
export const steady = (value: number) =>
  Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4 ? value.toPrecision(4) : short(value);

export const grouped = (value: number) => value.toLocaleString('en');
