import { describe, expect, test } from 'vitest';
import { FlatwalkError } from '../../src/model/errors.ts';
import { checkSchedule, isConstant, type Schedule, scheduleFactor } from '../../src/model/schedule.ts';

const LAST = 2 ** 32 - 2;

describe('factors', () => {
  test('a constant is 1 at every step', () => {
    for (const step of [0, 1, 2 ** 24 + 1, LAST]) expect(scheduleFactor({ kind: 'constant' }, step)).toBe(1);
  });

  test.each<Schedule>([
    { kind: 'constant', warmup: 4 },
    { kind: 'cosine', steps: 10, final: 1, warmup: 4 },
    { kind: 'step', every: 100, factor: 0.5, warmup: 4 },
  ])('the warm-up of $kind is linear, begins above 0 and ends at 1', (schedule) => {
    const factors = [0, 1, 2, 3, 4].map((step) => scheduleFactor(schedule, step));
    expect(factors).toEqual([0.25, 0.5, 0.75, 1, 1]);
  });

  test('a cosine falls from 1 to its last factor, which stays', () => {
    const at = (step: number) => scheduleFactor({ kind: 'cosine', steps: 8, final: 0.2 }, step);
    for (let step = 0; step <= 8; step++) {
      expect(at(step)).toBeCloseTo(0.2 + (0.8 * (1 + Math.cos((Math.PI * step) / 8))) / 2, 15);
    }
    expect([at(0), at(8), at(9), at(LAST)]).toEqual([1, 0.2, 0.2, 0.2]);
  });

  test('a cosine may rise, and begins when the warm-up is over', () => {
    const at = (step: number) => scheduleFactor({ kind: 'cosine', steps: 12, final: 3, warmup: 4 }, step);
    expect(at(3)).toBe(1);
    expect(at(4)).toBe(1);
    expect(at(8)).toBeCloseTo(2, 15);
    expect(at(12)).toBe(3);
  });

  test('the end of a long cosine keeps its relative precision', () => {
    const steps = 2 ** 32 - 1;
    // sin^2 x = x^2 to all digits here, where 1 + cos would have none of them.
    const small = (Math.PI / 2 / steps) ** 2;
    const last = scheduleFactor({ kind: 'cosine', steps }, steps - 1);
    expect(Math.abs(last / small - 1)).toBeLessThan(1e-14);
    expect(1 + Math.cos((Math.PI * (steps - 1)) / steps)).toBe(0);
  });

  test('a step decay multiplies once each `every` steps, counted from the end of the warm-up', () => {
    const schedule: Schedule = { kind: 'step', every: 3, factor: 0.5, warmup: 2 };
    const factors = Array.from({ length: 10 }, (_, step) => scheduleFactor(schedule, step));
    expect(factors).toEqual([0.5, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  test('neighbouring steps above 2^24 are told apart', () => {
    const step = 2 ** 31 + 1;
    const decay: Schedule = { kind: 'step', every: step, factor: 0.5 };
    expect([step - 1, step].map((t) => scheduleFactor(decay, t))).toEqual([1, 0.5]);
    const warm: Schedule = { kind: 'constant', warmup: 2 ** 32 - 1 };
    expect(scheduleFactor(warm, step) - scheduleFactor(warm, step - 1)).toBeCloseTo(1 / (2 ** 32 - 1), 15);
  });
});

test('what is constant is known as such', () => {
  const constant: Schedule[] = [
    { kind: 'constant' },
    { kind: 'constant', warmup: 1 },
    { kind: 'cosine', steps: 5, final: 1 },
    { kind: 'step', every: 5, factor: 1, warmup: 0 },
  ];
  const varying: Schedule[] = [
    { kind: 'constant', warmup: 2 },
    { kind: 'cosine', steps: 5 },
    { kind: 'cosine', steps: 5, final: 1, warmup: 3 },
    { kind: 'step', every: 5, factor: 0.9 },
  ];
  const constantOver = (schedule: Schedule) =>
    Array.from({ length: 20 }, (_, step) => scheduleFactor(schedule, step)).every((factor) => factor === 1);
  for (const schedule of constant) expect([isConstant(schedule), constantOver(schedule)]).toEqual([true, true]);
  for (const schedule of varying) expect([isConstant(schedule), constantOver(schedule)]).toEqual([false, false]);
});

describe('refused', () => {
  const refusal = (schedule: unknown) => {
    try {
      checkSchedule('noiseSchedule', schedule as Schedule);
    } catch (error) {
      if (error instanceof FlatwalkError && error.code === 'BAD_ARGUMENT') return error.message;
      throw error;
    }
    return 'passed';
  };

  test.each([
    [null, 'noiseSchedule is null'],
    [0.5, 'noiseSchedule is 0.5'],
    ['cosine', "noiseSchedule is 'cosine'"],
    [{ kind: 'linear' }, "of the kind 'linear'"],
    [{}, 'of the kind undefined'],
    [{ kind: 'toString' }, "of the kind 'toString'"],
    [{ kind: 'cosine' }, 'steps must be a whole number of steps from 1'],
    [{ kind: 'cosine', steps: 0 }, 'not 0'],
    [{ kind: 'cosine', steps: 10.5 }, 'not 10.5'],
    [{ kind: 'cosine', steps: 2 ** 32 }, 'steps must be a whole number'],
    [{ kind: 'cosine', steps: '10' }, "not '10'"],
    [{ kind: 'cosine', steps: 10, final: -0.1 }, 'final must be a number from 0'],
    [{ kind: 'cosine', steps: 10, final: Number.NaN }, 'not NaN'],
    [{ kind: 'cosine', steps: 10, final: 1e39 }, 'final must be'],
    [{ kind: 'cosine', steps: 10, warmup: 10 }, 'the warm-up takes 10 of 10 steps'],
    [{ kind: 'cosine', step: 10 }, "a schedule of the kind 'cosine' has no 'step'"],
    [{ kind: 'step', every: 0, factor: 0.5 }, 'every must be a whole number'],
    [{ kind: 'step', every: 10 }, 'factor must be a number above 0 and at most 1, not undefined'],
    [{ kind: 'step', every: 10, factor: 0 }, 'not 0'],
    [{ kind: 'step', every: 10, factor: -1 }, 'not -1'],
    [{ kind: 'step', every: 10, factor: 1.5 }, 'not 1.5'],
    [{ kind: 'step', every: 10, factor: Number.NaN }, 'not NaN'],
    [{ kind: 'step', every: 10, factor: 0.5, final: 0 }, "has no 'final'"],
    [{ kind: 'constant', warmup: -1 }, 'warmup must be a whole number of steps from 0'],
    [{ kind: 'constant', warmup: Number.POSITIVE_INFINITY }, 'not Infinity'],
  ])('%j: %s', (schedule, words) => {
    expect(refusal(schedule)).toContain(words);
    expect(refusal(schedule)).toContain('noiseSchedule');
  });

  test('and nothing else', () => {
    const schedules: Schedule[] = [
      { kind: 'constant' },
      { kind: 'constant', warmup: 500 },
      { kind: 'cosine', steps: 1 },
      { kind: 'cosine', steps: 100, final: 2, warmup: 99 },
      { kind: 'step', every: 1, factor: 1, warmup: 0 },
    ];
    for (const schedule of schedules) expect(refusal(schedule)).toBe('passed');
  });
});
