/** Work of others, timed by the method of the benchmarks and held against what it took before. No files here. */
import type { Engine } from '../src/engine/index.ts';
import type { Clock } from './clock.ts';
import { compareSamples, type Verdict } from './compare.ts';
import { type Contender, measureInTurn } from './measure.ts';
import { noiseFloor } from './noise.ts';
import { estimate, type Interval, ratio } from './statistics.ts';
import type { BenchContext } from './suite.ts';
import { noiseKernel } from './suites/roofline.ts';

/** What was measured once, as it is kept. */
export interface GuardRecord {
  /** ISO 8601 */
  readonly date: string;
  /** What computed, in words; records of another are not compared with. */
  readonly on: string;
  /** Time a unit over that of a unit of the reference, round by round. */
  readonly ratios: readonly number[];
  /** By how much the reference differed from itself. */
  readonly noise: number;
  /** Nanoseconds a unit, for people: machines differ. */
  readonly median: number;
}

export interface GuardVerdict {
  readonly verdict: Verdict;
  /** Slower by more than the threshold. */
  readonly failed: boolean;
  /** New over old, each relative to the reference, with its 95 % interval. */
  readonly ratio: Interval;
  /** A line for people. */
  readonly text: string;
}

export interface GuardMeasure {
  /** Rounds; 30 if not given. */
  readonly samples?: number;
  readonly sampleMs?: number;
  readonly budgetMs?: number;
  readonly clock?: Clock;
}

/** The contender in turn with the reference, and with the reference again, which tells the noise. */
export async function measureGuarded(
  contender: Contender,
  reference: Contender,
  on: string,
  options: GuardMeasure = {},
): Promise<GuardRecord> {
  const twin: Contender = { name: `${reference.name}, again`, run: (count) => reference.run(count) };
  const [own, first, second] = await measureInTurn([contender, reference, twin], options);
  const median = (values: readonly number[]) => estimate(values).median;
  const half = Math.ceil(first.perUnit.length / 2);
  const noise = noiseFloor(
    [ratio(first.perUnit, second.perUnit)],
    median(first.perUnit.slice(0, half)),
    median(first.perUnit.slice(-half)),
  );
  return {
    date: new Date().toISOString(),
    on,
    // Each round has its own reference, so that what slowed all of a round slows neither of them.
    ratios: own.perUnit.map((time, k) => (2 * time) / (first.perUnit[k] + second.perUnit[k])),
    noise: noise.share,
    median: median(own.perUnit),
  };
}

/** What makes a kept record one that nothing can be held against; null where nothing does. */
export function recordFault(record: unknown): string | null {
  if (typeof record !== 'object' || record === null) return 'it is no record';
  const { date, on, ratios, noise, median } = record as Partial<Record<keyof GuardRecord, unknown>>;
  const positive = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value > 0;
  if (typeof date !== 'string' || typeof on !== 'string') return 'it does not say when and on what it was measured';
  if (!Array.isArray(ratios) || ratios.length === 0 || !ratios.every(positive)) return 'ratios is no list of ratios';
  if (!(noise === 0 || positive(noise))) return 'noise is no share';
  return positive(median) ? null : 'median is no time';
}

/** By the test of `flatwalk bench compare`. */
export function judgeGuarded(name: string, old: GuardRecord, now: GuardRecord, threshold: number): GuardVerdict {
  const noise = Math.max(old.noise, now.noise);
  const { verdict, failed, ratio, note } = compareSamples(old.ratios, now.ratios, threshold, noise);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const change = `${ratio.median.toFixed(3)} times what it took (${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)})`;
  const why = note ? `: ${note}` : '';
  const against = `since ${old.date.slice(0, 10)}; noise ${percent(noise)}, threshold ${percent(threshold)}`;
  return { verdict, failed, ratio, text: `${name}: ${verdict}${why}. ${change} ${against}.` };
}

/** Chained multiply-adds on the engine's device: the reference where the caller has none. */
export async function multiplyAdds(engine: Engine): Promise<{ readonly entry: Contender; dispose(): void }> {
  const context: BenchContext = {
    engine,
    effort: 'quick',
    deviceClock: null,
    host: { prepareKernel: async () => null },
  };
  return noiseKernel(context, 'multiply-adds');
}
