import { describe, expect, test } from 'vitest';
import { peerCases, questionOf } from '../../../bench/peers/cases.ts';
import { checkAnswer, expectedOf } from '../../../bench/peers/check.ts';
import { answer, type Mistake } from './answers.ts';

const caseOf = (name: string) => {
  const found = peerCases.find((one) => one.name === name);
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
};

const ofSteps: Mistake[] = [
  'no noise',
  'noise of the other sign',
  'a step too few',
  'another step size',
  'the wrong sample',
];
const ofAll: Mistake[] = ['a number that is not one', 'a number too few'];
// The float64 loops take seconds at the middle size and minutes at the large one, which is checked by the same code.
const mistakes: Record<string, Mistake[]> = {
  'small/one run': [...ofAll, ...ofSteps],
  'small/64 replicas': [...ofAll, ...ofSteps, "another replica's draws"],
  'mid/step, data space': ['no noise', 'a step too few'],
  'small/probe': [...ofAll, 'one form for another', 'forms without curvature of the network'],
  'mid/probe': ['forms without curvature of the network'],
};

describe.each(Object.keys(mistakes))('%s', (name) => {
  const one = caseOf(name);
  const question = questionOf(one);

  test('the right answer, rounded to f32, passes', () => {
    const check = checkAnswer(answer(one), expectedOf(one, question));
    expect(check).toMatchObject({ passed: true });
    // Rounding it once costs next to nothing of what all the roundings of a computation are allowed.
    expect(check.share).toBeLessThan(0.1);
  });

  test.each(mistakes[name])('%s: refused', (mistake) => {
    const check = checkAnswer(answer(one, mistake), expectedOf(one, question));
    expect(check.passed).toBe(false);
    if (ofAll.includes(mistake)) expect(check.failure).toMatch(/not finite|numbers instead of/);
    else expect(check.share).toBeGreaterThan(1);
  });
});
