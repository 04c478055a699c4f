import { describe, expect, test } from 'vitest';
import { estimate, rankTest, ratio } from '../../bench/statistics.ts';
import { streamNormals } from '../../src/model/draws.ts';

const normals = (count: number, seed: number) => Array.from(streamNormals('data', seed, 9, 0, count));

describe('estimate', () => {
  test('median, interval between order statistics, spread', () => {
    const samples = Array.from({ length: 25 }, (_, k) => ((k * 7) % 25) + 1);
    // Binomial(25, 1/2): 2 % lie below 8, so the 8th and 18th of 25 hold the median with at least 95 %.
    const { median, low, high, count } = estimate(samples);
    expect([median, count]).toEqual([13, 25]);
    expect(low).toBeLessThanOrEqual(8);
    expect(high).toBe(26 - low);
  });

  test('a single wild sample moves nothing', () => {
    const tame = [10, 11, 9, 10, 12, 10, 9, 11, 10, 10];
    const wild = [...tame.slice(0, 9), 1e9];
    expect(estimate(wild).median).toBe(estimate(tame).median);
    expect(estimate(wild).spread).toBeLessThan(2);
  });

  test('the spread of normal samples is their standard deviation', () => {
    expect(estimate(normals(4001, 1)).spread).toBeCloseTo(1, 1);
  });

  test('the interval holds the median of normal samples about 95 times in 100', () => {
    let held = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { low, high } = estimate(normals(20, seed));
      if (low <= 0 && high >= 0) held++;
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.995);
  });

  test('few samples: their range', () => {
    expect(estimate([3, 1, 2])).toMatchObject({ low: 1, median: 2, high: 3 });
    expect(estimate([5])).toMatchObject({ low: 5, median: 5, high: 5, spread: 0 });
  });
});

test('ratios are taken pair by pair', () => {
  // Both are disturbed alike, so the ratio is not.
  const drift = [1, 2, 5, 9, 3, 1, 7, 4];
  const found = ratio(
    drift.map((x) => 3 * x),
    drift,
  );
  expect(found).toEqual({ median: 3, low: 3, high: 3 });
});

describe('rank test', () => {
  test('the same samples, no samples', () => {
    const a = normals(30, 3);
    expect(rankTest(a, a)).toBeCloseTo(1, 5);
    expect(rankTest([], a)).toBe(1);
    expect(rankTest([2, 2, 2], [2, 2, 2, 2])).toBe(1);
  });

  test('as published: U = 2, m = 5, n = 6 is about p = 0.02', () => {
    // Exact: 0.0173 (two-sided), normal approximation with continuity correction: 0.0225.
    const p = rankTest([1, 2, 3, 4, 6.5], [5, 6, 7, 8, 9, 10]);
    expect(p).toBeGreaterThan(0.01);
    expect(p).toBeLessThan(0.03);
  });

  test('separated samples differ once there are four of each', () => {
    expect(rankTest([1, 2, 3], [4, 5, 6])).toBeGreaterThan(0.05);
    expect(rankTest([1, 2, 3, 4], [5, 6, 7, 8])).toBeLessThan(0.05);
    expect(
      rankTest(
        normals(30, 1),
        [...normals(30, 2)].map((x) => x + 2),
      ),
    ).toBeLessThan(1e-4);
  });

  test('says 5 % about as often as it should', () => {
    let alarms = 0;
    for (let seed = 0; seed < 400; seed++) if (rankTest(normals(20, seed), normals(20, 1000 + seed)) < 0.05) alarms++;
    expect(alarms / 400).toBeLessThan(0.09);
  });
});
