import { type Claim, judgeMain } from '../experiments/claims.ts';
import type { ExperimentResult } from '../experiments/experiment.ts';
import { judged } from '../experiments/index.ts';
import { at, textElement } from './dom.ts';
import type { RunName } from './settings.ts';
import { grouped } from './statistics.ts';

/** Judges the claims once both runs are there. */
export function showVerdict({ walk, quiet }: Partial<Record<RunName, ExperimentResult>>): void {
  const place = at('verdict');
  if (!walk || !quiet) {
    const missing = walk
      ? 'the run without noise has ended too'
      : quiet
        ? 'the run with noise has ended too'
        : bothEnded;
    place.replaceChildren(textElement('p', `The claims are judged when ${missing}.`, 'hint'));
    return;
  }
  const claims = judgeMain(walk, quiet);
  const list = textElement('ol', '', 'claims');
  list.append(...claims.map(entry));
  place.replaceChildren(
    textElement('p', summary(claims), 'summary'),
    ...remarks(walk).map((remark) => textElement('p', remark, 'remark')),
    list,
  );
}

const bothEnded = 'the run with noise and the run without, of the same seed and steps, have both ended';

function summary(claims: readonly Claim[]): string {
  const failed = claims.filter(({ holds }) => !holds).map(({ id }) => id);
  if (failed.length === 0) return `All ${claims.length} claims hold.`;
  return `${claims.length - failed.length} of ${claims.length} claims hold. Not: ${failed.join(', ')}.`;
}

/** What a reader should know before believing a verdict. */
function remarks({ experiment: { steps, seed } }: ExperimentResult): string[] {
  const usual = judged.walk;
  const found: string[] = [];
  if (steps < usual.steps) {
    found.push(
      `This is a short run: ${grouped(steps)} steps instead of ${grouped(usual.steps)}. The walk may not have arrived yet.`,
    );
  }
  if (seed !== usual.seed && steps <= usual.steps) {
    found.push(
      `${grouped(usual.steps)} steps were chosen for seed ${usual.seed}. Other seeds bring other data, which may need more.`,
    );
  }
  return found;
}

function entry({ statement, measured, expected, holds }: Claim): HTMLElement {
  const item = textElement('li', '', holds ? 'holds' : 'fails');
  item.append(
    textElement('p', `${holds ? '✓ Holds' : '✗ Does not hold'}: ${statement}.`, 'statement'),
    textElement('p', `Measured: ${measured}`, 'detail'),
    textElement('p', `Expected: ${expected}`, 'detail'),
  );
  return item;
}
