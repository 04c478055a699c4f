import { type Engine, FlatwalkError } from '../src/engine/index.ts';
import { clockResolution } from './clock.ts';
import {
  type BenchCase,
  type BenchOutcome,
  type BenchResult,
  type SkippedCase,
  type SuiteName,
  warningsFor,
} from './document.ts';
import { beginNoise, timedPasses } from './noise.ts';
import { describeProblems } from './problems.ts';
import { type Found, measureSuites, type Planned, TIME_UP } from './schedule.ts';
import type { BenchContext, Effort, HostPowers, Suite } from './suite.ts';
import { suites as allSuites } from './suites/index.ts';
import { judgeTimestamps, Timestamps } from './timestamps.ts';

export interface BenchRun {
  /** All that there are, in their order, if not given. */
  readonly suites?: readonly SuiteName[];
  /** Only cases whose name has this in it. */
  readonly filter?: string;
  readonly effort: Effort;
  readonly signal?: AbortSignal;
  readonly progress?: (share: number, label: string) => void;
  /** Told the cases of a group as soon as they are measured. */
  readonly measured?: (cases: readonly BenchCase[]) => void;
  /** The page cannot be seen. */
  readonly hidden?: boolean;
}

/** Seconds after which nothing more is measured with --quick: the rest is for the last noise and for what has begun. */
const QUICK_END = 94;

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
  const context: BenchContext = { engine, host, effort, signal, deviceClock: null };
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
    const reason = outcome.kind === 'aborted' ? 'interrupted' : 'device lost';
    found.skipped.push(...notReached(plan, wanted, found, reason));
  }
  for (const { suite } of plan) {
    found.figures.push(...(suite.figures?.(found.cases.filter((one) => one.suite === suite.name)) ?? []));
  }
  run.progress?.(1, 'done');
  const { clock, noiseFloor, cases, figures, skipped } = found;
  const warnings = warningsFor(clock, noiseFloor, engine.adapter.software, hidden);
  const seconds = (performance.now() - began) / 1000;
  const problem = describeProblems(effort === 'tiny');
  return { problem, outcome, clock, noiseFloor, cases, figures, skipped, warnings, seconds };
}

async function measureAll(
  context: BenchContext,
  { progress, measured }: BenchRun,
  plan: readonly Planned[],
  wanted: (name: string) => boolean,
  found: Found,
): Promise<void> {
  const timestamps = Timestamps.of(context.engine.lowLevel);
  try {
    progress?.(0, 'noise of the machine');
    const noise = await beginNoise(context);
    found.noiseFloor = noise.soFar;
    const device = judgeTimestamps(await timedPasses(context, timestamps));
    found.clock = { resolution: clockResolution() * 1e6, device };
    const end = context.effort === 'quick' ? AbortSignal.timeout(1000 * QUICK_END) : null;
    const signal = end && context.signal ? AbortSignal.any([end, context.signal]) : (end ?? context.signal);
    const { real, resolution } = device;
    const deviceClock = timestamps && real && resolution ? { timestamps, quantum: resolution } : null;
    const timed: BenchContext = { ...context, signal, deviceClock };
    try {
      await measureSuites(timed, { progress, measured }, plan, wanted, found);
    } catch (error) {
      if (!end?.aborted || context.signal?.aborted || !isAbort(error)) throw error;
      found.skipped.push(...notReached(plan, wanted, found, TIME_UP));
    }
    progress?.(1, 'noise of the machine');
    found.noiseFloor = await noise.end();
  } finally {
    timestamps?.dispose();
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof FlatwalkError && error.code === 'ABORTED';
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
