/**
 * Known sums and curvatures through the public interface: nothing lost in a reduction, no chunk with too much weight.
 */
import { describe, expect, test } from 'vitest';
import { openTestEngine } from './support.ts';

const engine = await openTestEngine();

/** A network whose output is 0, so that the loss is a sum over the labels alone. */
async function lossOfLabels(labels: ArrayLike<number>): Promise<number> {
  const inputs = new Float32Array(labels.length);
  const problem = await engine.problem({ inputs, labels, width: 1, activation: 'identity', weights: [1] });
  const [loss] = await problem.loss();
  problem.dispose();
  return loss;
}

describe('the loss counts every sample once', () => {
  test.each([
    [63, 85344],
    [64, 89440],
    [65, 93665],
    [255, 5559680],
    [256, 5625216],
    [257, 5691265],
    [1000, 333833500],
  ])('labels 1 to %i', async (n, sum) => {
    const loss = await lossOfLabels(Float32Array.from({ length: n }, (_, i) => i + 1));
    expect(loss / sum).toBeCloseTo(1, 6);
    if (n < 257) expect(loss).toBe(sum); // every partial sum is an integer below 2^24
  });

  test('roots of 1 to 10', async () => {
    expect(await lossOfLabels(Float32Array.from({ length: 10 }, (_, i) => Math.sqrt(i + 1)))).toBeCloseTo(55, 5);
  });

  test('a long sum of ones does not stall', async () => {
    const labels = new Float32Array(1_000_001).fill(1);
    labels[0] = 4096;
    // A lane adds up to 64 squares after another, and 4096^2 swallows each 1 that is added to it by itself.
    const most = (64 + 2) * 2 ** -24;
    expect(Math.abs((await lossOfLabels(labels)) / (4096 ** 2 + 1_000_000) - 1)).toBeLessThan(most);
  });

  test('more than 65,535 workgroups: the last of 4,194,241 samples', async () => {
    const labels = new Float32Array(4_194_241);
    labels[labels.length - 1] = 1024;
    expect(await lossOfLabels(labels)).toBe(2 ** 20);
  }, 120_000);
});

describe('Hutchinson', () => {
  test.each([1, 2, 4, 100])('%i probes of H = 2 [[1, 1], [1, 1]]', async (probes) => {
    const problem = await engine.problem({
      inputs: [[1]],
      labels: [0.5],
      width: 2,
      activation: 'identity',
      weights: [0.25, 0.5],
    });
    const [estimate] = await problem.traceEstimate({ probes, seed: 5 });
    for (const sample of estimate.samples) expect([0, 8]).toContain(sample);
    expect(estimate.value).toBe(estimate.samples.reduce((a, b) => a + b, 0) / probes);
    if (probes === 100) {
      expect(Math.abs(estimate.value - 4)).toBeLessThan(4 * 0.4);
      expect(estimate.standardError).toBeCloseTo(0.4, 1);
    }
    problem.dispose();
  });
});

describe('at a kink, and away from a minimum', () => {
  const hessian = async (activation: string, x: number, w: number, y: number) => {
    const problem = await engine.problem({
      inputs: [[x]],
      labels: [y],
      width: 1,
      activation,
      weights: [w],
      secondLayer: [2],
    });
    const found = [(await problem.outputs())[0], (await problem.hvp([1]))[0], (await problem.trace())[0]];
    problem.dispose();
    return found;
  };

  test.each([
    ['active', 1, 1, [2, 8, 8]],
    ['inactive', -1, 1, [0, 0, 0]],
    ['at the kink', 1, 0, [0, 0, 0]],
  ])('relu, %s', async (_, x, w, wanted) => {
    expect(await hessian('relu', x, w, 0)).toEqual(wanted.map((v) => expect.closeTo(v, 6)));
  });

  test('the Hessian is not replaced by a positive surrogate', async () => {
    // 2 (a φ')² + 2 e a φ'' with φ = tanh: negative here, and the trace of a 1 x 1 matrix is the matrix.
    const t = Math.tanh(0.8);
    const slope = 1 - t * t;
    const want = 2 * (2 * slope) ** 2 + 2 * (2 * t - -3) * 2 * (-2 * t * slope);
    const [, product, trace] = await hessian('tanh', 1, 0.8, -3);
    expect(want).toBeLessThan(0);
    expect(product / want).toBeCloseTo(1, 5);
    expect(trace / want).toBeCloseTo(1, 5);
  });

  test.each([9, 20, 45, 88, 89, 200, 1e4, 3e38])('tanh far out, at ±%d', async (w) => {
    for (const sign of [-1, 1]) {
      const [output, product, trace] = await hessian('tanh', 1, sign * w, 0);
      expect(output).toBeCloseTo(2 * sign, 5);
      expect(Math.abs(product)).toBeLessThan(1e-5);
      expect(Math.abs(trace)).toBeLessThan(1e-5);
    }
  });

  test('numbers too small for f32', async () => {
    const problem = await engine.problem({
      inputs: [[1]],
      labels: [0],
      width: 1,
      activation: 'tanh',
      weights: [1e-39],
    });
    const [output] = await problem.outputs();
    expect(output >= 0 && output < 1.1e-39).toBe(true);
    expect((await problem.loss())[0]).toBe(0);
    problem.dispose();
  });
});
