import { SCHEMA } from '../../../bench/document.ts';
import type { PeersResult } from '../../../bench/peers/compare.ts';
import { librariesLine, missingLines, peersTable, rowsTable } from '../../../bench/peers/tables.ts';
import type { Effort } from '../../../bench/suite.ts';
import { type CommonOptions, perform } from './session.ts';
import { type Terminal, verdict, warning } from './terminal.ts';

interface PeersCommandOptions {
  readonly filter?: string;
  readonly effort: Effort;
  readonly python?: string;
  readonly out?: string;
  readonly common: CommonOptions;
}

/** `flatwalk bench --peers` */
export function peersCommand({ filter, effort, python, out, common }: PeersCommandOptions): Promise<void> {
  const config = { suites: ['peers'], filter, effort, python };
  return perform({
    command: 'bench',
    task: 'peers',
    common,
    config,
    keep: null,
    file: out,
    prepare: () => ({ options: { filter, effort, python } }),
    conclude(result, terminal) {
      reportPeers(result, terminal);
      return {
        summary: { schema: SCHEMA, date: new Date().toISOString(), ...result },
        exitCode: peersExitCode(result),
      };
    },
  });
}

/** A wrong answer of ours is a failure; a target that is missed, or a peer that fails, is a finding. */
export function peersExitCode({ outcome, cases }: Pick<PeersResult, 'outcome' | 'cases'>): number {
  const failed = cases.some(({ check }) => !check.passed);
  return { finished: failed ? 1 : 0, aborted: 130, lost: 4 }[outcome.kind];
}

export function reportPeers(result: PeersResult, terminal: Pick<Terminal, 'say' | 'table'>): void {
  const { cases, rows, missing, outcome, seconds } = result;
  const all = peersTable(cases);
  if (cases.length > 0) terminal.table(all.head, all.rows);
  const targets = rowsTable(rows, verdict);
  terminal.say('\nHow many times faster flatwalk is meant to be, and is:');
  terminal.table(targets.head, targets.rows);
  terminal.say(librariesLine(result));
  for (const line of missingLines(missing)) terminal.say(warning(line));
  terminal.say(
    'Ratios are medians over samples taken in turn, the times of the peer over those of flatwalk; every answer was ' +
      'compared with the float64 reference first.',
  );
  for (const { case: name, check } of cases.filter((one) => !one.check.passed)) {
    terminal.say(
      `${verdict(false)} FAILED: flatwalk's own answer to ${name} is wrong: ${check.failure ?? check.share}`,
    );
  }
  const pairs = cases.reduce((sum, { peers }) => sum + Object.keys(peers).length, 0);
  const measured = `${pairs} comparisons in ${seconds.toFixed(0)} s.`;
  const said = {
    finished: measured,
    aborted: `Interrupted: ${measured} What was measured is kept.`,
    lost: `The device was lost: ${measured} What was measured is kept.`,
  };
  terminal.say(said[outcome.kind]);
}
