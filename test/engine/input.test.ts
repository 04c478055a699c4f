/** What callers hand in: views, number types, shapes that do not fit, numbers that are none. */
import { describe, expect, test } from 'vitest';
import { count, real, toFloat32 } from '../../src/engine/arrays.ts';
import type { NumberList, ProblemOptions } from '../../src/engine/index.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import { openTestEngine } from './support.ts';

const engine = await openTestEngine();

const good = { inputs: [1, 2, 3, 4], labels: [1, 2, 3, 4], width: 1, activation: 'relu', weights: [1] };

async function lossOf(options: Partial<ProblemOptions>): Promise<number> {
  const problem = await engine.problem({ ...good, ...options });
  const [loss] = await problem.loss();
  problem.dispose();
  return loss;
}

async function refusal(options: Partial<ProblemOptions>): Promise<FlatwalkError> {
  const error = await engine.problem({ ...good, ...options }).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlatwalkError);
  return error as FlatwalkError;
}

describe('views and number types are taken by value', () => {
  const base = Float32Array.of(9, 9, 9, 9, 1, 2, 3, 4);

  test.each<[string, NumberList]>([
    ['a view into a larger array', base.subarray(4)],
    ['Float64Array', Float64Array.of(1, 2, 3, 4)],
    ['Int32Array', Int32Array.of(1, 2, 3, 4)],
    ['a plain array', [1, 2, 3, 4]],
    ['rows', [[1], [2], [3], [4]]],
    ['rows that are views', [base.subarray(4, 5), base.subarray(5, 6), base.subarray(6, 7), base.subarray(7)]],
  ])('%s', async (_, list) => {
    expect(await lossOf({ inputs: list })).toBe(0);
    expect(await lossOf({ labels: list })).toBe(0);
  });

  test('views as weights and as vectors', async () => {
    const problem = await engine.problem({ ...good, weights: base.subarray(4, 5) });
    expect((await problem.loss())[0]).toBe(0);
    const alone = await problem.hvp([3]);
    expect(await problem.hvp(base.subarray(6, 7))).toEqual(alone);
    problem.setWeights(base.subarray(5, 6));
    expect(await problem.weights()).toEqual(Float32Array.of(2));
    problem.dispose();
  });

  test('the whole of the larger array does not fit', async () => {
    const error = await refusal({ inputs: base, dimension: 1 });
    expect(error.code).toBe('BAD_SHAPE');
    expect(error.message).toMatch(/8 numbers.*labels has 4/);
  });

  test('numbers are rounded to the nearest f32', () => {
    expect([...toFloat32('x', [16777217, 0.1]).values]).toEqual([16777216, Math.fround(0.1)]);
  });

  test.each([
    ['inputs', { inputs: [1, 2, 1e39, 4] }, /inputs.*1e\+39 at index 2.*f32/],
    ['labels', { labels: [1, 2, 3, -1e39] }, /labels.*-1e\+39 at index 3.*f32/],
  ])('a number that f32 does not hold: %s', async (_, options, message) => {
    const error = await refusal(options);
    expect(error.code).toBe('NOT_FINITE');
    expect(error.message).toMatch(message);
  });

  test('64-bit integers, text and nothing are refused', () => {
    const refused = (list: unknown) => () => toFloat32('inputs', list as NumberList);
    expect(refused(BigInt64Array.of(1n))).toThrow(/inputs: the value at index 0 is a bigint/);
    expect(refused(['1'])).toThrow(/is a string, not a number/);
    expect(refused([1, null])).toThrow(/index 1/);
    expect(refused('1234')).toThrow(/must be an array of numbers, not string/);
    expect(refused(null)).toThrow(/must be an array/);
    expect(refused(undefined)).toThrow(/must be an array/);
    expect(refused([[1], 2])).toThrow(FlatwalkError);
  });
});

describe('numbers that are none are refused with their place', () => {
  test.each([
    ['a flat list', { inputs: [1, Number.NaN, 2, 3] }, /inputs: the value NaN at index 1 is not finite/],
    ['rows', { inputs: [[1], [Number.NaN], [2], [3]] }, /inputs: the value NaN at row 1, column 0/],
    ['labels', { labels: [1, 2, Number.POSITIVE_INFINITY, 4] }, /labels: the value Infinity at index 2/],
    ['weights', { weights: [Number.NaN] }, /weights: the value NaN at index 0/],
  ])('%s', async (_, options, message) => {
    const error = await refusal(options);
    expect(error.code).toBe('NOT_FINITE');
    expect(error.message).toMatch(message);
  });
});

describe('empty and unfitting shapes', () => {
  test.each([
    ['no samples', { inputs: [], labels: [] }, 'BAD_SHAPE', /no rows/],
    ['no dimensions', { inputs: [[], [], [], []] }, 'BAD_SHAPE', /inputs has no numbers/],
    ['no neurons', { width: 0 }, 'BAD_ARGUMENT', /width must be a whole number of at least 1, not 0/],
    ['half a neuron', { width: 1.5 }, 'BAD_ARGUMENT', /width must be a whole number/],
    ['no replicas', { replicas: 0 }, 'BAD_ARGUMENT', /replicas/],
    ['labels too few', { inputs: [[1], [2], [3], [4]], labels: [1, 2] }, 'BAD_SHAPE', /4 rows but labels has 2/],
    ['labels too many', { labels: [1, 2, 3, 4, 5, 6] }, 'BAD_SHAPE', /labels has 6/],
    ['rows of unequal length', { inputs: [[1], [2], [3, 3], [4]] }, 'BAD_SHAPE', /row 2 has 2 numbers, row 0 has 1/],
    [
      'labels of two columns',
      {
        labels: [
          [1, 1],
          [2, 2],
        ],
        inputs: [1, 2],
      },
      'BAD_SHAPE',
      /2 rows but 4 numbers/,
    ],
    ['weights of another shape', { weights: [1, 2] }, 'BAD_SHAPE', /weights has 2 numbers.*need 1/],
  ])('%s', async (_, options, code, message) => {
    const error = await refusal(options);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.fix.length).toBeGreaterThan(0);
  });

  test('labels of one column are labels', async () => {
    expect(await lossOf({ labels: [[1], [2], [3], [4]] })).toBe(0);
  });

  test('nothing is left on the device', async () => {
    const before = engine.held;
    await refusal({ weights: [1, 2] });
    await refusal({ width: 0 });
    expect(engine.held).toEqual(before);
  });
});

test('counts and reals', () => {
  expect(count('steps', 0, 0)).toBe(0);
  for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => count('steps', bad)).toThrow(/steps must be a whole number of at least 1/);
  }
  expect(real('noise', 0, 0)).toBe(0);
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => real('noise', bad, 0)).toThrow(/noise must be a finite number of at least 0/);
  }
});
