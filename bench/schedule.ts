/** Who is measured when, and for how long. */
import { FlatwalkError } from '../src/engine/index.ts';
import type { BenchCase, ClockQuality, Figure, NoiseFloor, SkippedCase } from './document.ts';
import {
  type BenchContext,
  type Effort,
  failedCheck,
  fatal,
  type Group,
  type PreparedGroup,
  type Roofline,
  type Suite,
  type Timed,
  timeGroup,
} from './suite.ts';
import { rateGroups, rooflineOf } from './suites/roofline.ts';

/** How many times longer than quick. Tests take what it takes. */
const LONGER: Record<Effort, number> = { tiny: 1000, quick: 1, full: 4 };
/** Seconds for all suites together with --quick, whose promise is two minutes with whatever is around them. */
const QUICK_SECONDS = 84;
export const TIME_UP = 'the time was up';
/** For the roofline where it is needed and not asked for, each of its groups. */
const ROOFLINE_MS = 1500;

/** Cases that follow each other in a suite, on their way to being measured. */
export interface Planned {
  readonly suite: Suite;
  readonly groups: readonly Group[];
}

/** What was found so far. */
export interface Found {
  readonly cases: BenchCase[];
  readonly figures: Figure[];
  readonly skipped: SkippedCase[];
  clock: ClockQuality | null;
  noiseFloor: NoiseFloor | null;
}

/** Who is told how far it is, and what was measured. */
export interface Told {
  readonly progress?: (share: number, label: string) => void;
  readonly measured?: (cases: readonly BenchCase[]) => void;
}

/** Suite by suite, each with its share of the time. @throws ABORTED, DEVICE_LOST, DISPOSED */
export async function measureSuites(
  context: BenchContext,
  tell: Told,
  plan: readonly Planned[],
  wanted: (name: string) => boolean,
  found: Found,
): Promise<void> {
  const began = performance.now();
  const factor = LONGER[context.effort];
  const all = plan.reduce((sum, { suite }) => sum + suite.quickSeconds, 0);
  const total = factor * Math.min(QUICK_SECONDS, all);
  let left = all;
  let roofline: Roofline | undefined;
  for (const { suite, groups } of plan) {
    // With --quick a suite that took longer than it should leaves less to those after it.
    const rest = total - (performance.now() - began) / 1000;
    const usual = factor * suite.quickSeconds;
    const seconds = context.effort === 'quick' ? Math.min(usual, (rest * suite.quickSeconds) / left) : usual;
    // What nobody else needs may be spent on groups that are still to begin.
    const later = (factor * (left - suite.quickSeconds) * QUICK_SECONDS) / Math.max(QUICK_SECONDS, all);
    const spare = factor * QUICK_SECONDS - (performance.now() - began) / 1000 - later;
    // Only --quick promises an end: else every case is measured, if only a few times where time has run out.
    const latest = context.effort === 'quick' ? spare : Number.POSITIVE_INFINITY;
    const share = (part: number) => 1 - (left - part * suite.quickSeconds) / all;
    const progress = (part: number, label: string) => tell.progress?.(share(part), `${suite.name}: ${label}`);
    // Without the suite of that name it is measured all the same, and not listed.
    if (suite.needsRoofline && !roofline) roofline = await measureRoofline(context, suite);
    const told = { progress, measured: tell.measured };
    await runSuite(context, suite, groups, { seconds, latest }, wanted, told, found, roofline);
    if (suite.name === 'roofline') roofline = wholeRoofline(found.cases);
    left -= suite.quickSeconds;
  }
}

/** Every group has its share of the seconds that the suite has left. After `latest` seconds none is begun. */
async function runSuite(
  context: BenchContext,
  suite: Suite,
  groups: readonly Group[],
  { seconds, latest }: { readonly seconds: number; readonly latest: number },
  wanted: (name: string) => boolean,
  { progress, measured }: Told,
  found: Found,
  roofline: Roofline | undefined,
): Promise<void> {
  const began = performance.now();
  const total = groups.reduce((sum, group) => sum + weightOf(group), 0);
  let left = total;
  for (const group of groups) {
    const names = group.names.filter(wanted);
    const spent = (performance.now() - began) / 1000;
    progress?.(1 - left / total, names[0]);
    if (spent > Math.max(seconds, latest)) {
      found.skipped.push(...names.map((name) => ({ case: name, suite: suite.name, reason: TIME_UP })));
      continue;
    }
    const budgetMs = (1000 * Math.max(0, seconds - spent) * weightOf(group)) / left;
    left -= weightOf(group);
    const { cases, skipped } = await measureGroup(context, suite, group, wanted, budgetMs, roofline);
    found.cases.push(...cases);
    measured?.(cases);
    found.skipped.push(...skipped);
  }
}

function weightOf({ weight = 1 }: Group): number {
  return weight;
}

async function measureRoofline(context: BenchContext, suite: Suite): Promise<Roofline> {
  const cases: BenchCase[] = [];
  for (const group of rateGroups(context)) {
    cases.push(...(await measureGroup(context, { ...suite, name: 'roofline' }, group, () => true, ROOFLINE_MS)).cases);
  }
  return rooflineOf(cases);
}

/** The roofline of measured cases; undefined where a filter has left out what it is made of. */
function wholeRoofline(cases: readonly BenchCase[]): Roofline | undefined {
  const roofline = rooflineOf(cases);
  return roofline.gflops > 0 && roofline.gbs > 0 ? roofline : undefined;
}

async function measureGroup(
  context: BenchContext,
  { name: suite }: Suite,
  group: Group,
  wanted: (name: string) => boolean,
  budgetMs: number,
  roofline?: Roofline,
): Promise<Timed> {
  if (context.signal?.aborted) throw interrupted();
  const began = performance.now();
  let prepared: PreparedGroup;
  try {
    prepared = await group.prepare(wanted);
  } catch (error) {
    if (fatal(error)) throw error;
    const check = failedCheck(error);
    const cases = group.names.filter(wanted).map((name) => ({ case: name, suite, unit: '', time: null, check }));
    return { cases, skipped: [] };
  }
  try {
    const rest = Math.max(0, budgetMs - (performance.now() - began));
    const options = { budgetMs: rest, sampleMs: group.sampleMs };
    const { cases, skipped } = await timeGroup(context, suite, prepared.entries, options, roofline);
    // What an interruption breaks, for instance a process beside this one, is not wrong.
    if (context.signal?.aborted && cases.some(({ check }) => !check.passed)) throw interrupted();
    const made = new Set(prepared.entries.map(({ name }) => name));
    const without = group.names.filter((name) => wanted(name) && !made.has(name));
    const none = without.map((name) => ({ case: name, suite, reason: prepared.reason ?? 'not for this size' }));
    return { cases, skipped: [...skipped, ...none] };
  } finally {
    prepared.dispose();
  }
}

function interrupted(): FlatwalkError {
  return new FlatwalkError('ABORTED', 'The benchmark was stopped', 'Run it again.');
}
