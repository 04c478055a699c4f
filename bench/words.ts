/** Sentences about measurements and comparisons, for terminals and pages alike. Pure; who shows them decides how a kind looks. */
import type { Comparison } from './compare.ts';
import type { BenchResult, SkippedCase } from './document.ts';
import { counted, noDeviceLines, percentText, skippedLines, timeText } from './tables.ts';

export interface Line {
  readonly kind: 'plain' | 'good' | 'bad' | 'unknown' | 'warning';
  readonly text: string;
}

const plain = (text: string): Line => ({ kind: 'plain', text });

/** What is to be said below the tables of a measurement; the first line after what was left out says how it was measured. */
export function resultLines(result: BenchResult): { readonly missing: string[]; readonly rest: Line[] } {
  const { cases, skipped, warnings } = result;
  const failed = cases.filter(({ check }) => !check.passed);
  return {
    missing: [...skippedLines(skipped), ...noDeviceLines(cases)],
    rest: [
      plain(methodText(result)),
      ...warnings.map((text): Line => ({ kind: 'warning', text })),
      ...failed.map(({ suite, case: name, check }): Line => {
        return { kind: 'bad', text: `FAILED: ${suite} ${name}: ${check.note}. Its time is not given.` };
      }),
      plain(endText(result)),
    ],
  };
}

/** What the numbers rest on. */
function methodText({ noiseFloor, clock }: BenchResult): string {
  const parts: string[] = ['Times are medians by the wall clock'];
  if (noiseFloor) parts.push(`the same work differs by ${percentText(noiseFloor.share)}`);
  if (clock) {
    parts.push(`the clock ticks every ${timeText(clock.resolution)}`);
    if (clock.device.real) parts.push(`the device's clock is real (${clock.device.reason})`);
  }
  return `${parts.join('; ')}.`;
}

/** How it ended. */
export function endText({ cases, outcome, seconds }: Pick<BenchResult, 'cases' | 'outcome' | 'seconds'>): string {
  const failed = cases.filter(({ check }) => !check.passed).length;
  const checks = failed === 0 ? 'every check passed' : `${failed} of ${cases.length} checks FAILED`;
  const measured =
    cases.length === 0
      ? 'nothing was measured.'
      : `${counted(cases.length)} measured in ${seconds.toFixed(0)} s, ${checks}.`;
  const kept = cases.length === 0 ? measured : `${measured} What was measured is kept.`;
  return { finished: measured, aborted: `Interrupted: ${kept}`, lost: `The device was lost: ${kept}` }[outcome.kind];
}

/** What is to be said below the table of a comparison; the last lines are what passing or failing rests on. */
export function comparisonLines(comparison: Comparison): Line[] {
  const { cases, onlyNew, leftOut, notes, noiseFloor, adapter } = comparison;
  const lines: Line[] = [];
  if (leftOut.length > 0) lines.push(plain(`Only in the old one: ${missingText(leftOut)}`));
  if (onlyNew.length > 0) lines.push(plain(`Only in the new one: ${onlyNew.join('; ')}`));
  for (const note of notes) lines.push({ kind: 'warning', text: `Differs: ${note}` });
  lines.push(plain(kernelsText(comparison)));
  if (noiseFloor !== null) {
    lines.push(plain(`Noise floor: ${percentText(noiseFloor)}; no difference below it is one.`));
  }
  const count = (which: string) => cases.filter((one) => one.verdict === which).length;
  const counts = ['faster', 'same', 'slower', 'unknown'].map((which) => `${count(which)} ${which}`).join(', ');
  const on = `${adapter.name}${adapter.software ? ' (software)' : ''}`;
  lines.push(plain(`${counted(cases.length)} on ${on}: ${counts}.`));
  return [...lines, ...verdictLines(comparison)];
}

/** Whether both measured the same kernels. */
function kernelsText({ kernels: { old, new: now } }: Comparison): string {
  if (old !== null && old === now) return `Kernels: the same in both (${old}).`;
  if (old !== null && now !== null) return `Kernels: they differ, ${old} in the old one, ${now} in the new one.`;
  const which = old === now ? 'neither says' : `the ${old === null ? 'old' : 'new'} one does not say`;
  return `Kernels: ${which} which it measured.`;
}

function verdictLines({ cases, lost, ended, threshold, passed }: Comparison): Line[] {
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
  if (!passed) return lines.map((text) => ({ kind: 'bad', text }));
  const unknown = cases.filter((one) => one.verdict === 'unknown').length;
  const limit = `by more than ${percentText(threshold)}`;
  // No tick for what was not found out.
  if (unknown > 0) return [{ kind: 'unknown', text: `Nothing is shown to be slower ${limit}; ${unknown} unknown.` }];
  return [{ kind: 'good', text: `Nothing is slower ${limit}.` }];
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
