/** Why a document lacks cases that an older one has: left out by what was asked for, or lost. Pure. */
import type { BenchDocument, SkippedCase } from './document.ts';
import type { Effort } from './suite.ts';

export interface MissingCases {
  /** By a filter, a choice of suites, a shorter measurement or another place: only told. */
  readonly leftOut: readonly SkippedCase[];
  /** By everything else, so that they might be slower than ever and nobody would know. */
  readonly lost: readonly SkippedCase[];
}

const efforts: readonly Effort[] = ['tiny', 'quick', 'full'];

/** What commands write into `config`; of other documents nothing is known. */
interface Asked {
  readonly suites?: unknown;
  readonly filter?: unknown;
  readonly effort?: unknown;
}

/** The cases of `old` that `now` has not. */
export function missingCases(old: BenchDocument, now: BenchDocument): MissingCases {
  const there = new Set(now.cases.map(({ suite, case: name }) => `${suite} ${name}`));
  const leftOut: SkippedCase[] = [];
  const lost: SkippedCase[] = [];
  for (const { suite, case: name } of old.cases.filter((one) => !there.has(`${one.suite} ${one.case}`))) {
    const chosen = notAskedFor(old, now, suite, name);
    if (chosen) leftOut.push({ suite, case: name, reason: chosen });
    else lost.push({ suite, case: name, reason: whyLost(now, suite, name) });
  }
  return { leftOut, lost };
}

function notAskedFor(old: BenchDocument, now: BenchDocument, suite: string, name: string): string | null {
  const { suites, filter, effort } = (now.config ?? {}) as Asked;
  if (Array.isArray(suites) && !suites.includes(suite)) return `left out by --suite ${suites.join(' ')}`;
  if (typeof filter === 'string' && !name.includes(filter)) return `left out by --filter '${filter}'`;
  const [before, after] = [(old.config as Asked | undefined)?.effort, effort].map((one) =>
    efforts.indexOf(one as Effort),
  );
  if (after >= 0 && after < before) return `left out by --${efforts[after]}`;
  const [from, to] = [old.environment.in, now.environment.in];
  return from !== to && !skippedReason(now, suite, name) ? `measured in ${from} only, and this is ${to}` : null;
}

function whyLost(now: BenchDocument, suite: string, name: string): string {
  const reason = skippedReason(now, suite, name);
  if (reason) return reason;
  const { kind } = now.outcome;
  return { finished: 'it is no case any more', aborted: 'interrupted', lost: 'device lost' }[kind];
}

function skippedReason({ skipped = [] }: BenchDocument, suite: string, name: string): string | undefined {
  return skipped.find((one) => one.suite === suite && one.case === name)?.reason;
}
