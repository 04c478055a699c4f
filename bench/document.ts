import type { AdapterDescription } from '../src/engine/index.ts';
import type { BenchProblems } from './problems.ts';
import type { Estimate } from './statistics.ts';
import type { TimestampQuality } from './timestamps.ts';

/** What a run of the benchmarks leaves behind, as JSON. Described in docs/benchmarks.md; the version is in `schema`. */

export const SCHEMA = 1;

export const suiteNames = ['roofline', 'kernels', 'steps', 'probes', 'end-to-end', 'peers'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** Whether what was timed computes what it should. */
export interface Check {
  readonly passed: boolean;
  /** The largest error, in units of `tolerance`'s. */
  readonly error: number;
  readonly tolerance: number;
  /** Against what; where it failed, what went wrong. */
  readonly note: string;
}

/** What a unit has to do at least. */
export interface Work {
  /** Multiply-adds counted as two. */
  readonly flops: number;
  /** That must move to or from memory at least once. */
  readonly bytes: number;
}

export interface Rates {
  /** 10⁹ operations a second. */
  readonly gflops: number;
  /** 10⁹ bytes a second. */
  readonly gbs: number;
  /** The least time that the measured multiply-add rate and bandwidth allow, over the time taken. */
  readonly share?: number;
}

/** Of a process, bytes. */
export interface Memory {
  /** That its buffers on the device added up to, at most. */
  readonly held: number;
  /** That it took of the machine's memory, at most. */
  readonly peak: number;
}

export interface BenchCase {
  /** `<small|mid|large>/<what>` */
  readonly case: string;
  readonly suite: SuiteName;
  /** What the times are times of. */
  readonly unit: string;
  /** How a run was done, in words: strategy, space, lanes, draws. */
  readonly plan?: string;
  /** Nanoseconds a unit by the wall clock; null where the check failed. */
  readonly time: (Estimate & { readonly samples: readonly number[]; readonly unitsPerSample: number }) | null;
  /** Nanoseconds a unit by the device's clock. */
  readonly device?: Estimate;
  /** Why there is none by the device's clock, where that is real and it was tried. */
  readonly noDevice?: string;
  /**
   * Nanoseconds of the first time that it was done, by the wall clock, with what was compiled and uploaded for it alone: once the
   * least that can be asked for, which is `firstUnits` units.
   */
  readonly first?: number;
  readonly firstUnits?: number;
  readonly work?: Work;
  readonly rates?: Rates;
  readonly memory?: Memory;
  readonly check: Check;
}

/** A number that is no time. */
export interface Figure {
  readonly name: string;
  readonly suite: SuiteName;
  readonly value: number;
  /** Ends of its 95 % interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
  readonly unit: string;
  readonly note: string;
}

export interface SkippedCase {
  readonly case: string;
  readonly suite: SuiteName;
  readonly reason: string;
}

/** What identical work differed by: nothing below it is a difference. Shares of the time. */
export interface NoiseFloor {
  /** Of the same thing twice, in turn. */
  readonly inTurn: number;
  /** Of the same thing at the beginning and at the end; null where there was no end. */
  readonly drift: number | null;
  /** The larger. */
  readonly share: number;
}

export interface ClockQuality {
  /** Nanoseconds between two values of the wall clock. */
  readonly resolution: number;
  readonly device: TimestampQuality;
}

/** How it ended. What was measured until then is kept however it ends. */
export type BenchOutcome =
  | { readonly kind: 'finished' }
  | { readonly kind: 'aborted' }
  /** The device went away. */
  | { readonly kind: 'lost'; readonly error: Error };

/** What the task gives. The command adds who computed (`environment`) and when (`date`). */
export interface BenchResult {
  /** What was measured on; documents of different ones are not compared. */
  readonly problem: BenchProblems;
  readonly outcome: BenchOutcome;
  /** Null where it ended before they were known. */
  readonly clock: ClockQuality | null;
  readonly noiseFloor: NoiseFloor | null;
  readonly cases: readonly BenchCase[];
  readonly figures: readonly Figure[];
  /** Cases that were wished for and not measured, with the reason. */
  readonly skipped: readonly SkippedCase[];
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/** The parts of a document that comparing needs. */
export interface BenchDocument extends BenchResult {
  readonly schema: number;
  readonly command: 'bench';
  /** ISO 8601 */
  readonly date: string;
  readonly config: object;
  readonly environment: {
    readonly flatwalk: string;
    /** Fingerprint of the kernels' texts; older documents have none. */
    readonly kernels?: string;
    readonly in: string;
    readonly adapter: AdapterDescription;
    readonly browser?: string;
    readonly node?: string;
    readonly dawn?: string;
    readonly system: string;
    readonly cpu: string;
  };
}

/** Above this the machine does something else as well. */
const LOADED = 0.1;
const COARSE_NS = 50_000;

/** What a reader of the numbers should know. */
export function warningsFor(
  clock: ClockQuality | null,
  noiseFloor: NoiseFloor | null,
  software: boolean,
  hidden: boolean,
): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const warnings: string[] = [];
  if (software) warnings.push('The adapter is software: a CPU computes. The times say nothing about a GPU.');
  if (noiseFloor && noiseFloor.share > LOADED) {
    const { share, inTurn, drift } = noiseFloor;
    const over = drift === null ? '' : `, ${percent(drift)} from the beginning to the end`;
    warnings.push(
      `The machine is busy: the same work differs by ${percent(share)} (${percent(inTurn)} in turn${over}).`,
    );
  }
  if (clock) {
    const { resolution, device } = clock;
    if (resolution >= COARSE_NS)
      warnings.push(`The clock is coarse: it ticks every ${(resolution / 1000).toFixed(0)} µs.`);
    if (!device.real) warnings.push(`There are no times by the device's clock: ${device.reason}.`);
    else if ((device.resolution ?? 0) >= COARSE_NS) warnings.push(`The device's clock is coarse: ${device.reason}.`);
  }
  if (hidden) warnings.push('The tab is hidden: browsers slow hidden tabs down.');
  return warnings;
}
