import { expect, test } from 'vitest';
import { aboveZero, spread, steady } from '../../src/host/page/kit/statistics.ts';

test('a spread leaves out what is not finite, and there is none without numbers', () => {
  const close = ([low, median, high]: readonly number[]) => ({
    low: expect.closeTo(low, 12),
    median: expect.closeTo(median, 12),
    high: expect.closeTo(high, 12),
  });
  // As numpy.quantile has them.
  expect(spread([3, Number.NaN, 1, 2, Number.POSITIVE_INFINITY])).toEqual(close([1.2, 2, 2.8]));
  expect(spread([4, 1])).toEqual(close([1.3, 2.5, 3.7]));
  expect(spread(Array.from({ length: 100 }, (_, k) => k))).toEqual(close([9.9, 49.5, 89.1]));
  expect(spread([Number.NaN])).toBeNull();
});

test('a loss of exactly 0 can be drawn by its logarithm, and told in numbers', () => {
  const steps = [0, 1, 2];
  expect(aboveZero([steps, [4, 2, null], [1, 0, null], [2, 0.5, null]])).toEqual([
    steps,
    [4, 2, null],
    [1, 0.5, null],
    [2, 0.5, null],
  ]);
  expect(aboveZero([[7], [0], [0], [0]])).toEqual([[7], [null], [null], [null]]);
  expect(steady(0)).toBe('0');
});
