import { describe, expect, test } from 'vitest';
import type { Law } from '../../../src/engine/index.ts';
import { golden, made, meanAndError, openTestEngine } from './support.ts';

const engine = await openTestEngine();

describe('two linear neurons on one sample: H = 2 [[1, 1], [1, 1]]', () => {
  test.each([100, 1000, 10_000])('%i probes', async (probes) => {
    const options = { inputs: [1], labels: [0.5], width: 2, activation: 'identity', weights: [0.25, 0.5] };
    const problem = await engine.problem(options);
    const [estimate] = await problem.traceEstimate({ probes, seed: 12 });
    expect(estimate.probes).toBe(probes);
    expect(estimate.samples).toHaveLength(probes);
    expect(new Set(estimate.samples)).toEqual(new Set([0, 8]));
    // Every probe is 4 ± 4: the standard error of the mean is 4 / sqrt(K).
    const error = 4 / Math.sqrt(probes);
    expect(Math.abs(estimate.standardError / error - 1)).toBeLessThan(0.1);
    expect(Math.abs(estimate.value - 4)).toBeLessThan(4 * error);
    expect(meanAndError(estimate.samples).mean).toBeCloseTo(estimate.value, 10);
    problem.dispose();
  });
});

describe('probes', () => {
  test('depend on seed, replica and number alone, not on how many are done at once', async () => {
    // 10,000 probes of 4,096 numbers do not fit at once.
    const options = made({ n: 4, d: 64, m: 64, replicas: 2 });
    const problem = await engine.problem(options);
    const few = await problem.traceEstimate({ probes: 5, seed: 3 });
    const many = await problem.traceEstimate({ probes: 1300, seed: 3 });
    const other = await problem.traceEstimate({ probes: 5, seed: 4 });
    for (const r of [0, 1]) {
      expect(many[r].samples.slice(0, 5)).toEqual(few[r].samples);
      expect(new Set(many[r].samples).size).toBeGreaterThan(1290);
      expect(other[r].samples).not.toEqual(few[r].samples);
    }
    expect(few[0].samples).not.toEqual(few[1].samples);
    const all = many.flatMap(({ samples }) => Array.from(samples));
    const { mean, error } = meanAndError(all);
    expect(Math.abs(mean - (await problem.trace())[0])).toBeLessThan(4 * error);
    problem.dispose();
  });
});

describe('mean and variance of 4,000 probes', () => {
  const ids = ['m3n2d2_sinh', 'm7n5d13_cubelin1', 'm7n5d13_gelu', 'm7n5d13_relu', 'm5n9d4_cubelin0.1_n_gt_d'];
  for (const g of golden.instances.filter(({ id }: { id: string }) => ids.includes(id))) {
    test.each<Law>(['rademacher', 'gaussian'])(`${g.id}: %s`, async (kind) => {
      const { X: inputs, y: labels, m: width, activation } = g;
      const problem = await engine.problem({ inputs, labels, width, activation, weights: g.theta.flat() });
      const [{ samples, value, standardError }] = await problem.traceEstimate({ probes: 4000, kind, seed: 8 });
      problem.dispose();
      // Negative for gelu, which is far from a minimum there.
      expect(Math.abs(value - g.expect.trace)).toBeLessThan(4 * standardError);
      const squares = Array.from(samples, (s) => (s - g.expect.trace) ** 2);
      const variance = meanAndError(squares);
      expect(Math.abs(variance.mean - g.expect.hutchinson_var[kind])).toBeLessThan(4 * variance.error);
      expect(variance.error).toBeLessThan(0.15 * variance.mean);
    });
  }
});
