import { type Engine, FlatwalkError } from '../src/engine/index.ts';
import { clockResolution } from './clock.ts';
import {
  type BenchCase,
  type BenchOutcome,
  type BenchResult,
  type ClockQuality,
  type Figure,
  type NoiseFloor,
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

/** How many times longer than quick. Tests take what it takes. */
const LONGER: Record<Effort, number> = { tiny: Number.POSITIVE_INFINITY, quick: 1, full: 6 };
/** Seconds for all suites together with --quick, whose promise is two minutes with whatever is around them. */
const QUICK_SECONDS = 96;
/** For the roofline where it is needed and not asked for, each of its groups. */
const ROOFLINE_MS = 1500;

/** Cases that follow each other in a suite, on their way to being measured. */
interface Planned {
  readonly suite: Suite;
  readonly groups: readonly Group[];
}

/** What was found so far. */
interface Found {
  readonly cases: BenchCase[];
  readonly figures: Figure[];
  readonly skipped: SkippedCase[];
  clock: ClockQuality | null;
  noiseFloor: NoiseFloor | null;
}

/**
 * Runs suites and gathers what they find. Where it is aborted, or the device is lost, that is the outcome, and what was
 * measured until then is kept. @throws BAD_ARGUMENT where nothing fits the filter
 */
export async function runBench(
  engine: Engine,
  run: BenchRun,
  host: HostPowers,
  known: readonly Suite[] = allSuites,
): Promise<BenchResult> {
  const began = performance.now();
  const { effort, signal, filter = '', hidden = false } = run;
  const wanted = (name: string) => name.includes(filter);
  const context: BenchContext = { engine, host, effort, signal, timestamps: null };
  const plan = known
    .filter((suite) => !run.suites || run.suites.includes(suite.name))
    .map((suite) => ({ suite, groups: suite.groups(context).filter(({ names }) => names.some(wanted)) }))
    .filter(({ groups }) => groups.length > 0);
  if (plan.length === 0) throw nothingFits(run, known, context);
  const found: Found = { cases: [], figures: [], skipped: [], clock: null, noiseFloor: null };
  let outcome: BenchOutcome = { kind: 'finished' };
  try {
    await measureAll(context, run, plan, wanted, found);
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    if (error.code === 'ABORTED') outcome = { kind: 'aborted' };
    else if (error.code === 'DEVICE_LOST') outcome = { kind: 'lost', error };
    else throw error;
    found.skipped.push(...notReached(plan, wanted, found, outcome.kind === 'aborted' ? 'interrupted' : 'device lost'));
  }
  for (const { suite } of plan) {
    found.figures.push(...(suite.figures?.(found.cases.filter((one) => one.suite === suite.name)) ?? []));
  }
  run.progress?.(1, 'done');
  const { clock, noiseFloor, cases, figures, skipped } = found;
  const warnings = warningsFor(clock, noiseFloor, engine.adapter.software, hidden);
  const seconds = (performance.now() - began) / 1000;
  return { outcome, clock, noiseFloor, cases, figures, skipped, warnings, seconds };
}

async function measureAll(
  context: BenchContext,
  { progress }: BenchRun,
  plan: readonly Planned[],
  wanted: (name: string) => boolean,
  found: Found,
): Promise<void> {
  const began = performance.now();
  const timestamps = Timestamps.of(context.engine.lowLevel);
  try {
    progress?.(0, 'noise of the machine');
    const noise = await beginNoise(context);
    found.noiseFloor = noise.soFar;
    const device = judgeTimestamps(await timedPasses(context, timestamps));
    found.clock = { resolution: clockResolution() * 1e6, device };
    const timed: BenchContext = { ...context, timestamps: device.real ? timestamps : null };
    const factor = LONGER[context.effort];
    const all = plan.reduce((sum, { suite }) => sum + suite.quickSeconds, 0);
    const total = factor * Math.min(QUICK_SECONDS, all);
    let left = all;
    let roofline: Roofline | undefined;
    for (const { suite, groups } of plan) {
      // A suite that took longer than it should leaves less to those after it.
      const rest = total - (performance.now() - began) / 1000;
      const seconds = Math.min(factor * suite.quickSeconds, (rest * suite.quickSeconds) / left);
      const share = (part: number) => 1 - (left - part * suite.quickSeconds) / all;
      const tell = (part: number, label: string) => progress?.(share(part), `${suite.name}: ${label}`);
      // Without the suite of that name it is measured all the same, and not listed.
      if (suite.needsRoofline && !roofline) roofline = await measureRoofline(timed, suite);
      await runSuite(timed, suite, groups, seconds, wanted, tell, found, roofline);
      if (suite.name === 'roofline') roofline = wholeRoofline(found.cases);
      left -= suite.quickSeconds;
    }
    progress?.(1, 'noise of the machine');
    found.noiseFloor = await noise.end();
  } finally {
    timestamps?.dispose();
  }
}

/** Every group has its share of the time that the suite has left. */
async function runSuite(
  context: BenchContext,
  suite: Suite,
  groups: readonly Group[],
  seconds: number,
  wanted: (name: string) => boolean,
  progress: (share: number, label: string) => void,
  found: Found,
  roofline: Roofline | undefined,
): Promise<void> {
  const began = performance.now();
  const total = groups.reduce((sum, group) => sum + weightOf(group), 0);
  let left = total;
  for (const group of groups) {
    const names = group.names.filter(wanted);
    const rest = seconds - (performance.now() - began) / 1000;
    progress(1 - left / total, names[0]);
    if (rest <= 0) {
      found.skipped.push(...names.map((name) => ({ case: name, suite: suite.name, reason: 'the time was up' })));
      continue;
    }
    const budgetMs = (1000 * rest * weightOf(group)) / left;
    left -= weightOf(group);
    const { cases, skipped } = await measureGroup(context, suite, group, wanted, budgetMs, roofline);
    found.cases.push(...cases);
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
    const options = { budgetMs: rest, sampleMs: group.sampleMs };
    const { cases, skipped } = await timeGroup(context, suite, prepared.entries, options, roofline);
    const made = new Set(prepared.entries.map(({ name }) => name));
    const without = group.names.filter((name) => wanted(name) && !made.has(name));
    const none = without.map((name) => ({ case: name, suite, reason: 'not for this size' }));
    return { cases, skipped: [...skipped, ...none] };
  } finally {
    prepared.dispose();
  }
}

function notReached(
  plan: readonly Planned[],
  wanted: (name: string) => boolean,
  { cases, skipped }: Found,
  reason: string,
): SkippedCase[] {
  const done = new Set([...cases, ...skipped].map((one) => `${one.suite} ${one.case}`));
  return plan.flatMap(({ suite: { name: suite }, groups }) =>
    groups
      .flatMap(({ names }) => names.filter(wanted))
      .filter((name) => !done.has(`${suite} ${name}`))
      .map((name) => ({ case: name, suite, reason })),
  );
}

function nothingFits({ filter, suites }: BenchRun, known: readonly Suite[], context: BenchContext): FlatwalkError {
  const where = suites ? ` of ${suites.join(', ')}` : '';
  const names = known
    .filter(({ name }) => !suites || suites.includes(name))
    .flatMap((suite) => suite.groups(context).flatMap((group) => group.names));
  return new FlatwalkError(
    'BAD_ARGUMENT',
    `No case${where} has '${filter}' in its name`,
    `There are, for instance: ${examples(names).join('; ')}.`,
  );
}

/** A few of many, from everywhere. */
function examples(names: readonly string[], count = 6): string[] {
  return names.filter((_, k) => names.length <= count || k % Math.ceil(names.length / count) === 0);
}
