/** Two documents of benchmarks held against each other, case by case. Pure: no files, no adapter. */
import { FlatwalkError } from '../src/engine/index.ts';
import type { BenchCase, BenchDocument, SkippedCase, SuiteName } from './document.ts';
import { missingCases } from './missing.ts';
import type { BenchProblems } from './problems.ts';
import { isReference, REFERENCE, scaledTo } from './relative.ts';
import { type Interval, rankTest, ratioOfMedians } from './statistics.ts';
import { validDocument } from './validate.ts';

export type Verdict = 'faster' | 'same' | 'slower' | 'unknown';

export interface CompareOptions {
  /** Slow-downs beyond this share of the old time fail; 0.05 if not given. */
  readonly threshold?: number;
  /** Of two machines with the same adapter: times are taken relative to the multiply-add rate of each. */
  readonly relative?: boolean;
}

export interface CaseComparison {
  readonly suite: SuiteName;
  readonly case: string;
  readonly unit: string;
  /** Medians in nanoseconds; null where there is no time. */
  readonly old: number | null;
  readonly new: number | null;
  /** New over old, with its 95 % interval; null where one of them has no time. */
  readonly ratio: Interval | null;
  /** How likely such samples are, were both from one distribution. */
  readonly p: number | null;
  readonly verdict: Verdict;
  /** Why it is unknown, or what else is worth knowing; else empty. */
  readonly note: string;
  /** Slower by more than the threshold, wrong in the new one, or without a time there. */
  readonly failed: boolean;
}

export interface Comparison {
  readonly threshold: number;
  /** What both were measured on. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Fingerprints of the kernels; null in a document from before they were kept. */
  readonly kernels: { readonly old: string | null; readonly new: string | null };
  /** The larger noise floor of both: no difference below it is one. Null where one of them has none. */
  readonly noiseFloor: number | null;
  readonly cases: readonly CaseComparison[];
  /** '<suite> <case>' of what only one of them has. */
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
  /** Of those only in the old one: what the new one was not asked for. */
  readonly leftOut: readonly SkippedCase[];
  /** Of those only in the old one: what the new one should have and has not. */
  readonly lost: readonly SkippedCase[];
  /** How the new one ended; what did not finish does not pass. */
  readonly ended: BenchDocument['outcome']['kind'];
  /** What else differs. */
  readonly notes: readonly string[];
  /** Whether the new one finished, no case is lost and none has failed. */
  readonly passed: boolean;
}

const THRESHOLD = 0.05;
/** Stricter than usual, because there are many cases and each is a chance for a false alarm. */
const ALPHA = 0.01;
/** The fewest samples by which the rank test can be below ALPHA. */
const FEWEST = 6;

/**
 * Slower and faster are those whose samples differ (a rank test, and an interval of the ratio that leaves out 1) by more than
 * the noise floor; the same are those whose interval lies within the threshold, where the noise does so too.
 * @throws BAD_ARGUMENT where the two cannot be compared
 */
export function compareDocuments(
  old: BenchDocument,
  measured: BenchDocument,
  { threshold = THRESHOLD, relative = false }: CompareOptions = {},
): Comparison {
  validDocument(old, 'The old document');
  validDocument(measured, 'The new document');
  refuse(old, measured, relative);
  const { document: now, factor } = relative ? scaledTo(old, measured) : { document: measured, factor: null };
  const floors = [old.noiseFloor?.share, now.noiseFloor?.share].filter((share) => share !== undefined);
  const noiseFloor = floors.length === 2 ? Math.max(...floors) : null;
  const [before, after] = [byName(old), byName(now)];
  const cases = [...after]
    .filter(([key, one]) => before.has(key) && !(relative && isReference(one)))
    .map(([key, one]) => compareCase(before.get(key)!, one, threshold, noiseFloor));
  refuseNothing(cases, relative);
  const { leftOut, lost } = missingCases(old, now);
  const { name, software } = now.environment.adapter;
  const ended = now.outcome.kind;
  return {
    threshold,
    adapter: { name, software },
    kernels: { old: old.environment.kernels ?? null, new: now.environment.kernels ?? null },
    noiseFloor,
    cases,
    onlyOld: [...before.keys()].filter((key) => !after.has(key)),
    onlyNew: [...after.keys()].filter((key) => !before.has(key)),
    leftOut,
    lost,
    ended,
    notes: [...differences(old, now), ...(factor ? [scale(factor)] : [])],
    passed: ended === 'finished' && lost.length === 0 && cases.every(({ failed }) => !failed),
  };
}

function byName({ cases }: BenchDocument): Map<string, BenchCase> {
  return new Map(cases.map((one) => [`${one.suite} ${one.case}`, one]));
}

function compareCase(old: BenchCase, now: BenchCase, threshold: number, noise: number | null): CaseComparison {
  const head = { suite: now.suite, case: now.case, unit: now.unit };
  const medians = { old: old.time?.median ?? null, new: now.time?.median ?? null };
  const plans = old.plan !== now.plan ? `the plan was '${old.plan}' and is '${now.plan}'` : '';
  const unknown = (note: string, rest: Partial<CaseComparison> = {}): CaseComparison => ({
    ...head,
    ...medians,
    ratio: null,
    p: null,
    verdict: 'unknown',
    note: [note, plans].filter(Boolean).join('; '),
    failed: false,
    ...rest,
  });
  if (!now.check.passed) return unknown(`the check fails in the new one: ${now.check.note}`, { failed: true });
  if (!old.time) return unknown('there is no time in the old one');
  // A time that is gone may have become any time.
  if (!now.time) return unknown('there is no time in the new one', { failed: true });
  if (old.unit !== now.unit) return unknown(`the unit was '${old.unit}' and is '${now.unit}'`);
  const { note, ...found } = compareSamples(old.time.samples, now.time.samples, threshold, noise);
  return unknown(note, found);
}

/** What samples of one thing say about others of it, taken another time. */
export function compareSamples(
  old: readonly number[],
  now: readonly number[],
  threshold: number,
  noise: number | null,
): Pick<CaseComparison, 'p' | 'verdict' | 'note' | 'failed'> & { readonly ratio: Interval } {
  const ratio = ratioOfMedians(now, old);
  const p = rankTest(now, old);
  const unknown = (note: string) => ({ ratio, p, verdict: 'unknown' as const, note, failed: false });
  if (Math.min(old.length, now.length) < FEWEST) return unknown(`fewer than ${FEWEST} samples tell nothing`);
  if (noise === null) return unknown('there is no noise floor');
  const verdict = verdictOf(ratio, p, threshold, noise);
  if (verdict === 'unknown') return unknown(whyUnknown(ratio, p, threshold, noise));
  return { ratio, p, verdict, note: '', failed: verdict === 'slower' && ratio.median > 1 + threshold };
}

function verdictOf({ median, low, high }: Interval, p: number, threshold: number, noise: number): Verdict {
  if (p < ALPHA && low > 1 && median > 1 + noise) return 'slower';
  if (p < ALPHA && high < 1 && median < 1 / (1 + noise)) return 'faster';
  const band = 1 + threshold;
  return noise <= threshold && low >= 1 / band && high <= band ? 'same' : 'unknown';
}

function whyUnknown({ low, high }: Interval, p: number, threshold: number, noise: number): string {
  const floor = `the noise of ${(100 * noise).toFixed(1)} %`;
  if (p < ALPHA && (low > 1 || high < 1)) return `${floor} may explain it`;
  return noise > threshold ? `${floor} is above the threshold` : 'the samples scatter too much';
}

/** @throws BAD_ARGUMENT where a comparison would be one of apples and pears */
function refuse(old: BenchDocument, now: BenchDocument, relative: boolean): void {
  const [a, b] = [old.environment, now.environment];
  for (const key of ['name', 'vendor', 'architecture', 'device', 'software'] as const) {
    refuseUnequal(`adapter's ${key}`, a.adapter[key], b.adapter[key], 'Measure both on one adapter.');
  }
  // There the processor is the adapter.
  if (b.adapter.software && !relative)
    refuseUnequal(
      'CPU',
      a.cpu,
      b.cpu,
      'Software adapters compute on it: measure both on one, or compare with --relative.',
    );
  const fix = 'Measure both with one version, and both by the same command.';
  for (const key of Object.keys(now.problem) as (keyof BenchProblems)[]) {
    refuseUnequal(`problems' ${key}`, JSON.stringify(old.problem[key]), JSON.stringify(now.problem[key]), fix);
  }
}

/** A gate that has looked at nothing must not open. @throws BAD_ARGUMENT */
function refuseNothing(cases: readonly CaseComparison[], relative: boolean): void {
  if (cases.length === 0) {
    const beside = relative ? ` beside '${REFERENCE.case}', to which all are relative` : '';
    throw refusal(
      `Nothing can be compared: no case is in both documents${beside}`,
      'Measure both with the same --suite and --filter, to the end.',
    );
  }
  if (cases.every(({ ratio, failed }) => !ratio && !failed)) {
    const why = [...new Set(cases.map(({ note }) => note))].join('; ');
    throw refusal(
      `Nothing can be compared: ${why}`,
      'Measure the old one again, with one version and the same command.',
    );
  }
}

function refuseUnequal(what: string, old: unknown, now: unknown, fix: string): void {
  if (old !== now) throw refusal(`The ${what} differs: ${old} in the old one, ${now} in the new one`, fix);
}

function refusal(message: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', message, fix);
}

function scale(factor: number): string {
  return `times of the new one are multiplied by ${factor.toPrecision(3)}, by what '${REFERENCE.case}' took in both`;
}

/** What may explain a difference and does not forbid to compare. */
function differences(old: BenchDocument, now: BenchDocument): string[] {
  const [a, b] = [old.environment, now.environment];
  const facts: [what: string, old: string | undefined, now: string | undefined][] = [
    ['flatwalk', a.flatwalk, b.flatwalk],
    ['the place', a.in, b.in],
    ['the driver', a.adapter.driver, b.adapter.driver],
    ['the browser', a.browser, b.browser],
    ['Node', a.node, b.node],
    ['Dawn', a.dawn, b.dawn],
    ['the system', a.system, b.system],
    ['the CPU', a.cpu, b.cpu],
  ];
  const notes = facts
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `${what}: ${before ?? 'none'} in the old one, ${after ?? 'none'} in the new one`);
  for (const [name, { outcome }] of Object.entries({ old, new: now })) {
    if (outcome.kind !== 'finished') notes.push(`the ${name} one did not finish (${outcome.kind})`);
  }
  return notes;
}
