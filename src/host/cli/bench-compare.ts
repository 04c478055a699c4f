import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { type Comparison, compareDocuments } from '../../../bench/compare.ts';
import type { BenchDocument } from '../../../bench/document.ts';
import { comparisonTable } from '../../../bench/tables.ts';
import { parseDocument } from '../../../bench/validate.ts';
import { comparisonLines } from '../../../bench/words.ts';
import { FlatwalkError } from '../../engine/index.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { printDocument } from './session.ts';
import { lineText, Terminal, verdict } from './terminal.ts';

/** Prints what became faster and slower; exit 1 where something became slower by more than the threshold, or wrong. */
export function compareCommand(
  oldFile: string,
  newFile: string,
  { threshold, relative, json }: { readonly threshold: number; readonly relative: boolean; readonly json: boolean },
): void {
  const head = documentHead('bench compare', { old: oldFile, new: newFile, threshold, relative });
  try {
    const comparison = compareDocuments(readDocument(oldFile), readDocument(newFile), { threshold, relative });
    reportComparison(comparison, new Terminal(json));
    if (json) printDocument({ ...head, outcome: { kind: 'finished' }, ...comparison });
    process.exitCode = comparison.passed ? 0 : 1;
  } catch (error) {
    if (json) printDocument({ ...head, outcome: outcomeOf(error) });
    throw error;
  }
}

/** '5%', '5 %' or '0.05'. */
export function thresholdOption(text: string): number {
  const [, number, percent] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It must be a share such as '5%' or '0.05'.");
  const share = percent ? Number(number) / 100 : Number(number);
  if (!percent && share >= 1) throw new InvalidArgumentError(`Is it ${number}%? Then write the sign.`);
  return share;
}

/** @throws BAD_ARGUMENT */
export function readDocument(file: string): BenchDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError('BAD_ARGUMENT', `Cannot read ${file}: ${reason}`, 'Check the path.', { cause });
  }
  return parseDocument(text, file);
}

export function reportComparison(comparison: Comparison, terminal: Pick<Terminal, 'say' | 'table'>): void {
  const { cases } = comparison;
  for (const suite of new Set(cases.map((one) => one.suite))) {
    terminal.say(`\n${suite}`);
    const those = cases.filter((one) => one.suite === suite);
    const { head, rows } = comparisonTable(those, (found, failed) => {
      if (failed) return verdict(false);
      return found === 'faster' ? verdict(true) : found === 'unknown' ? '?' : verdict(null);
    });
    terminal.table(head, rows);
  }
  for (const line of comparisonLines(comparison)) terminal.say(lineText(line));
}
