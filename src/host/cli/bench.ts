import type { Command } from 'commander';
import { type BenchResult, SCHEMA, type SuiteName } from '../../../bench/document.ts';
import { suites } from '../../../bench/suites/index.ts';
import {
  caseTable,
  counted,
  figureTable,
  noDeviceLines,
  percentText,
  skippedLines,
  timeText,
} from '../../../bench/tables.ts';
import { similar } from '../files/similar.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { startAlone } from './bench-alone.ts';
import { type Baseline, withBaseline } from './bench-baseline.ts';
import { refuseIdle } from './bench-options.ts';
import { peersCommand } from './peers.ts';
import { type CommonOptions, perform, printDocument } from './session.ts';
import { type Terminal, verdict, warning } from './terminal.ts';

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
  const { cases, figures, skipped, warnings, outcome, seconds } = result;
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
  for (const line of skippedLines(skipped)) terminal.say(line);
  for (const line of noDeviceLines(cases)) terminal.say(line);
  terminal.say(`\n${methodLine(result)}`);
  for (const text of warnings) terminal.say(warning(text));
  const failed = cases.filter(({ check }) => !check.passed);
  for (const { suite, case: name, check } of failed) {
    terminal.say(`${verdict(false)} FAILED: ${suite} ${name}: ${check.note}. Its time is not given.`);
  }
  const checks = failed.length === 0 ? 'every check passed' : `${failed.length} of ${cases.length} checks FAILED`;
  const measured =
    cases.length === 0
      ? 'nothing was measured.'
      : `${counted(cases.length)} measured in ${seconds.toFixed(0)} s, ${checks}.`;
  const kept = cases.length === 0 ? measured : `${measured} What was measured is kept.`;
  const said = { finished: measured, aborted: `Interrupted: ${kept}`, lost: `The device was lost: ${kept}` };
  terminal.say(said[outcome.kind]);
}

/** What the numbers rest on. */
function methodLine({ noiseFloor, clock }: BenchResult): string {
  const parts: string[] = ['Times are medians by the wall clock'];
  if (noiseFloor) parts.push(`the same work differs by ${percentText(noiseFloor.share)}`);
  if (clock) {
    parts.push(`the clock ticks every ${timeText(clock.resolution)}`);
    if (clock.device.real) parts.push(`the device's clock is real (${clock.device.reason})`);
  }
  return `${parts.join('; ')}.`;
}
