/** Reads results folders in Node. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FlatwalkError } from '../../model/errors.ts';
import { FEATURES, ROWS, SUMMARY, SWEEP } from './names.ts';
import { parseFeatures, parseLines, parseRow, parseSummary } from './parse.ts';
import type { StoredResults } from './schema.ts';

export type { StoredFeatures, StoredResults, StoredRow, Summary } from './schema.ts';

/**
 * A results folder, also while it is being written. @throws BAD_ARGUMENT where there is none, where it is of a later version,
 * and where a file is damaged, naming the line
 */
export function readResults(folder: string): StoredResults {
  const summaryFile = join(folder, SUMMARY);
  if (!existsSync(summaryFile)) throw noResults(folder);
  const summary = parseSummary(readFileSync(summaryFile, 'utf8'), summaryFile);
  const running = summary.outcome.kind === 'running';
  const lines = <T>(name: string, parse: (line: string, place: string) => T) => {
    const file = join(folder, name);
    return existsSync(file) ? parseLines(readFileSync(file), file, running, parse) : [];
  };
  return {
    path: folder,
    summary,
    rows: lines(ROWS, parseRow),
    features: lines(FEATURES, parseFeatures),
    running,
  };
}

/** The results folders that are meant by one path: itself, or the cells of a sweep that there are. */
export function resultsAt(folder: string): string[] {
  const cells = existsSync(join(folder, SWEEP)) ? resultsWithin(folder) : [];
  return cells.length > 0 ? cells : [folder];
}

/** In the order in which people count. */
function resultsWithin(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  const inOrder = new Intl.Collator('en', { numeric: true }).compare;
  return readdirSync(folder)
    .sort(inOrder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, SUMMARY)));
}

/** Says what the path is instead. */
export function noResults(folder: string): FlatwalkError {
  const fix = 'Give a folder that flatwalk run, reproduce or flow wrote.';
  const say = (what: string) => new FlatwalkError('BAD_ARGUMENT', what, fix);
  if (!existsSync(folder)) return say(`There is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) return say(`${folder} is a file, not a results folder`);
  const [first] = resultsWithin(folder);
  if (first !== undefined) {
    const what = `${folder} holds folders with results, and is none itself`;
    return new FlatwalkError('BAD_ARGUMENT', what, `Give one of them, as ${first}.`);
  }
  return say(`${folder} holds no results: it has no summary.json`);
}
