import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import type { TaskEvent } from '../tasks/task.ts';

/**
 * A results folder: `metrics.ndjson`, a line a row, appended as the run goes, and `summary.json`, replaced whole when the
 * run ends, so that a crash loses nothing and a reader never meets half a file.
 */
export class ResultsFolder {
  readonly path: string;

  /** @throws BAD_ARGUMENT when the folder holds results already, HOST when it cannot be made */
  constructor(path: string, summary: object) {
    this.path = path;
    refuseResults(path);
    try {
      makeFolder(path);
      this.writeSummary({ ...summary, outcome: { kind: 'running' } });
      writeFileSync(join(path, 'metrics.ndjson'), '');
    } catch (error) {
      if (error instanceof FlatwalkError) throw error;
      throw new FlatwalkError(
        'HOST',
        `Cannot write results to ${path}: ${reason(error)}`,
        'Choose another with --out.',
        {
          cause: error,
        },
      );
    }
  }

  row(event: Extract<TaskEvent, { kind: 'row' }>): void {
    const { step, values, diverged } = event.row;
    const { run, time } = event;
    this.#write(() =>
      appendFileSync(join(this.path, 'metrics.ndjson'), `${toJson({ run, step, time, ...values, diverged })}\n`),
    );
  }

  writeSummary(summary: object): void {
    const file = join(this.path, 'summary.json');
    this.#write(() => {
      writeFileSync(`${file}.new`, `${toJson(summary, 2)}\n`);
      renameSync(`${file}.new`, file);
    });
  }

  #write(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new FlatwalkError(
        'HOST',
        `Cannot write to ${this.path}: ${reason(error)}`,
        'Free some space or choose --out.',
        {
          cause: error,
        },
      );
    }
  }
}

/** A file that will hold one document. It is looked at before anything is computed, so that no work is lost. */
export class ResultsFile {
  readonly path: string;

  /** @throws BAD_ARGUMENT when it exists, HOST when it cannot be written */
  constructor(path: string) {
    this.path = path;
    if (existsSync(path)) {
      throw new FlatwalkError('BAD_ARGUMENT', `${path} exists already`, 'Choose another file with --out.');
    }
    this.#write(() => {
      makeFolder(dirname(path));
      writeFileSync(`${path}.new`, '');
      rmSync(`${path}.new`);
    });
  }

  write(document: object): void {
    this.#write(() => {
      writeFileSync(`${this.path}.new`, `${toJson(document, 2)}\n`);
      renameSync(`${this.path}.new`, this.path);
    });
  }

  #write(action: () => void): void {
    try {
      action();
    } catch (cause) {
      const message = `Cannot write ${this.path}: ${reason(cause)}`;
      throw new FlatwalkError('HOST', message, 'Choose another file with --out.', { cause });
    }
  }
}

/** With its parents, from the outermost: Node's own `recursive` never ends where a parent takes no folders, as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    // Is silent for a folder, and says what else it is.
    mkdirSync(path, { recursive: true });
    return;
  }
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** @throws BAD_ARGUMENT when the folder holds results already */
export function refuseResults(path: string): void {
  if (!existsSync(join(path, 'summary.json'))) return;
  throw new FlatwalkError('BAD_ARGUMENT', `${path} already holds results`, 'Choose another folder with --out.');
}

/** An error as documents tell it: without its stack. */
export function failure(error: unknown): { code: string; message: string; fix: string } {
  if (!(error instanceof FlatwalkError)) return { code: 'INTERNAL', message: reason(error), fix: '' };
  const { code, message, fix } = error;
  return { code, message: message.replace(`\n  ${fix}`, ''), fix };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A list of numbers over several lines; strings have no line breaks in JSON. */
const numbersOverLines = /\[\n\s*((?:-?[\d.eE+-]+,\n\s*)*-?[\d.eE+-]+)\n\s*\]/g;

/**
 * JSON has no NaN and no infinities: they become the strings 'NaN', 'Infinity', '-Infinity', which no number reads as.
 * Lists of numbers stay on one line.
 */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_, v) => {
      if (v instanceof Error) return failure(v);
      if (typeof v === 'number' && !Number.isFinite(v)) return String(v);
      return ArrayBuffer.isView(v) ? Array.from(v as Float64Array) : v;
    },
    indent,
  );
  return text.replaceAll(numbersOverLines, (_, list: string) => `[${list.replaceAll(/\n\s*/g, ' ')}]`);
}
