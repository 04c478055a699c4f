import { describe, expect, test } from 'vitest';
import { curveOf, type Point, statistics, thinned } from '../../../src/host/report/curves.ts';
import { heatMap } from '../../../src/host/report/heat-map.ts';
import { counted, duration, percent, shown, tick } from '../../../src/host/report/numbers.ts';
import type { StoredRow } from '../../../src/host/results/schema.ts';

const row = (step: number, loss: (number | number[])[], lost: number[] = []): StoredRow => ({
  run: 'train',
  step,
  values: { loss },
  diverged: lost.map((replica) => ({ replica, step })),
});

describe('curves', () => {
  test('have the median and the outer tenths of the replicas', () => {
    const eleven = Array.from({ length: 11 }, (_, k) => k);
    expect(statistics(eleven)).toEqual({ low: 1, y: 5, high: 9 });
    expect(statistics([7])).toEqual({ low: 7, y: 7, high: 7 });
    expect(statistics([])).toEqual({ low: Number.NaN, y: Number.NaN, high: Number.NaN });
  });

  test('leave out what is not finite, and replicas from where they diverged, and count both', () => {
    const rows = [row(0, [1, 2, 3]), row(1, [1, Number.NaN, 3]), row(2, [1, 9, Number.POSITIVE_INFINITY], [2])];
    const curve = curveOf(rows, 'loss', 'step');
    expect(curve.points.map(({ y }) => y)).toEqual([2, 2, 5]);
    expect(curve).toMatchObject({ replicas: 3, notFinite: 1, diverged: 1 });
  });

  test('take one number of a list, and rows that have the metric', () => {
    const rows = [row(0, [[3, 1]]), { ...row(1, []), values: {} }, row(2, [[5, 2]])];
    expect(curveOf(rows, 'loss', 'step', 1).points.map(({ x, y }) => [x, y])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });
});

describe('many rows', () => {
  const many = Array.from({ length: 100_000 }, (_, x): Point => ({ x, y: Math.sin(x / 9000), low: -2, high: 2 }));

  test('become few, in order, with what stands out', () => {
    const spiked = many.map((point) => (point.x === 54_321 ? { ...point, y: 50, high: 60 } : point));
    const kept = thinned(spiked, 300);
    expect(kept.length).toBeLessThanOrEqual(900);
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).toSorted((a, b) => a - b));
    expect(kept).toContainEqual({ x: 54_321, y: 50, low: -2, high: 60 });
    expect(Math.min(...kept.map(({ y }) => y))).toBe(Math.min(...many.map(({ y }) => y)));
  });

  test('keep their gaps', () => {
    const torn = many.map((point) => (point.x === 777 ? { ...point, y: Number.NaN } : point));
    expect(thinned(torn, 300).filter(({ y }) => Number.isNaN(y))).toHaveLength(1);
  });

  test('few are left as they are', () => {
    expect(thinned(many.slice(0, 50), 300)).toEqual(many.slice(0, 50));
  });
});

describe('the feature matrix', () => {
  const matrix = (step: number, width: number, samples: number, value: (k: number) => number) => ({
    run: 'train',
    step,
    samples,
    width,
    values: Array.from({ length: width * samples }, (_, k) => value(k)),
  });

  test('that was not recorded has no figure', () => {
    expect(heatMap([])).toBeNull();
  });

  test('too large to be told apart is spread, which is said', () => {
    const figure = heatMap([matrix(0, 4000, 3, Math.sin), matrix(9, 4000, 3, Math.cos)]);
    expect(figure?.notes[0]).toBe('Shown are 128 of 4000 neurons and 3 of 3 samples, evenly spread.');
    expect(heatMap([matrix(0, 8, 3, Math.sin)])?.notes).toEqual(['Replica 0.']);
  });

  test('of zeros, and with numbers that are not finite, is drawn and said', () => {
    expect(heatMap([matrix(0, 2, 2, () => 0)])?.figure.label).toContain('values from 0 to 0');
    const torn = heatMap([matrix(0, 2, 2, (k) => (k === 1 ? Number.NaN : k))]);
    expect(torn?.notes[0]).toBe('1 number is not finite: its cell is empty.');
  });
});

test('numbers as people read them', () => {
  expect(
    [0, -1.5, 12_345, 1234, 1e-7, 2.5e9, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => shown(value)),
  ).toEqual(['0', '−1.5', '12\u202f345', '1234', '1 × 10⁻⁷', '2\u202f500\u202f000\u202f000', 'not finite', '−∞']);
  expect([0.123, 1, Number.NaN].map(percent)).toEqual(['12\u00a0%', '100\u00a0%', 'not finite']);
  expect([0.5, 75, 7300].map(duration)).toEqual(['0.5\u00a0s', '1\u00a0min', '2\u00a0h 2\u00a0min']);
  expect([0, 20_000, 1.5e6, -0.25].map(tick)).toEqual(['0', '20k', '1.5M', '−0.25']);
  expect([counted(1, 'row'), counted(2, 'row'), counted(3, 'matrix', 'matrices')]).toEqual([
    '1 row',
    '2 rows',
    '3 matrices',
  ]);
});
