/** What people read of a comparison. Pure; who prints decides where. */
import type { TextTable } from '../../src/host/report/markdown.ts';
import { shortNumber, timeText } from '../tables.ts';
import type { CaseResult, PeersResult } from './compare.ts';
import type { Missing } from './peer.ts';
import type { RowResult } from './rows.ts';

/** Every peer of every case: its time beside ours, and how many times faster flatwalk is. */
export function peersTable(cases: readonly CaseResult[]): TextTable {
  return {
    head: ['case', 'peer', 'its time', 'flatwalk', 'a', 'ratio', '95 % interval', 'answer'],
    rows: cases.flatMap(({ case: name, unit, ours, check, peers }) => {
      const entries = Object.entries(peers);
      const own = ours === null ? 'no time' : timeText(ours);
      if (entries.length === 0) return [[name, 'none', '', own, unit, '', '', answerText(check)]];
      return entries.map(([peer, { time, ratio, check: its }]) => [
        name,
        peer,
        time === null ? 'no time' : timeText(time),
        own,
        unit,
        ratio ? shortNumber(ratio.median) : '',
        ratio ? rangeText(ratio) : '',
        answerText(check.passed ? its : { ...check, failure: `ours: ${check.failure ?? 'wrong'}` }),
      ]);
    }),
  };
}

/** The targets, with `mark` for met (true), missed (false) and all else (null). */
export function rowsTable(rows: readonly RowResult[], mark: (holds: boolean | null) => string): TextTable {
  const holds = { met: true, missed: false, undecided: null, reported: null, 'not measured': null } as const;
  return {
    head: ['', 'flatwalk against', 'at least', 'measured', '95 % interval', ''],
    rows: rows.map(({ row, atLeast, ratio, verdict, why, peer }) => [
      mark(holds[verdict]),
      row,
      atLeast === null ? 'report' : `${atLeast}x`,
      ratio ? `${shortNumber(ratio.median)}x` : '',
      ratio ? rangeText(ratio) : '',
      verdict === 'not measured' ? `not measured: ${why}` : `${verdict}${peer ? ` (${peer})` : ''}`,
    ]),
  };
}

/** What is not there, and the commands that would change that. */
export function missingLines(missing: readonly Missing[]): string[] {
  const lines = missing.map(({ name, reason }) => `Not compared with ${name}: ${reason}.`);
  const commands = new Set(missing.flatMap(({ install }) => install ?? []));
  return [...lines, ...[...commands].map((command) => `To install: ${command}`)];
}

/** What was compared with. */
export function librariesLine({ libraries }: Pick<PeersResult, 'libraries'>): string {
  const all = libraries.map(({ name, version, device }) => `${name} ${version} on ${device}`);
  return all.length > 0 ? `Compared with ${all.join('; ')}.` : 'There is no library to compare with.';
}

function rangeText({ low, high }: { low: number; high: number }): string {
  return `${shortNumber(low)} to ${shortNumber(high)}`;
}

function answerText({ passed, failure }: { passed: boolean; failure?: string }): string {
  return passed ? 'right' : (failure?.split('\n')[0] ?? 'WRONG');
}
