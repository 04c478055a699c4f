import { describe, expect, test } from 'vitest';
import { compareDocuments } from '../../bench/compare.ts';
import type { BenchCase, BenchDocument } from '../../bench/document.ts';
import { describeProblems } from '../../bench/problems.ts';
import { estimate, ratioOfMedians } from '../../bench/statistics.ts';
import { streamNormals } from '../../src/model/draws.ts';
import { documentOf } from './documents.ts';

/** Samples around `median` with a relative `spread`, and now and then one that something disturbed. */
function samplesOf(median: number, spread: number, seed: number, count = 30): number[] {
  return Array.from(streamNormals('data', seed, 9, 0, count), (x, k) =>
    Math.abs(median * (1 + spread * x) * (k % 11 === 10 ? 3 : 1)),
  );
}

function caseOf(name: string, samples: readonly number[], rest: Partial<BenchCase> = {}): BenchCase {
  return {
    case: name,
    suite: 'steps',
    unit: 'step',
    time: { ...estimate(samples), samples, unitsPerSample: 1 },
    check: { passed: true, error: 0, tolerance: 1, note: '' },
    ...rest,
  };
}

const once = (old: BenchCase, now: BenchCase, options?: { threshold: number }, noise = 0.02) => {
  const noiseFloor = { inTurn: noise, drift: 0, share: noise };
  return compareDocuments(documentOf([old]), documentOf([now], { noiseFloor }), options);
};
const of = (factor: number, spread: number, seed: number, count?: number) =>
  caseOf('small/a', samplesOf(1000 * factor, spread, seed, count));

describe('verdicts', () => {
  test('a clear slow-down fails, a clear gain does not', () => {
    const slower = once(of(1, 0.03, 1), of(1.2, 0.03, 2));
    expect(slower.cases[0]).toMatchObject({ verdict: 'slower', failed: true, note: '' });
    expect(slower.cases[0].ratio?.median).toBeCloseTo(1.2, 1);
    expect(slower.passed).toBe(false);
    const faster = once(of(1.2, 0.03, 2), of(1, 0.03, 1));
    expect(faster.cases[0]).toMatchObject({ verdict: 'faster', failed: false });
    expect(faster.passed).toBe(true);
  });

  test('a slow-down within the threshold is told and does not fail', () => {
    const { cases, passed } = once(of(1, 0.01, 1), of(1.04, 0.01, 2));
    expect(cases[0]).toMatchObject({ verdict: 'slower', failed: false });
    expect(passed).toBe(true);
    expect(once(of(1, 0.01, 1), of(1.04, 0.01, 2), { threshold: 0.02 }).passed).toBe(false);
  });

  test('the same within a narrow interval is the same', () => {
    expect(once(of(1, 0.02, 1), of(1, 0.02, 2)).cases[0]).toMatchObject({ verdict: 'same', note: '' });
  });

  test('what scatters too much is unknown', () => {
    const { cases, passed } = once(of(1, 0.4, 1), of(1, 0.4, 2));
    expect(cases[0]).toMatchObject({ verdict: 'unknown', note: 'the samples scatter too much' });
    expect(passed).toBe(true);
  });

  test('a difference below the noise floor of either file is none', () => {
    const wide = once(of(1, 0.03, 1), of(1.2, 0.03, 2), undefined, 0.5);
    expect(wide.noiseFloor).toBe(0.5);
    expect(wide.cases[0]).toMatchObject({ verdict: 'unknown', failed: false });
    const near = once(of(1, 0.03, 1), of(1.2, 0.03, 2), undefined, 0.21);
    expect(near.cases[0]).toMatchObject({ verdict: 'unknown', note: 'the noise of 21.0 % may explain it' });
    expect(near.passed).toBe(true);
    const noisy = once(of(1, 0.02, 1), of(1, 0.02, 2), undefined, 0.1);
    expect(noisy.cases[0]).toMatchObject({ verdict: 'unknown', note: 'the noise of 10.0 % is above the threshold' });
    expect(once(of(1, 0.02, 1), of(1, 0.02, 2), { threshold: 0.15 }, 0.1).cases[0].verdict).toBe('same');
  });

  test('too few samples, or no noise floor, tell nothing', () => {
    expect(once(of(1, 0.01, 1), of(2, 0.01, 2, 5)).cases[0]).toMatchObject({
      verdict: 'unknown',
      note: expect.stringContaining('fewer than 6 samples'),
    });
    const without = compareDocuments(documentOf([of(1, 0.01, 1)], { noiseFloor: null }), documentOf([of(2, 0.01, 2)]));
    expect(without.noiseFloor).toBe(null);
    expect(without.cases[0]).toMatchObject({ verdict: 'unknown', note: 'there is no noise floor' });
  });

  test('six clearly separate samples are enough', () => {
    expect(once(of(1, 0.01, 1, 6), of(2, 0.01, 2, 6)).cases[0].verdict).toBe('slower');
  });

  test('what became wrong fails; what was wrong has nothing to be compared with', () => {
    const wrong = { time: null, check: { passed: false, error: 2, tolerance: 1, note: 'number 3 is 4' } };
    const became = once(of(1, 0.01, 1), caseOf('small/a', [1], wrong));
    expect(became.cases[0]).toMatchObject({ verdict: 'unknown', failed: true, new: null });
    expect(became.cases[0].note).toBe('the check fails in the new one: number 3 is 4');
    expect(became.passed).toBe(false);
    const other = { ...of(1, 0.01, 3), case: 'small/b' };
    const was = compareDocuments(
      documentOf([caseOf('small/a', [1], wrong), other]),
      documentOf([of(1, 0.01, 1), other]),
    );
    expect(was.cases[0]).toMatchObject({ failed: false, note: 'there is no time in the old one' });
    expect(was.passed).toBe(true);
  });

  test('another unit is another thing; another plan is told', () => {
    const other = { ...of(1, 0.01, 3), case: 'small/b' };
    const unit = compareDocuments(
      documentOf([of(1, 0.01, 1), other]),
      documentOf([{ ...of(1, 0.01, 2), unit: 'run' }, other]),
    );
    expect(unit.cases[0]).toMatchObject({ verdict: 'unknown', note: "the unit was 'step' and is 'run'" });
    const plan = once({ ...of(1, 0.01, 1), plan: 'lane' }, { ...of(2, 0.01, 2), plan: 'group' });
    expect(plan.cases[0]).toMatchObject({ verdict: 'slower', note: "the plan was 'lane' and is 'group'" });
  });

  test('among 400 cases that are the same, next to none is called different', () => {
    const many = (first: number) =>
      Array.from({ length: 400 }, (_, k) => caseOf(`small/${k}`, samplesOf(1000, 0.05, first + k)));
    const { cases, passed } = compareDocuments(documentOf(many(1)), documentOf(many(1001)));
    expect(cases.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster').length).toBeLessThanOrEqual(4);
    expect(passed).toBe(true);
  });

  test('a slow-down of a tenth is found nearly always at a spread of 5 %', () => {
    const many = (first: number, median: number) =>
      Array.from({ length: 100 }, (_, k) => caseOf(`small/${k}`, samplesOf(median, 0.05, first + k)));
    const { cases } = compareDocuments(documentOf(many(1, 1000)), documentOf(many(1001, 1100)));
    expect(cases.filter(({ verdict }) => verdict === 'slower').length).toBeGreaterThan(95);
  });
});

describe('ratio of medians', () => {
  test('the interval holds the ratio about 95 times in 100', () => {
    let held = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { low, high } = ratioOfMedians(samplesOf(2, 0.1, seed, 20), samplesOf(1, 0.1, 1000 + seed, 25));
      if (low <= 2 && high >= 2) held++;
    }
    expect(held / 300).toBeGreaterThan(0.9);
    expect(held / 300).toBeLessThan(0.99);
  });

  test('few samples: the whole range', () => {
    expect(ratioOfMedians([4, 2], [1, 2])).toEqual({ median: 2, low: 1, high: 4 });
  });
});

test('cases of one side only are listed', () => {
  const a = caseOf('small/a', samplesOf(1, 0.1, 1));
  const old = documentOf([a, { ...a, case: 'small/gone' }, { ...a, suite: 'kernels' }]);
  const now = documentOf([a, { ...a, case: 'small/fresh' }]);
  const { cases, onlyOld, onlyNew, lost } = compareDocuments(old, now);
  expect(cases.map((one) => `${one.suite} ${one.case}`)).toEqual(['steps small/a']);
  expect(onlyOld).toEqual(['steps small/gone', 'kernels small/a']);
  expect(lost.map((one) => `${one.suite} ${one.case}`)).toEqual(onlyOld);
  expect(onlyNew).toEqual(['steps small/fresh']);
});

describe('what cannot be compared is refused, and it is said why', () => {
  const base = documentOf([of(1, 0.01, 1)]);
  const { environment } = base;
  const software = { ...environment, adapter: { ...environment.adapter, software: true } };
  const refused: [name: string, old: BenchDocument, now: BenchDocument, message: string][] = [
    [
      'adapter',
      base,
      { ...base, environment: { ...environment, adapter: { ...environment.adapter, name: 'other' } } },
      "The adapter's name differs: card in the old one, other in the new one",
    ],
    [
      'processor of a software adapter',
      { ...base, environment: software },
      { ...base, environment: { ...software, cpu: 'x' } },
      'The CPU differs: c in the old one, x in the new one',
    ],
    ['schema', { ...base, schema: 0 }, base, 'The old document has schema 0; this flatwalk reads 1'],
    [
      'problem',
      base,
      { ...base, problem: { ...base.problem, seed: 8 } },
      "The problems' seed differs: 7 in the old one, 8 in the new one",
    ],
    ['effort of tests', base, { ...base, problem: describeProblems(true) }, "The problems' reduced differs"],
    ['command', base, { ...base, command: 'run' as 'bench' }, 'The new document is no document of flatwalk bench'],
    ['peers', base, { ...base, suite: 'peers' } as BenchDocument, 'The new document is of peers'],
  ];
  test.each(refused)('%s', (_, old, now, message) => {
    expect(() => compareDocuments(old, now)).toThrow(message);
    expect(() => compareDocuments(old, now)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });

  test('other versions, another processor beside a GPU, and an interruption are told', () => {
    const adapter = { ...environment.adapter, driver: '2' };
    const now: BenchDocument = {
      ...base,
      environment: { ...environment, adapter, cpu: 'x', browser: 'Chrome/150' },
      outcome: { kind: 'aborted' },
    };
    expect(compareDocuments(base, now).notes).toEqual([
      'the driver: 1 in the old one, 2 in the new one',
      'the browser: none in the old one, Chrome/150 in the new one',
      'the CPU: c in the old one, x in the new one',
      'the new one did not finish (aborted)',
    ]);
  });
});
