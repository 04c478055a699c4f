import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { type Comparison, compareDocuments } from '../../../bench/compare.ts';
import type { BenchDocument, SkippedCase } from '../../../bench/document.ts';
import { comparisonTable, counted, percentText } from '../../../bench/tables.ts';
import { parseDocument } from '../../../bench/validate.ts';
import { FlatwalkError } from '../../engine/index.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { printDocument } from './session.ts';
import { Terminal, verdict, warning } from './terminal.ts';

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
  const { cases, onlyNew, leftOut, notes, noiseFloor, adapter } = comparison;
  for (const suite of new Set(cases.map((one) => one.suite))) {
    terminal.say(`\n${suite}`);
    const those = cases.filter((one) => one.suite === suite);
    const { head, rows } = comparisonTable(those, (found, failed) => {
      if (failed) return verdict(false);
      return found === 'faster' ? verdict(true) : found === 'unknown' ? '?' : verdict(null);
    });
    terminal.table(head, rows);
  }
  if (leftOut.length > 0) terminal.say(`Only in the old one: ${missingText(leftOut)}`);
  if (onlyNew.length > 0) terminal.say(`Only in the new one: ${onlyNew.join('; ')}`);
  for (const note of notes) terminal.say(warning(`Differs: ${note}`));
  terminal.say(kernelsLine(comparison));
  if (noiseFloor !== null) terminal.say(`Noise floor: ${percentText(noiseFloor)}; no difference below it is one.`);
  const count = (which: string) => cases.filter((one) => one.verdict === which).length;
  const counts = ['faster', 'same', 'slower', 'unknown'].map((which) => `${count(which)} ${which}`).join(', ');
  const on = `${adapter.name}${adapter.software ? ' (software)' : ''}`;
  terminal.say(`${counted(cases.length)} on ${on}: ${counts}.`);
  for (const line of verdictLines(comparison)) terminal.say(line);
}

/** Whether both measured the same kernels. */
function kernelsLine({ kernels: { old, new: now } }: Comparison): string {
  if (old !== null && old === now) return `Kernels: the same in both (${old}).`;
  if (old !== null && now !== null) return `Kernels: they differ, ${old} in the old one, ${now} in the new one.`;
  const which = old === now ? 'neither says' : `the ${old === null ? 'old' : 'new'} one does not say`;
  return `Kernels: ${which} which it measured.`;
}

/** What passing or failing rests on; the last lines that are printed. */
function verdictLines({ cases, lost, ended, threshold, passed }: Comparison): string[] {
  const failed = cases.filter((one) => one.failed);
  const slower = failed.filter((one) => one.verdict === 'slower').map((one) => one.case);
  const wrong = failed.filter((one) => one.verdict !== 'slower').map((one) => one.case);
  const lines: string[] = [];
  if (ended !== 'finished') lines.push(`INCOMPLETE: the new one did not finish (${ended}). Measure it again.`);
  if (lost.length > 0) {
    lines.push(`MISSING in the new one: ${missingText(lost)}. If that is meant, make the old one anew.`);
  }
  if (slower.length > 0) lines.push(`SLOWER by more than ${percentText(threshold)}: ${slower.join('; ')}`);
  if (wrong.length > 0) lines.push(`WRONG in the new one: ${wrong.join('; ')}`);
  if (!passed) return lines.map((line) => `${verdict(false)} ${line}`);
  const unknown = cases.filter((one) => one.verdict === 'unknown').length;
  const limit = `by more than ${percentText(threshold)}`;
  // No tick for what was not found out.
  if (unknown > 0) return [`? Nothing is shown to be slower ${limit}; ${unknown} unknown.`];
  return [`${verdict(true)} Nothing is slower ${limit}.`];
}

/** Cases by the reason why they are not there. */
function missingText(missing: readonly SkippedCase[]): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  return reasons
    .map((reason) => {
      const those = missing.filter((one) => one.reason === reason);
      return `${those.map((one) => `${one.suite} ${one.case}`).join('; ')} (${reason})`;
    })
    .join('; ');
}
