import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { compareDocuments } from '../../../bench/compare.ts';
import { FlatwalkError } from '../../engine/index.ts';
import { readDocument, reportComparison } from './bench-compare.ts';
import { defaultFolder } from './session.ts';
import { Terminal } from './terminal.ts';

/** What a measurement is to be held against. */
export interface Baseline {
  readonly file: string;
  readonly threshold: number;
  readonly relative: boolean;
  /** Whether the measurement becomes the baseline instead. */
  readonly update: boolean;
}

/**
 * Measures, which leaves a document in a file, and holds that against the baseline: exit 1 where something became slower by
 * more than the threshold, wrong or missing. A baseline that cannot be read is met before anything is measured; a measurement that failed
 * becomes none. @throws BAD_ARGUMENT, HOST, and what measuring throws
 */
export async function withBaseline(
  baseline: Baseline | null,
  out: string | undefined,
  json: boolean,
  measure: (file: string | undefined) => Promise<void>,
): Promise<void> {
  if (!baseline) return measure(out);
  const { file, threshold, relative, update } = baseline;
  if (!update && !existsSync(file)) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `There is no baseline ${file}`,
      'Make one: the same command with --update, without --threshold and --relative.',
    );
  }
  const old = update ? null : readDocument(file);
  const measured = out ?? `${defaultFolder('bench')}.json`;
  await measure(measured);
  const terminal = new Terminal(json);
  if (!old) {
    if (process.exitCode) return terminal.say(`${file} is left as it was, because this measurement failed.`);
    if (readDocument(measured).cases.every(({ time }) => time === null)) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `${file} is left as it was: nothing was measured, and nothing could be compared with that`,
        'Ask for other cases: see what was not measured, and why.',
      );
    }
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(measured, file);
    return terminal.say(`Baseline: ${file}`);
  }
  terminal.say(`\nAgainst ${file}`);
  try {
    const comparison = compareDocuments(old, readDocument(measured), { threshold, relative });
    reportComparison(comparison, terminal);
    if (!comparison.passed) process.exitCode ||= 1;
  } catch (error) {
    // What broke the measurement off, for instance Ctrl-C, tells more than that nothing can be compared then.
    if (!(process.exitCode && error instanceof FlatwalkError)) throw error;
    terminal.say(error.message);
  }
}
