import type { Stretch } from '../src/engine/gpu.ts';
import type { Engine, MetricName, MetricRow } from '../src/engine/index.ts';
import type { KernelName } from '../src/engine/registry.ts';
import { FlatwalkError } from '../src/model/errors.ts';
import type { BenchCase, Check, Figure, Memory, Rates, SkippedCase, SuiteName, Work } from './document.ts';
import { type Contender, measureInTurn, type Samples } from './measure.ts';
import type { SizeName } from './problems.ts';
import { type DeviceTimes, deviceSamples } from './stamps.ts';
import { estimate } from './statistics.ts';
import type { Timestamps } from './timestamps.ts';

/** Something that is timed, and what shows that it computes the right thing. */
export interface Entry extends Contender {
  /** What `time` is the time of. */
  readonly unit: string;
  /** Units in one of `run`'s; 1 if not given. */
  readonly per?: number;
  /** Of a unit. */
  readonly work?: Work;
  /** How a run is done, in words. */
  readonly plan?: string;
  /**
   * Does it once, from its beginning, and compares. Called before the timing and after it.
   * @throws LIMIT, BAD_ARGUMENT where it cannot be done here: the case is skipped
   */
  check(): Promise<Check>;
  /** As `run`, with the passes timed by the device; only where its passes hold nothing but what is timed. */
  readonly onDevice?: true;
  /** Takes so long that it is done once, without a warm-up; `check` judges what was done. */
  readonly once?: true;
  /**
   * Nanoseconds of the first time, where preparing or checking the entry did it; null where that is not known. Else it is done
   * and timed before the first check.
   */
  readonly first?: () => number | null;
  /** What the last check saw of memory. */
  readonly memory?: () => Memory | undefined;
}

export interface PreparedGroup {
  readonly entries: readonly Entry[];
  /** Why the others were not made. */
  readonly reason?: string;
  dispose(): void;
}

/** Cases that are timed in turn. */
export interface Group {
  readonly names: readonly string[];
  /** Share of the suite's time; 1 if not given. */
  readonly weight?: number;
  /** Least time of a sample; the default of measureInTurn if not given. */
  readonly sampleMs?: number;
  /** Makes those of the entries that are wished for. What it allocates, `dispose` frees. */
  prepare(wanted: (name: string) => boolean): Promise<PreparedGroup>;
}

export interface Suite {
  readonly name: SuiteName;
  /** Seconds with --quick. */
  readonly quickSeconds: number;
  /** Whether its cases are held against what the adapter can do. */
  readonly needsRoofline?: true;
  groups(context: BenchContext): readonly Group[];
  /** Numbers that are no times, from the cases that were measured. */
  figures?(cases: readonly BenchCase[]): Figure[];
}

/** How much is measured. `tiny` is for tests: one of each kind, small. */
export type Effort = 'tiny' | 'quick' | 'full';

/** The rates of this adapter, measured. */
export interface Roofline {
  /** 10⁹ operations a second, the better of scalar and vec4. */
  readonly gflops: number;
  /** 10⁹ bytes a second. */
  readonly gbs: number;
}

export interface BenchContext {
  readonly engine: Engine;
  readonly effort: Effort;
  readonly signal?: AbortSignal;
  /** Null where device times mean nothing. */
  readonly deviceClock: DeviceClock | null;
  readonly host: HostPowers;
}

/** A clock of the device that was found to be real. */
export interface DeviceClock {
  readonly timestamps: Pick<Timestamps, 'next' | 'take'>;
  /** Nanoseconds between two of its values. */
  readonly quantum: number;
}

/** What only the place where it runs can do. */
export interface HostPowers {
  /** Another engine on the same adapter. */
  readonly open?: () => Promise<Engine>;
  /** A run of a size in a process of its own, from its start. */
  readonly alone?: (size: SizeName, metrics: readonly MetricName[]) => Alone;
  /** A kernel of the registry on inputs of a shape, with its oracle; null where the kernel is not for such a shape. */
  readonly prepareKernel: (engine: Engine, kernel: KernelName, shape: KernelShape) => Promise<KernelBench | null>;
  /** The quick reproduction of the main result; says whether all claims hold. */
  readonly reproduce?: (engine: Engine, signal?: AbortSignal) => Promise<Check>;
}

/** A run in a process of its own; each promise rejects where the process ends without it. */
export interface Alone {
  readonly firstRow: Promise<Pick<MetricRow, 'step' | 'values'>>;
  readonly ended: Promise<Memory>;
  /** Ends the process. */
  stop(): void;
}

export interface KernelShape {
  readonly replicas: number;
  readonly width: number;
  readonly samples: number;
  readonly dimension: number;
}

/** A kernel with buffers, ready to be dispatched. */
export interface KernelBench {
  /** In words. */
  readonly shape: string;
  readonly work: Work;
  /** Records the kernel. */
  dispatch(): void;
  /** Writes the contents of all buffers as they were at first. */
  reset(): void;
  /** The buffers that it writes. */
  readonly outputs: readonly Stretch[];
  /** Compares their contents with the oracle; the largest error as a share of its tolerance. */
  compare(bytes: readonly ArrayBuffer[]): { readonly ratio: number; readonly where: string };
  dispose(): void;
}

/** Samples of times by the device's clock. */
const DEVICE_SAMPLES: Record<Effort, number> = { tiny: 2, quick: 5, full: 10 };
const SAMPLES: Record<Effort, number> = { tiny: 3, quick: 30, full: 50 };

export interface Timed {
  readonly cases: BenchCase[];
  readonly skipped: SkippedCase[];
}

/**
 * Times the entries against each other. Those whose check fails, before or after, have no time; those that this device
 * cannot hold, or for which there is no plan, are skipped.
 */
export async function timeGroup(
  context: BenchContext,
  suite: SuiteName,
  entries: readonly Entry[],
  { budgetMs, sampleMs }: { readonly budgetMs?: number; readonly sampleMs?: number } = {},
  roofline?: Roofline,
): Promise<Timed> {
  const { effort, signal, deviceClock, engine } = context;
  const checks = new Map<Entry, Check>();
  const skipped: SkippedCase[] = [];
  const times = new Map<Entry, Samples>();
  const firsts = new Map<Entry, number>();
  for (const entry of entries) {
    const first = entry.first || entry.once ? null : await firstTime(entry);
    const check = entry.once ? await timedOnce(entry, times) : await checked(entry);
    if (typeof check === 'string') skipped.push({ case: entry.name, suite, reason: check });
    else checks.set(entry, check);
    const took = entry.first?.() ?? first ?? (entry.once ? times.get(entry)?.perUnit[0] : null);
    if (took) firsts.set(entry, took);
  }
  const sound = [...checks].filter(([{ once }, { passed }]) => passed && !once).map(([entry]) => entry);
  const device = new Map<Entry, DeviceTimes>();
  try {
    const least = effort === 'tiny' ? 1 : sampleMs;
    // The check has done everything once.
    const options = { samples: SAMPLES[effort], budgetMs, signal, sampleMs: least, warm: true };
    const all = sound.length > 0 ? await measureInTurn(sound, options) : [];
    for (const [k, entry] of sound.entries()) {
      times.set(entry, all[k]);
      if (!entry.onDevice || !deviceClock) continue;
      device.set(entry, await deviceTimes(engine, deviceClock, entry, all[k].unitsPerSample, effort));
    }
  } catch (error) {
    if (fatal(error)) throw error;
    // Whose fault it is cannot be told, and none has been measured to the end.
    for (const entry of sound) checks.set(entry, failedCheck(error));
    for (const entry of sound) times.delete(entry);
  }
  for (const entry of sound.filter((one) => times.has(one))) {
    const again = await checked(entry);
    checks.set(entry, typeof again === 'string' ? failedCheck(again) : again);
  }
  const cases = [...checks].map(([entry, check]) =>
    caseOf(
      context,
      suite,
      entry,
      check,
      { measured: times.get(entry), first: firsts.get(entry), byDevice: device.get(entry) },
      roofline,
    ),
  );
  return { cases, skipped };
}

interface Measured {
  readonly measured?: Samples;
  readonly first?: number;
  readonly byDevice?: DeviceTimes;
}

function caseOf(
  { engine }: BenchContext,
  suite: SuiteName,
  { name, unit, per = 1, work, plan, memory }: Entry,
  check: Check,
  { measured, first, byDevice }: Measured,
  roofline?: Roofline,
): BenchCase {
  const head = { case: name, suite, unit, ...(plan ? { plan } : {}), check };
  if (!check.passed || !measured) return { ...head, time: null };
  const samples = measured.perUnit.map((ns) => ns / per);
  const time = { ...estimate(samples), samples, unitsPerSample: measured.unitsPerSample * per };
  const device = byDevice && 'times' in byDevice ? estimate(byDevice.times.map((ns) => ns / per)) : undefined;
  // On a software adapter both clocks see the same processor, and more samples were taken by the wall clock.
  const best = device && !engine.adapter.software ? device : time;
  return {
    ...head,
    time,
    ...(device ? { device } : {}),
    ...(byDevice && 'reason' in byDevice ? { noDevice: byDevice.reason } : {}),
    ...(first ? { first, ...(per > 1 ? { firstUnits: per } : {}) } : {}),
    ...(memory?.() ? { memory: memory() } : {}),
    ...(work ? { work } : {}),
    // Nothing has a rate that took no time.
    ...(work && best.median > 0 ? { rates: ratesOf(work, best.median, roofline) } : {}),
  };
}

/** How long it takes for the first time, nanoseconds; null where it fails, of which the check tells the reason. */
async function firstTime(entry: Entry): Promise<number | null> {
  const began = performance.now();
  try {
    await entry.run(1);
  } catch (error) {
    if (fatal(error)) throw error;
    return null;
  }
  return (performance.now() - began) * 1e6;
}

/** Does it, with its time, and then the check. */
async function timedOnce(entry: Entry, times: Map<Entry, Samples>): Promise<Check | string> {
  const began = performance.now();
  try {
    await entry.run(1);
  } catch (error) {
    if (fatal(error)) throw error;
    return failedCheck(error);
  }
  times.set(entry, { name: entry.name, perUnit: [(performance.now() - began) * 1e6], unitsPerSample: 1 });
  return checked(entry);
}

export function ratesOf(work: Work, nanoseconds: number, roofline?: Roofline): Rates {
  const rates = { gflops: work.flops / nanoseconds, gbs: work.bytes / nanoseconds };
  if (!roofline) return rates;
  return { ...rates, share: Math.max(work.flops / roofline.gflops, work.bytes / roofline.gbs) / nanoseconds };
}

export function failedCheck(error: unknown): Check {
  return { passed: false, error: Number.POSITIVE_INFINITY, tolerance: 0, note: firstLine(error) };
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}

/** Whether nothing else can be measured after this. */
export function fatal(error: unknown): boolean {
  return error instanceof FlatwalkError && ['ABORTED', 'DEVICE_LOST', 'DISPOSED'].includes(error.code);
}

/** The check, or why there can be none here. */
async function checked(entry: Entry): Promise<Check | string> {
  try {
    return await entry.check();
  } catch (error) {
    if (fatal(error)) throw error;
    if (error instanceof FlatwalkError && ['LIMIT', 'BAD_ARGUMENT'].includes(error.code)) return firstLine(error);
    return failedCheck(error);
  }
}

async function deviceTimes(
  engine: Engine,
  { timestamps, quantum }: DeviceClock,
  entry: Entry,
  units: number,
  effort: Effort,
): Promise<DeviceTimes> {
  const { recorder } = engine.lowLevel;
  const once = async (count: number) => {
    await entry.run(count);
    return timestamps.take();
  };
  recorder.passTimes = timestamps.next;
  try {
    return await deviceSamples(once, units, quantum, DEVICE_SAMPLES[effort]);
  } finally {
    recorder.passTimes = null;
  }
}
