import { expect, test } from 'vitest';
import { aboveZero, spread, steady } from '../../src/host/page/kit/statistics.ts';

test('a spread leaves out what is not finite, and there is none without numbers', () => {
  expect(spread([3, Number.NaN, 1, 2, Number.POSITIVE_INFINITY])).toEqual({ low: 1, median: 2, high: 3 });
  expect(spread([4, 1])).toEqual({ low: 1, median: 2.5, high: 4 });
  expect(spread(Array.from({ length: 100 }, (_, k) => k))).toEqual({ low: 9.5, median: 49.5, high: 89.5 });
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
