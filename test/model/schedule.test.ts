import { describe, expect, test } from 'vitest';
import { FlatwalkError } from '../../src/model/errors.ts';
import { checkSchedule, type Schedule, scheduleFactor, scheduleNumbers } from '../../src/model/schedule.ts';

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

describe('schedules as numbers', () => {
  const numbers = (schedule: Schedule) => scheduleNumbers('stepSizeSchedule', schedule);
  const isConstant = (schedule: Schedule) => {
    const [, warmup, , level] = numbers(schedule);
    return warmup < 2 && level === 1;
  };

  test('the same for the same schedule, however it is written', () => {
    expect(numbers({ kind: 'cosine', steps: 9 })).toEqual(numbers({ warmup: 0, final: 0, steps: 9, kind: 'cosine' }));
    expect(numbers({ kind: 'constant' })).toEqual([0, 0, 0, 1]);
    expect(numbers({ kind: 'cosine', steps: 9, final: 0.5, warmup: 3 })).toEqual([1, 3, 9, 0.5]);
    expect(numbers({ kind: 'step', every: 9, factor: 0.5, warmup: 3 })).toEqual([2, 3, 9, 0.5]);
  });

  test('tell what is constant, and the largest factor', () => {
    const constant: Schedule[] = [
      { kind: 'constant' },
      { kind: 'constant', warmup: 1 },
      { kind: 'cosine', steps: 5, final: 1 },
      { kind: 'step', every: 5, factor: 1, warmup: 0 },
    ];
    const varying: Schedule[] = [
      { kind: 'constant', warmup: 2 },
      { kind: 'cosine', steps: 5 },
      { kind: 'cosine', steps: 5, final: 3 },
      { kind: 'cosine', steps: 5, final: 1, warmup: 3 },
      { kind: 'step', every: 5, factor: 0.9 },
    ];
    const factors = (schedule: Schedule) => Array.from({ length: 20 }, (_, step) => scheduleFactor(schedule, step));
    for (const schedule of constant) expect([isConstant(schedule), ...new Set(factors(schedule))]).toEqual([true, 1]);
    for (const schedule of varying) {
      expect(isConstant(schedule)).toBe(false);
      expect(new Set(factors(schedule)).size).toBeGreaterThan(1);
    }
    for (const schedule of [...constant, ...varying]) {
      expect(Math.max(...factors(schedule))).toBe(Math.max(1, numbers(schedule)[3]));
    }
  });
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

  const STEPS = 'Give a whole number from 1 to 4294967295.';
  test.each([
    [null, 'is no schedule: its kind is undefined', 'The kinds are constant, cosine, step.'],
    [0.5, 'is no schedule', 'The kinds are'],
    ['cosine', 'is no schedule', 'The kinds are'],
    [{ kind: 'linear' }, 'is no schedule: its kind is linear', 'The kinds are'],
    [{ kind: 'toString' }, 'is no schedule: its kind is toString', 'The kinds are'],
    [{ kind: 'cosine' }, 'has no steps', STEPS],
    [{ kind: 'cosine', steps: 0 }, 'has steps 0', STEPS],
    [{ kind: 'cosine', steps: 10.5 }, 'has steps 10.5', STEPS],
    [{ kind: 'cosine', steps: 2 ** 32 }, 'has steps 4294967296', STEPS],
    [{ kind: 'cosine', steps: '10' }, 'has steps 10', STEPS],
    [{ kind: 'cosine', steps: Number.NaN }, 'has steps NaN', STEPS],
    [{ kind: 'cosine', steps: 10, final: -0.1 }, 'has final -0.1', 'Give a number from 0'],
    [{ kind: 'cosine', steps: 10, final: Number.NaN }, 'has final NaN', 'Give a number from 0'],
    [{ kind: 'cosine', steps: 10, final: 1e39 }, 'has final 1e+39', 'to 2^127'],
    [{ kind: 'cosine', steps: 10, warmup: 10 }, 'has a warmup of 10 of 10 steps', 'Leave steps for the cosine.'],
    [{ kind: 'cosine', step: 10 }, "has no 'step'", "A schedule 'cosine' has warmup, steps, final."],
    [{ kind: 'step', every: 0, factor: 0.5 }, 'has every 0', STEPS],
    [{ kind: 'step', every: 10 }, 'has no factor', 'Give a number above 0, at most 1.'],
    [{ kind: 'step', every: 10, factor: 0 }, 'has factor 0', 'above 0'],
    [{ kind: 'step', every: 10, factor: -1 }, 'has factor -1', 'above 0'],
    [{ kind: 'step', every: 10, factor: 1.5 }, 'has factor 1.5', 'at most 1'],
    [{ kind: 'step', every: 10, factor: Number.NaN }, 'has factor NaN', 'above 0'],
    [{ kind: 'step', every: 10, factor: 0.5, final: 0 }, "has no 'final'", 'warmup, every, factor'],
    [{ kind: 'constant', warmup: -1 }, 'has warmup -1', 'Give a whole number from 0'],
    [{ kind: 'constant', warmup: Number.POSITIVE_INFINITY }, 'has warmup Infinity', 'Give a whole number from 0'],
  ])('%j: %s', (schedule, words, fix) => {
    const [message, next] = refusal(schedule).split('\n');
    expect(message).toContain(`noiseSchedule ${words}`);
    expect(next).toContain(fix);
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
