/** Runs of a grid of settings, each in a process of its own: one that fails, or loses its device, spoils no other. */
import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { givenFlags } from '../config/flags.ts';
import { resolve } from '../config/resolve.ts';
import type { Given } from '../config/table.ts';
import { type Axis, type Cell, cellsOf } from '../config/vary.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { ResultsFile } from '../results/file.ts';
import { refuseRunning } from '../results/layout.ts';
import { SUMMARY, SWEEP } from '../results/names.ts';
import { parseSummary } from '../results/parse.ts';
import type { Summary } from '../results/schema.ts';
import { CHECK_FAILED, INTERRUPTED } from './exit.ts';
import { readGiven } from './problem.ts';
import { type CommonOptions, printDocument } from './session.ts';
import { Terminal } from './terminal.ts';

interface SweepFlags extends CommonOptions {
  readonly vary: readonly Axis[];
  readonly out: string;
}

/** How a cell ended: as the summary of its folder says, which is the record. */
interface Ended {
  readonly cell: string;
  readonly outcome: Summary['outcome'];
  readonly finalMetrics?: Summary['finalMetrics'];
}

/** Outcomes that another try would not change. */
const settled = ['finished', 'stopped', 'diverged'];
const good = ['finished', 'stopped'];

export async function sweepCommand(file: string | undefined, flags: SweepFlags): Promise<void> {
  const { vary, out, json } = flags;
  const { out: _, ...given } = givenFlags(flags);
  const head = documentHead('sweep', { file, ...given, vary });
  const terminal = new Terminal(json);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.on('SIGINT', onInterrupt);
  const ended: Ended[] = [];
  try {
    const base = { ...(file === undefined ? {} : readGiven(file)), ...given };
    const cells = cellsOf(vary);
    checkSame(join(out, SWEEP), base);
    new ResultsFile(join(out, SWEEP), { force: true }).write({ ...head, base, cells: cells.map(({ name }) => name) });
    for (const [k, cell] of cells.entries()) {
      if (interrupt.signal.aborted) break;
      const folder = join(out, cell.name);
      const before = summaryOf(folder);
      if (before) refuseRunning(folder, before);
      const known = before !== null && settled.includes(before.outcome.kind);
      const summary = known ? before : await runCell(cell, base, folder, flags, interrupt.signal);
      ended.push({ cell: cell.name, outcome: summary.outcome, finalMetrics: summary.finalMetrics });
      terminal.remark(`${k + 1} of ${cells.length}, ${cell.name}: ${wordsOn(summary)}${known ? ' (before)' : ''}`);
    }
    tell(ended, terminal);
    const left = cells.length - ended.length;
    const failed = ended.filter(({ outcome }) => !good.includes(outcome.kind)).length;
    const kind = interrupt.signal.aborted ? 'aborted' : 'finished';
    if (json) printDocument({ ...head, outcome: { kind, failed, left }, cells: ended });
    if (failed > 0) terminal.say(`${failed} of ${cells.length} cells failed; their reasons are in their folders.`);
    process.exitCode = interrupt.signal.aborted ? INTERRUPTED : failed > 0 ? CHECK_FAILED : 0;
  } catch (error) {
    if (json) printDocument({ ...head, outcome: outcomeOf(error), cells: ended });
    throw error;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Cells that are there already must be of the same settings. @throws BAD_ARGUMENT */
function checkSame(file: string, base: Given): void {
  if (!existsSync(file)) return;
  let before: unknown;
  try {
    before = JSON.parse(readFileSync(file, 'utf8')).base;
  } catch (cause) {
    throw new FlatwalkError('BAD_ARGUMENT', `${file} is damaged`, 'Choose another folder with --out.', { cause });
  }
  if (JSON.stringify(before) === JSON.stringify(base)) return;
  const what = `${file} is of a sweep with other settings`;
  throw new FlatwalkError('BAD_ARGUMENT', what, 'Give the same settings, or choose another folder with --out.');
}

function summaryOf(folder: string): Summary | null {
  const file = join(folder, SUMMARY);
  return existsSync(file) ? parseSummary(readFileSync(file, 'utf8'), file) : null;
}

/** The summary that the cell's folder has afterwards, whatever happened. */
async function runCell(
  cell: Cell,
  base: Given,
  folder: string,
  flags: SweepFlags,
  signal: AbortSignal,
): Promise<Summary> {
  const record = (outcome: object): Summary => {
    const document = { ...documentHead('run', { ...base, ...cell.settings }), outcome } as Summary;
    new ResultsFile(join(folder, SUMMARY), { force: true }).write(document);
    return document;
  };
  const config = join(folder, 'config.json');
  try {
    new ResultsFile(config, { force: true }).write(resolve({ flags: cell.settings, file: base }));
  } catch (error) {
    if (!(error instanceof FlatwalkError) || error.code === 'HOST') throw error;
    return record(outcomeOf(error));
  }
  const { in: place, adapter } = flags;
  const args = ['run', config, '--out', folder, '--force', '--json', '--in', place, '--adapter', adapter];
  const { out, err } = await runProgram(args, signal);
  const summary = summaryOf(folder);
  const told = out === '' ? null : (JSON.parse(out) as Summary);
  // One that was refused before its first row has left no folder.
  if (told && summary?.outcome.kind !== told.outcome.kind) return record(told.outcome);
  if (told && summary) return summary;
  return record({ kind: 'failed', code: 'HOST', message: `The process ended: ${err.trim().slice(-500)}`, fix: '' });
}

function runProgram(args: readonly string[], signal: AbortSignal): Promise<{ out: string; err: string }> {
  return new Promise((done) => {
    const all = [...process.execArgv, process.argv[1], ...args];
    const child: ChildProcess = execFile(process.execPath, all, { maxBuffer: 2 ** 28 }, (_, out, err) => {
      signal.removeEventListener('abort', stop);
      done({ out, err });
    });
    // A terminal sends Ctrl-C to all; a second one would end the child at once.
    const stop = () => !process.stdin.isTTY && child.kill('SIGINT');
    signal.addEventListener('abort', stop);
  });
}

function wordsOn({ outcome: { kind, step, message } }: Pick<Summary, 'outcome'>): string {
  const reason = message ? `: ${message.split('\n')[0]}` : '';
  return `${kind}${step === undefined ? '' : ` at step ${step}`}${reason}`;
}

function tell(ended: readonly Ended[], terminal: Terminal): void {
  const names = [...new Set(ended.flatMap(({ finalMetrics = {} }) => Object.keys(finalMetrics)))];
  const median = (values: readonly unknown[] = []) => {
    const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
    const middle = numbers[numbers.length >> 1];
    return middle === undefined ? '' : Number.isFinite(middle) ? middle.toPrecision(4) : 'not finite';
  };
  const rows = ended.map(({ cell, outcome, finalMetrics = {} }) => {
    const values = names.map((name) => median(finalMetrics[name]));
    return [cell, outcome.kind, String(outcome.step ?? ''), ...values];
  });
  terminal.table(['cell', 'outcome', 'step', ...names], rows);
}
