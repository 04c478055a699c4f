import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { Line } from '../../../bench/words.ts';
import type { Claim } from '../experiments/claims.ts';
import { rowText } from '../report/verify-words.ts';
import type { TaskEvent } from '../tasks/task.ts';
import { Line as ShortLine } from './line.ts';
import type { Environment } from './where.ts';

const BETWEEN_LINES_MS = 10_000;

/** How much is said, and where to: once for the process, before anything is said. */
export interface Voice {
  /** What people read goes to stderr, so that stdout holds a JSON document alone. */
  readonly json?: boolean;
  /** Nothing but what was asked for, and errors. */
  readonly quiet?: boolean;
  /** Also how it was done, and stack traces of errors. */
  readonly verbose?: boolean;
}
let voice: Voice = {};
let colours = picocolors.createColors(false);

export function setVoice(chosen: Voice): void {
  voice = chosen;
  colours = picocolors.createColors(mayColour(chosen.json ? process.stderr : process.stdout));
}

/** Colours are for terminals: picocolors would also write them to the log of a build server. */
function mayColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}

export function isVerbose(): boolean {
  return voice.verbose === true;
}

/** Everything a person reads goes to stderr when stdout is to hold a JSON document alone. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #bar: SingleBar | null;
  /** Of the loss, or what the rows have instead. */
  readonly #line = new ShortLine();
  #started = false;
  /** When the last line of progress was written, where there is no bar. */
  #told = performance.now();

  constructor(json: boolean) {
    this.#out = json ? process.stderr : process.stdout;
    this.#bar =
      process.stderr.isTTY && !voice.quiet
        ? new SingleBar(
            {
              format: '{bar} {percentage}%  {label}  {line}',
              stream: process.stderr,
              hideCursor: true,
              clearOnComplete: true,
            },
            Presets.shades_classic,
          )
        : null;
  }

  /** What was asked for. With a document of it, that is what was asked for. */
  say(text: string): void {
    if (!(voice.quiet && this.#out === process.stderr)) this.#write(text, this.#out);
  }

  /** What is good to know. */
  remark(text: string): void {
    if (!voice.quiet) this.#write(text, this.#out);
  }

  /** How it was done, for who asks. */
  detail(text: string): void {
    if (voice.verbose) this.#write(`[${(performance.now() / 1000).toFixed(2)} s] ${text}`, process.stderr);
  }

  #write(text: string, stream: NodeJS.WriteStream): void {
    this.#bar?.stop();
    this.#started = false;
    stream.write(`${text}\n`);
  }

  environment(e: Environment): void {
    const where = e.in === 'chrome' ? `headless Chrome (${e.browser})` : `Node ${e.node}`;
    this.remark(`Adapter: ${colours.bold(e.adapter.name)} (${e.adapter.description || e.adapter.vendor}) in ${where}`);
    if (e.adapter.software) {
      this.remark(
        colours.yellow(
          'This is a SOFTWARE adapter: a CPU computes what a GPU should. Results are right; it is slow, and its times say nothing about a GPU.',
        ),
      );
    }
  }

  event(event: TaskEvent): void {
    if (event.kind === 'note') this.remark(event.text);
    if (event.kind === 'verified') {
      for (const row of event.rows) this.detail(rowText(row));
    }
    if (event.kind === 'row') this.#line.add({ run: event.run, values: event.row.values });
    if (event.kind !== 'progress') return;
    if (!this.#bar) {
      this.#progressLine(event.share, event.label);
      return;
    }
    if (!this.#started) this.#bar.start(1000, 0, { label: '', line: '' });
    this.#started = true;
    const label = event.label.slice(0, 60);
    // What is left of the terminal beside a bar of 40 places and a share.
    const room = process.stderr.columns - 52 - label.length;
    const line = room >= 24 ? this.#line.text(room) : '';
    this.#bar.update(Math.round(1000 * Math.min(1, event.share)), { label, line });
  }

  /** For logs: now and then. */
  #progressLine(share: number, label: string): void {
    if (voice.quiet || performance.now() - this.#told < BETWEEN_LINES_MS) return;
    this.#told = performance.now();
    process.stderr.write(`${Math.floor(100 * Math.min(1, share))} %  ${label}\n`);
  }

  claims(claims: readonly Claim[]): void {
    const table = new Table({
      head: ['', 'claim', 'measured', 'expected'],
      colWidths: columns([5, 30, 38, 27]),
      wordWrap: true,
      style: plain,
    });
    for (const { holds, statement, measured, expected, id } of claims) {
      table.push([verdict(holds), `${id}  ${statement}`, measured, expected]);
    }
    this.say(table.toString());
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const table = new Table({ head: [...head], style: { ...plain, compact: true } });
    table.push(...rows.map((row) => [...row]));
    this.say(table.toString());
  }

  end(): void {
    this.#bar?.stop();
  }
}

/** Without colours of the table's own, which would also be written to files. */
const plain = { head: [], border: [] };

/** Widths in proportion to `shares` that fill the terminal. */
function columns(shares: number[]): number[] {
  const width = Math.max(80, Math.min(160, process.stdout.columns ?? 120)) - shares.length - 1;
  const total = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => Math.floor((share * width) / total));
}

/** A sentence about measurements, with the sign of its kind. */
export function lineText({ kind, text }: Line): string {
  switch (kind) {
    case 'plain':
      return text;
    case 'good':
    case 'bad':
      return `${verdict(kind === 'good')} ${text}`;
    case 'unknown':
      return `? ${text}`;
    case 'warning':
      return warning(text);
    default:
      return kind satisfies never;
  }
}

export function warning(text: string): string {
  return colours.yellow(text);
}

export function verdict(holds: boolean | null): string {
  if (holds === null) return colours.dim('·');
  return holds ? colours.green('✓') : colours.red('✗');
}
