import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import type { TaskEvent } from '../tasks/task.ts';
import { makeFolder } from './file.ts';
import { reason, toJson } from './json.ts';

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

  features({ run, step, samples, width, values }: Extract<TaskEvent, { kind: 'features' }>): void {
    this.#write(() =>
      appendFileSync(join(this.path, 'features.ndjson'), `${toJson({ run, step, samples, width, values })}\n`),
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

/** @throws BAD_ARGUMENT when the folder holds results already */
export function refuseResults(path: string): void {
  if (!existsSync(join(path, 'summary.json'))) return;
  throw new FlatwalkError('BAD_ARGUMENT', `${path} already holds results`, 'Choose another folder with --out.');
}
