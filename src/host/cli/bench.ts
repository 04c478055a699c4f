import type { Command } from 'commander';
import { type BenchResult, SCHEMA, type SuiteName } from '../../../bench/document.ts';
import { suites } from '../../../bench/suites/index.ts';
import { caseTable, figureTable } from '../../../bench/tables.ts';
import { resultLines } from '../../../bench/words.ts';
import { similar } from '../files/similar.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { startAlone } from './bench-alone.ts';
import { type Baseline, withBaseline } from './bench-baseline.ts';
import { refuseIdle } from './bench-options.ts';
import { peersCommand } from './peers.ts';
import { type CommonOptions, perform, printDocument } from './session.ts';
import { lineText, type Terminal, verdict } from './terminal.ts';

interface BenchCommandOptions extends CommonOptions {
  readonly suite?: SuiteName[];
  readonly filter?: string;
  readonly quick: boolean;
  /** For tests: one of each kind, small. */
  readonly tiny: boolean;
  readonly out?: string;
  readonly peers: boolean;
  readonly python?: string;
  readonly baseline?: string;
  readonly threshold: number;
  readonly relative: boolean;
  readonly update: boolean;
}

export async function benchCommand(
  {
    suite,
    filter,
    quick,
    tiny,
    out,
    peers,
    python,
    baseline: file,
    threshold,
    relative,
    update,
    ...common
  }: BenchCommandOptions,
  command: Command,
): Promise<void> {
  const effort = tiny ? 'tiny' : quick ? 'quick' : 'full';
  try {
    const thresholdGiven = command.getOptionValueSource('threshold') !== 'default';
    refuseIdle({ in: common.in, peers, python, baseline: file, relative, update, thresholdGiven });
  } catch (error) {
    if (common.json)
      printDocument({ ...documentHead('bench', { suites: suite, filter, effort }), outcome: outcomeOf(error) });
    throw error;
  }
  if (peers) return peersCommand({ filter, effort, python, out, common });
  const config = { suites: suite, filter, effort } as const;
  const baseline: Baseline | null = file === undefined ? null : { file, threshold, relative, update };
  return withBaseline(baseline, out, common.json, (file) =>
    perform({
      command: 'bench',
      task: 'bench',
      common,
      config,
      keep: null,
      file,
      powers: { alone: (size, metrics) => startAlone(size, metrics, common.adapter) },
      prepare: () => ({ options: config }),
      conclude(result, terminal) {
        reportBench(result, terminal);
        return { summary: { schema: SCHEMA, date: new Date().toISOString(), ...result }, exitCode: exitCodeOf(result) };
      },
    }),
  );
}

/** Refuses what follows `bench` and is no subcommand: a name mistyped, or that of a suite. @throws CommanderError */
export function refuseWords(bench: Command): void {
  const [word] = bench.args;
  if (word === undefined) return;
  const names = suites.map(({ name }) => name);
  const asked = bench.args.filter((arg) => (names as string[]).includes(arg));
  if (asked.includes(word as SuiteName)) {
    bench.error(`error: '${word}' is a suite, no subcommand of bench\n(Write --suite ${asked.join(' ')})`);
  }
  const subcommands = bench
    .createHelp()
    .visibleCommands(bench)
    .map((command) => command.name());
  const near = similar(word, [...subcommands, ...names]).map((name) => {
    return subcommands.includes(name) ? name : `--suite ${name}`;
  });
  const fix =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `Files: flatwalk bench compare OLD NEW; suites: --suite ${names.join(' ')}; cases: --filter TEXT`;
  bench.error(`error: there is no '${word}' in bench\n(${fix})`);
}

/** A time that rests on a wrong result is a failure. */
export function exitCodeOf({ outcome, cases }: BenchResult): number {
  const failed = cases.some(({ check }) => !check.passed);
  return { finished: failed ? 1 : 0, aborted: 130, lost: 4 }[outcome.kind];
}

export function reportBench(result: BenchResult, terminal: Pick<Terminal, 'say' | 'table'>): void {
  const { cases, figures } = result;
  for (const suite of new Set(cases.map((one) => one.suite))) {
    terminal.say(`\n${suite}`);
    const { head, rows } = caseTable(
      cases.filter((one) => one.suite === suite),
      verdict,
    );
    terminal.table(head, rows);
    const ofSuite = figures.filter((one) => one.suite === suite);
    if (ofSuite.length > 0) {
      const table = figureTable(ofSuite);
      terminal.table(table.head, table.rows);
    }
  }
  const { missing, rest } = resultLines(result);
  for (const text of missing) terminal.say(text);
  rest.forEach((line, k) => {
    terminal.say(`${k === 0 ? '\n' : ''}${lineText(line)}`);
  });
}
