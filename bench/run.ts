import type { Engine } from '../src/engine/index.ts';
import { FlatwalkError } from '../src/model/errors.ts';
import { clockResolution } from './clock.ts';
import {
  type BenchCase,
  type BenchResult,
  type ClockQuality,
  type Figure,
  type SkippedCase,
  type SuiteName,
  warningsFor,
} from './document.ts';
import { beginNoise, timedPasses } from './noise.ts';
import {
  type BenchContext,
  type Effort,
  failedCheck,
  fatal,
  type Group,
  type HostPowers,
  type Roofline,
  type Suite,
  type Timed,
  timeGroup,
} from './suite.ts';
import { suites as allSuites } from './suites/index.ts';
import { rateGroups, rooflineOf } from './suites/roofline.ts';
import { judgeTimestamps, Timestamps } from './timestamps.ts';

export interface BenchRun {
  /** All that there are, in their order, if not given. */
  readonly suites?: readonly SuiteName[];
  /** Only cases whose name has this in it. */
  readonly filter?: string;
  readonly effort: Effort;
  readonly signal?: AbortSignal;
  readonly progress?: (share: number, label: string) => void;
  /** The page cannot be seen. */
  readonly hidden?: boolean;
}

/** How many times longer than quick. */
const FULL = 6;
/** With this much of the time of its suite gone, no group is begun any more. */
const OVERTIME = 1.2;

/** Runs suites and gathers what they find. @throws BAD_ARGUMENT where nothing fits the filter, ABORTED, DEVICE_LOST */
export async function runBench(
  engine: Engine,
  run: BenchRun,
  host: HostPowers,
  known: readonly Suite[] = allSuites,
): Promise<BenchResult> {
  const began = performance.now();
  const { effort, signal, filter } = run;
  const wanted = (name: string) => !filter || name.includes(filter);
  const timestamps = Timestamps.of(engine.lowLevel);
  try {
    const context: BenchContext = { engine, host, effort, signal, timestamps: null };
    const suites = known.filter((suite) => !run.suites || run.suites.includes(suite.name));
    const plan = suites.map((suite) => ({
      suite,
      groups: suite.groups(context).filter(({ names }) => names.some(wanted)),
    }));
    if (filter && plan.every(({ groups }) => groups.length === 0)) {
      throw new FlatwalkError('BAD_ARGUMENT', `No case has '${filter}' in its name`, 'Leave out --filter to see all.');
    }
    const endNoise = await beginNoise(context);
    const device = judgeTimestamps(await timedPasses(context, timestamps));
    const clock: ClockQuality = { resolution: clockResolution() * 1e6, device };
    const timed: BenchContext = { ...context, timestamps: device.real ? timestamps : null };
    const found: Found = { cases: [], figures: [], skipped: [] };
    let roofline: Roofline | undefined;
    for (const [k, { suite, groups }] of plan.entries()) {
      const progress = (share: number, label: string) =>
        run.progress?.((k + share) / plan.length, `${suite.name}: ${label}`);
      // Without the suite of that name it is measured all the same, and not listed.
      if (suite.needsRoofline && groups.length > 0) {
        roofline ??= rooflineOf(await measure(timed, { ...suite, name: 'roofline' }, rateGroups(timed)));
      }
      await runSuite(timed, suite, groups, wanted, progress, found, roofline);
      if (suite.name === 'roofline' && !filter) roofline = rooflineOf(found.cases);
      if (suite.figures && !filter) found.figures.push(...(await suite.figures(timed)));
    }
    const noiseFloor = await endNoise();
    run.progress?.(1, 'done');
    return {
      clock,
      noiseFloor,
      ...found,
      warnings: warningsFor(clock, noiseFloor, engine.adapter.software, run.hidden ?? false),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    timestamps?.dispose();
  }
}

interface Found {
  readonly cases: BenchCase[];
  readonly figures: Figure[];
  readonly skipped: SkippedCase[];
}

/** Every group has its share of the time that the suite has left. */
async function runSuite(
  context: BenchContext,
  suite: Suite,
  groups: readonly Group[],
  wanted: (name: string) => boolean,
  progress: (share: number, label: string) => void,
  found: Found,
  roofline: Roofline | undefined,
): Promise<void> {
  const seconds = suite.quickSeconds * (context.effort === 'full' ? FULL : 1);
  const began = performance.now();
  const total = groups.reduce((sum, group) => sum + weightOf(group), 0);
  let left = total;
  for (const group of groups) {
    const names = group.names.filter(wanted);
    const spent = (performance.now() - began) / 1000;
    progress(1 - left / total, names[0]);
    if (spent > OVERTIME * seconds) {
      found.skipped.push(...names.map((name) => ({ case: name, suite: suite.name, reason: 'the time was up' })));
      continue;
    }
    const budgetMs = (1000 * Math.max(0, seconds - spent) * weightOf(group)) / left;
    left -= weightOf(group);
    const { cases, skipped } = await measureGroup(context, suite, group, wanted, budgetMs, roofline);
    found.cases.push(...cases);
    found.skipped.push(...skipped);
  }
}

function weightOf({ weight = 1 }: Group): number {
  return weight;
}

async function measure(context: BenchContext, suite: Suite, groups: readonly Group[]): Promise<BenchCase[]> {
  const cases: BenchCase[] = [];
  for (const group of groups) cases.push(...(await measureGroup(context, suite, group, () => true, 1500)).cases);
  return cases;
}

async function measureGroup(
  context: BenchContext,
  { name: suite }: Suite,
  group: Group,
  wanted: (name: string) => boolean,
  budgetMs: number,
  roofline?: Roofline,
): Promise<Timed> {
  if (context.signal?.aborted) throw new FlatwalkError('ABORTED', 'The benchmark was stopped', 'Run it again.');
  const began = performance.now();
  let prepared: Awaited<ReturnType<Group['prepare']>>;
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
    return await timeGroup(context, suite, prepared.entries, { budgetMs: rest, sampleMs: group.sampleMs }, roofline);
  } finally {
    prepared.dispose();
  }
}
