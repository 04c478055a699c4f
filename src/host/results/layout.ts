/** What may be done to the files in a results folder. */
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../model/errors.ts';
import { CHECKPOINT, FEATURES, REPORT, ROWS, SUMMARY, WAY, WEIGHTS } from './names.ts';
import { parseSummary } from './parse.ts';
import type { Summary } from './schema.ts';
import { stateOf } from './state.ts';

const ofTheWay = /^step-(\d+)\.npz(\.new)?$/;

const files = [SUMMARY, ROWS, FEATURES, CHECKPOINT, WEIGHTS, REPORT] as const;

/**
 * Looks at a folder that results are to be written to; it need not exist. `force`: results may be there and will be replaced, but
 * not those of a run that goes on; and what has the name of one of their files and is none stays. @throws BAD_ARGUMENT
 */
export function checkRoom(path: string, force: boolean): void {
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new FlatwalkError('HOST', `Cannot write results to ${path}: it is a file`, 'Choose another with --out.');
  }
  const there = [...files, WAY].find((name) => existsSync(join(path, name)));
  if (there === undefined) return;
  const summary = readOurs(join(path, SUMMARY));
  if (!summary) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${path} holds ${there} already, and no summary of flatwalk that says whose it is`,
      'Choose another folder with --out.',
    );
  }
  if (!force) throw holdsResults(path);
  refuseRunning(path, summary);
}

/** @throws BAD_ARGUMENT where a process of this machine is still writing to the folder that has this summary */
export function refuseRunning(path: string, summary: Summary): void {
  if (stateOf(summary) !== 'running') return;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `Process ${summary.outcome.process} is still writing to ${path}`,
    'Wait for it, or end it first; or choose another folder with --out.',
  );
}

export function holdsResults(path: string): FlatwalkError {
  return new FlatwalkError(
    'BAD_ARGUMENT',
    `${path} already holds results`,
    'Choose another folder with --out, or replace them with --force.',
  );
}

function readOurs(file: string): Summary | null {
  if (!existsSync(file)) return null;
  try {
    return parseSummary(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof FlatwalkError) return null;
    throw error;
  }
}

/** Removes what a run has left in a folder, the summary first: without it nobody takes the rest for results. */
export function clearResults(path: string): void {
  for (const name of files) {
    rmSync(join(path, name), { force: true });
    rmSync(join(path, `${name}.new`), { force: true });
  }
  removeWeightsAfter(path, -1);
}

/** Removes the weights on the way beyond a step, and their folder if nothing else is in it. */
export function removeWeightsAfter(path: string, step: number): void {
  const way = join(path, WAY);
  if (!existsSync(way)) return;
  for (const name of readdirSync(way)) {
    const [, number] = ofTheWay.exec(name) ?? [];
    if (number !== undefined && Number(number) > step) rmSync(join(way, name));
  }
  if (readdirSync(way).length === 0) rmdirSync(way);
}
