import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { median } from '../figures/sparkline.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { Follower, type Look } from '../results/follow.ts';
import { CHECKPOINT } from '../results/names.ts';
import type { StoredRow, Summary } from '../results/schema.ts';
import type { State } from '../results/state.ts';
import { CHECK_FAILED, INTERRUPTED, LOST } from './exit.ts';
import { Line, short } from './line.ts';
import { printDocument } from './session.ts';

const BETWEEN_LOOKS_MS = 250;
/** Without a row for so long, a log says so. */
const LONG_MS = 60_000;
/** Rows that a terminal is shown of those that were there before. */
const SHOWN_BEFORE = 10;
/** As the run's own, where it has ended. */
const exitCodes: Record<Summary['outcome']['kind'], number> = {
  running: 0,
  planned: 0,
  finished: 0,
  stopped: 0,
  diverged: CHECK_FAILED,
  failed: CHECK_FAILED,
  lost: LOST,
  aborted: INTERRUPTED,
};

/** Follows a run: its rows as they come, a line of its loss, and how it ended. */
export async function watchCommand(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  const head = documentHead('watch', { folder });
  try {
    const follower = new Follower(folder);
    if (json) printLook(head, follower.look());
    else await follow(follower, folder, process.stdout);
  } catch (error) {
    if (json) printDocument({ ...head, outcome: outcomeOf(error) });
    throw error;
  }
}

function printLook(head: object, { summary, rows, written, state }: Look): void {
  const { outcome, config, environment } = summary;
  const last = rows.at(-1);
  printDocument({
    ...head,
    outcome: { kind: 'finished' },
    state,
    written: written.toISOString(),
    rows: rows.length,
    last: last && { run: last.run, step: last.step, time: last.time, ...last.values, diverged: last.diverged },
    summary: { schema: summary.schema, command: summary.command, config, environment, outcome },
  });
  process.exitCode = exitCodeOf(summary, state);
}

function exitCodeOf(summary: Summary, state: State): number {
  if (state === 'killed') return CHECK_FAILED;
  const failed = summary.claims?.some(({ holds }) => holds === false);
  return failed ? CHECK_FAILED : exitCodes[summary.outcome.kind];
}

async function follow(follower: Follower, folder: string, out: NodeJS.WriteStream): Promise<void> {
  const screen = new Screen(out);
  const line = new Line();
  let silence = LONG_MS;
  for (let first = true; ; first = false) {
    const look = await lookAgain(follower, first);
    const { summary, rows, anew, state } = look;
    if (first) screen.say(`${folder}: flatwalk ${summary.command}${adapterOf(summary)}`);
    if (anew) {
      screen.say('--- Another run writes here now, or this one goes on from a checkpoint.');
      line.clear();
    }
    for (const row of rows) line.add(row);
    const hidden = first && out.isTTY ? Math.max(0, rows.length - SHOWN_BEFORE) : 0;
    if (hidden > 0) screen.say(`... ${hidden} rows before`);
    for (const row of rows.slice(hidden)) screen.say(rowText(row));
    if (state === 'ended' || state === 'killed') {
      screen.end();
      screen.say(`${line.text(widthOf(out))}\n${endText(look, folder)}`);
      process.exitCode = exitCodeOf(summary, state);
      return;
    }
    // A log is told of silence now and then, since it has no line that is drawn anew.
    const quiet = Date.now() - look.written.getTime();
    if (quiet < LONG_MS) silence = LONG_MS;
    else if (!out.isTTY && quiet >= silence) {
      screen.say(quietText(look));
      silence = 2 * quiet;
    }
    screen.status(`${line.text(widthOf(out))}\n${quietText(look)}`);
    await new Promise((done) => setTimeout(done, BETWEEN_LOOKS_MS));
  }
}

/** Between two runs in one folder there is a moment without a summary. */
async function lookAgain(follower: Follower, first: boolean): Promise<Look> {
  try {
    return follower.look();
  } catch (error) {
    if (first || !(error instanceof FlatwalkError)) throw error;
    await new Promise((done) => setTimeout(done, 2 * BETWEEN_LOOKS_MS));
    return follower.look();
  }
}

/** Lines that stay, and below them on a terminal some that are drawn anew. */
class Screen {
  readonly #out: NodeJS.WriteStream;
  #drawn = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  say(text: string): void {
    this.end();
    this.#out.write(`${text}\n`);
  }

  status(text: string): void {
    if (!this.#out.isTTY) return;
    this.end();
    this.#out.write(`${text}\n`);
    this.#drawn = text.split('\n').length;
  }

  /** Takes away what is drawn anew. */
  end(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}

function rowText({ run, step, time, values, diverged }: StoredRow): string {
  const numbers = Object.entries(values)
    .filter(([, list]) => list.every((value) => typeof value === 'number'))
    .map(([name, list]) => `${name} ${short(median(list.map(Number)))}`);
  const lost = diverged.length > 0 ? [`${diverged.length} diverged`] : [];
  const when = time === undefined ? `step ${step}` : `time ${short(time)}`;
  return [`${run} ${when}`, ...numbers, ...lost].join('  ');
}

const ends: Record<Summary['outcome']['kind'], string> = {
  running: 'Running',
  planned: 'Planned',
  finished: 'Finished',
  stopped: 'Stopped by its rule',
  diverged: 'DIVERGED',
  failed: 'FAILED',
  lost: 'The device was lost',
  aborted: 'Interrupted',
};

function endText({ summary, state, written }: Look, folder: string): string {
  const { kind, step, message, process: id } = summary.outcome;
  if (state === 'killed') {
    const again = existsSync(join(folder, CHECKPOINT)) ? ` Go on with: flatwalk run --resume ${folder}` : '';
    return `KILLED: process ${id} is gone, and nothing was written since ${written.toLocaleString()}.${again}`;
  }
  const failed = summary.claims?.filter(({ holds }) => holds === false) ?? [];
  const claims = failed.length > 0 ? `; claims that FAILED: ${failed.map(({ id }) => id).join(', ')}` : '';
  return `${ends[kind]}${step === undefined ? '' : ` at step ${step}`}${message ? `: ${message}` : ''}${claims}.`;
}

function quietText({ summary, state, written }: Look): string {
  const seconds = Math.round((Date.now() - written.getTime()) / 1000);
  const steps = summary.config?.steps;
  const of = typeof steps === 'number' ? `of ${steps} steps; ` : '';
  const where = state === 'unknown' ? `; whether it still runs cannot be known from here` : '';
  return `${of}last written ${seconds} s ago${where}`;
}

function adapterOf({ environment }: Summary): string {
  return environment ? ` on ${environment.adapter.name}` : '';
}

function widthOf(out: NodeJS.WriteStream): number {
  return out.isTTY ? out.columns : 80;
}
