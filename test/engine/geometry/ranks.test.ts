import { describe, expect, test } from 'vitest';
import { clusters, featureRanks } from '../../../src/engine/geometry/index.ts';
import { metrics } from '../../../src/reference/index.ts';
import { normError } from '../support.ts';
import { instances, pointOf } from './points.ts';

const diagonal = (...values: number[]) => ({
  m: values.length,
  n: values.length,
  Z: values.flatMap((v, k) => values.map((_, l) => (k === l ? v : 0))),
});

describe('ranks of the feature matrix', () => {
  test('of singular values 4, 2, 2, by hand', () => {
    const r = featureRanks(diagonal(2, 4, 2));
    expect(Array.from(r.singularValues)).toEqual([4, 2, 2]);
    expect(r.stableRank).toBeCloseTo(24 / 16, 14);
    expect(r.topShare).toBeCloseTo(16 / 24, 14);
    // Shares 1/2, 1/4, 1/4: an entropy of 1.5 bits; of the squares 2/3, 1/6, 1/6.
    expect(r.effectiveRank).toBeCloseTo(2 ** 1.5, 13);
    expect(r.entropyRank).toBeCloseTo((3 / 2) ** (2 / 3) * 6 ** (1 / 3), 13);
    expect(r.participationRatio).toBeCloseTo(24 ** 2 / (256 + 16 + 16), 13);
    expect(r.nuclearRatio).toBe(2);
    expect([r.leastCosine, r.meanCosine, r.zeroNeurons, r.disagreement]).toEqual([0, 0, 0, 4]);
  });

  test('numerical rank counts above its tolerance', () => {
    expect(featureRanks(diagonal(1, 1e-2, 1e-4)).numericalRank).toBe(2);
    expect(featureRanks(diagonal(1, 1e-2, 1e-4), { tolerance: 1e-5 }).numericalRank).toBe(3);
    expect(() => featureRanks(diagonal(1), { tolerance: -1 })).toThrow(/tolerance/);
  });

  test('small singular values are accurate', () => {
    // Rows turned by 30 degrees: a Gram matrix would know the second to 1e-8 only.
    const [c, s] = [Math.cos(Math.PI / 6), 0.5];
    const tiny = 1e-11;
    const r = featureRanks({ m: 3, n: 2, Z: [c, -s * tiny, s, c * tiny, 0, 0] });
    expect(r.singularValues[1] / tiny).toBeCloseTo(1, 4);
    expect(r.zeroNeurons).toBe(1);
  });

  test('of the zero matrix and of one neuron', () => {
    const zero = featureRanks({ m: 2, n: 2, Z: [0, 0, 0, 0] });
    expect(zero).toMatchObject({
      stableRank: 0,
      numericalRank: 0,
      effectiveRank: 0,
      participationRatio: 0,
      topShare: 1,
    });
    expect(zero).toMatchObject({ leastCosine: Number.NaN, zeroNeurons: 2 });
    expect(featureRanks({ m: 1, n: 2, Z: [3, 4] })).toMatchObject({ stableRank: 1, effectiveRank: 1, disagreement: 0 });
  });

  test.each(instances)('as the reference on $id', (g) => {
    const { point, problem } = pointOf(g, g.theta);
    const r = featureRanks(point);
    for (const name of ['stableRank', 'entropyRank', 'topEnergy', 'disagreement'] as const) {
      const ours = name === 'topEnergy' ? r.topShare : r[name];
      expect(normError([ours], [metrics[name](problem)]), name).toBeLessThan(1e-12);
    }
    expect(normError(r.singularValues, metrics.singularValues(problem))).toBeLessThan(1e-13);
    expect(r.numericalRank).toBe(metrics.thresholdRank(problem));
  });

  test('cosines: signed, over pairs', () => {
    const r = featureRanks({ m: 3, n: 2, Z: [1, 0, -2, 0, 0, 3] });
    expect(r.leastCosine).toBe(-1);
    expect(r.meanCosine).toBeCloseTo(-1 / 3, 14);
  });

  test('the mean cosine is that over all pairs', () => {
    const [m, n] = [9, 4];
    const Z = Array.from({ length: m * n }, (_, k) => (k < n ? 0 : Math.sin(2.3 * k * k)));
    const row = (j: number) => Z.slice(j * n, (j + 1) * n);
    const dot = (a: number[], b: number[]) => a.reduce((sum, z, i) => sum + z * b[i], 0);
    const cosines: number[] = [];
    for (let j = 1; j < m; j++) {
      for (let k = 1; k < j; k++) cosines.push(dot(row(j), row(k)) / Math.hypot(...row(j)) / Math.hypot(...row(k)));
    }
    const r = featureRanks({ m, n, Z });
    // Sums of 8 x 4 numbers of size 1 in float64.
    expect(r.meanCosine).toBeCloseTo(cosines.reduce((a, b) => a + b, 0) / cosines.length, 13);
    expect(r.leastCosine).toBeCloseTo(Math.min(...cosines), 13);
    expect(r.zeroNeurons).toBe(1);
  });

  test.each([featureRanks, clusters])('%o: more pairs than the host compares are refused with what fits', (measure) => {
    const [n, m] = [2, 200_000];
    const fitting = Math.floor(Math.sqrt(2 ** 29 / n));
    expect(() => measure({ m, n, Z: new Float32Array(m * n) })).toThrow(
      expect.objectContaining({ code: 'LIMIT', fix: expect.stringContaining(`at most ${fitting} neurons`) }),
    );
  });

  test('refuse a shape that does not fit', () => {
    expect(() => featureRanks({ m: 2, n: 2, Z: [1, 2, 3] })).toThrow(/3 numbers, not 2 x 2/);
  });
});

describe('clusters', () => {
  const Z = [1, 0, -1, 0, 1.0005, 0, 0, 5, 1.001, 0];

  test('link neighbours at a share of the longest row, signs apart', () => {
    // Within 5e-4 of its neighbour each: 0.0005/5 = 1e-4.
    expect(clusters({ m: 5, n: 2, Z }, 1.01e-4)).toEqual({ distinct: 3, members: [[0, 2, 4], [1], [3]] });
    expect(clusters({ m: 5, n: 2, Z }, 0.9e-4).distinct).toBe(5);
    expect(clusters({ m: 5, n: 2, Z }, 1).distinct).toBe(2);
    expect(clusters({ m: 5, n: 2, Z }, 1.1).distinct).toBe(1);
  });

  test('equal neurons are one, at tolerance 0 too', () => {
    expect(clusters({ m: 3, n: 2, Z: [1, 2, 1, 2, 1, 2] }, 0)).toEqual({ distinct: 1, members: [[0, 1, 2]] });
  });
});
