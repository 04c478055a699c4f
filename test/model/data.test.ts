import { describe, expect, test } from 'vitest';
import {
  inputKinds,
  makeInputs,
  makeLabels,
  makeSignMatchedWeights,
  makeTeacherLabels,
  makeWeights,
} from '../../src/model/data.ts';
import { rowProducts } from '../../src/model/linear.ts';

const seed = 5;

describe('inputs', () => {
  test.each(inputKinds)('%s: float32 numbers, the same for the same seed, others for another', (kind) => {
    const x = makeInputs({ kind, n: 5, d: 8, seed });
    expect(x).toHaveLength(40);
    expect(x.every(Number.isFinite)).toBe(true);
    expect(makeInputs({ kind, n: 5, d: 8, seed })).toEqual(x);
    expect(makeInputs({ kind, n: 5, d: 8, seed: 6 })).not.toEqual(x);
  });

  test('unit rows have length 1, orthonormal rows are orthogonal too', () => {
    const unit = makeInputs({ kind: 'unit', n: 5, d: 8, seed });
    const orthonormal = makeInputs({ kind: 'orthonormal', n: 8, d: 8, seed });
    for (let i = 0; i < 5; i++) expect(rowProducts(unit, unit, 5, 5, 8)[i * 6]).toBeCloseTo(1, 6);
    rowProducts(orthonormal, orthonormal, 8, 8, 8).forEach((g, k) => {
      expect(g).toBeCloseTo(k % 9 === 0 ? 1 : 0, 6);
    });
  });

  test('gaussian entries have mean 0 and variance 1, those of the paper lie in [0, 1)', () => {
    const g = makeInputs({ kind: 'gaussian', n: 100, d: 100, seed });
    const u = makeInputs({ kind: 'paper', n: 100, d: 100, seed });
    const mean = (x: Float32Array, power: number) => x.reduce((sum, value) => sum + value ** power, 0) / x.length;
    expect(Math.abs(mean(g, 1))).toBeLessThan(0.05);
    expect(Math.abs(mean(g, 2) - 1)).toBeLessThan(5 * Math.sqrt(2e-4));
    expect(Math.abs(mean(u, 1) - 0.5)).toBeLessThan(5 * Math.sqrt(1e-4 / 12));
    expect(u.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test('impossible sizes are refused', () => {
    expect(() => makeInputs({ kind: 'orthonormal', n: 9, d: 8, seed })).toThrow('n = 9');
    expect(() => makeInputs({ kind: 'unit', n: 0, d: 8, seed })).toThrow('n must be');
  });
});

describe('labels', () => {
  test('sizes in the interval, both signs', () => {
    const y = makeLabels({ n: 200, low: 2, high: 4, seed });
    expect(y.every((value) => Math.abs(value) >= 2 && Math.abs(value) <= 4)).toBe(true);
    const positive = y.filter((value) => value > 0).length;
    expect(positive).toBeGreaterThan(60);
    expect(positive).toBeLessThan(140);
    const sizes = makeLabels({ n: 200, low: 2, high: 4, seed, signs: 'positive' });
    expect(sizes).toEqual(y.map(Math.abs));
  });

  test('a bad interval is refused', () => {
    expect(() => makeLabels({ n: 2, low: 4, high: 2, seed })).toThrow('[4, 2]');
    expect(() => makeLabels({ n: 2, low: -1, high: 2, seed })).toThrow('[-1, 2]');
  });
});

describe('labels of a teacher', () => {
  const shape = { n: 2000, d: 5 };
  const inputs = makeInputs({ kind: 'gaussian', ...shape, seed: 1 });
  const teach = (more: object) => makeTeacherLabels({ inputs, ...shape, activation: 'identity', seed: 2, ...more });

  test('are what its neurons say together, exact in float32 and the same again', () => {
    const one = teach({});
    expect(one).toEqual(teach({}));
    expect(one).not.toEqual(teach({ seed: 3 }));
    for (const [i, y] of teach({ activation: 'cubic' }).entries()) expect(y).toBeCloseTo(one[i] ** 3, 4);
    // The first neuron of a wider one is the same.
    const exp = teach({ activation: 'exp', width: 2, std: 0.1 });
    for (const [i, y] of exp.entries()) expect(y).toBeGreaterThan(Math.exp(0.1 * one[i]) - 1e-6);
  });

  test('have pre-activations of the size that was asked for', () => {
    // Of one draw of 5 numbers the size is that on average only.
    const sizes = Array.from(
      { length: 50 },
      (_, seed) => teach({ seed, std: 3 }).reduce((sum, z) => sum + z * z, 0) / 2000,
    );
    expect(Math.sqrt(sizes.reduce((a, b) => a + b, 0) / 50)).toBeCloseTo(3, 0);
  });

  test('are refused where they make no sense', () => {
    expect(() => teach({ n: 3 })).toThrow(expect.objectContaining({ code: 'BAD_SHAPE' }));
    expect(() => teach({ width: 0 })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => teach({ std: -1 })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => teach({ activation: 'exp', std: 1e4 })).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
  });
});

test('weights: standard deviation as asked, another replica differs', () => {
  const options = { m: 100, d: 50, std: 0.3, seed };
  const theta = makeWeights(options);
  const variance = theta.reduce((sum, value) => sum + value ** 2, 0) / theta.length;
  expect(Math.abs(variance / 0.09 - 1)).toBeLessThan(5 * Math.sqrt(2 / 5000));
  expect(makeWeights({ ...options, replica: 1 })).not.toEqual(theta);
  expect(makeWeights({ ...options, std: 0.6 })[7]).toBeCloseTo(2 * theta[7], 6);
});

test('sign-matched start: z has the sign of y and its size in the interval', () => {
  const [m, n, d] = [12, 5, 9];
  const inputs = makeInputs({ kind: 'unit', n, d, seed });
  const labels = makeLabels({ n, low: 3, high: 6, seed });
  const options = { inputs, labels, m, n, d, low: 0.3, high: 0.9, seed };
  const z = rowProducts(makeSignMatchedWeights(options), inputs, m, n, d);
  expect(new Set(z.map((value) => Math.round(value * 1e4))).size).toBeGreaterThan(50);
  z.forEach((value, k) => {
    const size = value * Math.sign(labels[k % n]);
    expect(size).toBeGreaterThan(0.3 - 1e-6);
    expect(size).toBeLessThan(0.9 + 1e-6);
  });
  const repeated = Float32Array.from([...inputs.subarray(0, d), ...inputs.subarray(0, (n - 1) * d)]);
  expect(() => makeSignMatchedWeights({ ...options, inputs: repeated })).toThrow('singular');
  expect(() => makeSignMatchedWeights({ ...options, labels: labels.subarray(1) })).toThrow('4 labels');
});
