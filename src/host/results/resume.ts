/** A results folder whose run goes on, in Node. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkpoint, decodeCheckpoint, FlatwalkError } from '../../engine/index.ts';
import { replaceFile } from './file.ts';
import { removeWeightsAfter } from './layout.ts';
import { CHECKPOINT, FEATURES, REPORT, ROWS, SUMMARY, WEIGHTS } from './names.ts';
import { parseFeatures, parseLines, parseRow, parseSummary } from './parse.ts';
import { noResults } from './read.ts';
import type { Summary } from './schema.ts';
import { stateOf } from './state.ts';

/** A run that can go on. */
export interface Resumable {
  readonly path: string;
  readonly summary: Summary;
  readonly checkpoint: Checkpoint;
}

/** @throws BAD_ARGUMENT where there is nothing to go on with, with the reason */
export function readResumable(path: string): Resumable {
  const file = join(path, SUMMARY);
  if (!existsSync(file)) throw noResults(path);
  const summary = parseSummary(readFileSync(file, 'utf8'), file);
  const refuse = (why: string, fix: string) => new FlatwalkError('BAD_ARGUMENT', `${path} cannot go on: ${why}`, fix);
  const { command, outcome } = summary;
  if (command !== 'run') throw refuse(`it is of flatwalk ${command}`, 'Only a run goes on from a checkpoint.');
  const end = ends[outcome.kind];
  const again = `Begin another run of the same settings: flatwalk run ${file} --out <other folder>`;
  if (end !== undefined) throw refuse(end, again);
  if (stateOf(summary) === 'running') {
    throw refuse(`process ${outcome.process} is still at it`, 'Wait for it, or end it first.');
  }
  const saved = join(path, CHECKPOINT);
  if (!existsSync(saved)) throw refuse(`there is no ${CHECKPOINT} yet`, again);
  try {
    return { path, summary, checkpoint: decodeCheckpoint(readFileSync(saved)) };
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    throw refuse(`${CHECKPOINT} is damaged. ${error.message.split('\n')[0]}`, again);
  }
}

const ends: Partial<Record<Summary['outcome']['kind'], string>> = {
  finished: 'it has finished',
  stopped: 'its rule for stopping was met',
  diverged: 'it has diverged',
};

/**
 * Takes from a folder what came after a checkpoint, so that the run that goes on from there writes it again: rows beyond it and
 * those that were only taken because the run was interrupted, weights, features and the report of the end.
 */
export function cutBack({ path, checkpoint, summary }: Resumable): void {
  const { step } = checkpoint;
  const every = Number(summary.config?.every);
  const file = join(path, ROWS);
  // Also of one that was killed while it wrote a line.
  const lines = <T>(name: string, parse: (line: string, place: string) => T) =>
    existsSync(join(path, name))
      ? parseLines(readFileSync(join(path, name)), name, true, (line, place) => ({ line, value: parse(line, place) }))
      : [];
  // From step 0 everything is told again: it may have been interrupted before its first row.
  const rows = lines(ROWS, parseRow).filter(({ value }) => step > 0 && value.step <= step && value.step % every === 0);
  const features = lines(FEATURES, parseFeatures).filter(({ value }) => step > 0 && value.step === 0);
  const text = (kept: readonly { line: string }[]) => kept.map(({ line }) => `${line}\n`);
  replaceFile(file, text(rows));
  if (features.length > 0) replaceFile(join(path, FEATURES), text(features));
  else rmSync(join(path, FEATURES), { force: true });
  rmSync(join(path, WEIGHTS), { force: true });
  rmSync(join(path, REPORT), { force: true });
  removeWeightsAfter(path, step);
}
