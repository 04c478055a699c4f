import { describe, expect, test } from 'vitest';
import {
  entropyRank,
  makeProblem,
  metrics,
  optimalPreactivations,
  optimalSharpness,
  preactivationSpectrum,
  stableRank,
  thresholdRank,
  topEnergy,
} from '../../src/reference/index.ts';
import { golden } from './golden.ts';

const sigma = (...values: number[]) => Float64Array.from(values);

describe('ranks of a spectrum', () => {
  test.each([
    { name: 'one value', values: [3], stable: 1, entropy: 1, top: 1, above: 1 },
    { name: 'four equal values', values: [2, 2, 2, 2], stable: 4, entropy: 4, top: 0.25, above: 4 },
    { name: '2, 1', values: [2, 1], stable: 1.25, entropy: 5 / 4 ** 0.8, top: 0.8, above: 2 },
    { name: '1, 1e-4, 0', values: [1, 1e-4, 0], stable: 1 + 1e-8, entropy: 1 + 1.9420681e-7, top: 1 - 1e-8, above: 1 },
    { name: 'zero', values: [0, 0], stable: 0, entropy: 0, top: 1, above: 0 },
  ])('$name', ({ values, stable, entropy, top, above }) => {
    expect(stableRank(sigma(...values))).toBeCloseTo(stable, 13);
    expect(entropyRank(sigma(...values))).toBeCloseTo(entropy, 12);
    expect(topEnergy(sigma(...values))).toBeCloseTo(top, 13);
    expect(thresholdRank(sigma(...values))).toBe(above);
  });

  test('the threshold is relative to the largest', () => {
    expect(thresholdRank(sigma(10, 1, 0.1), 0.05)).toBe(2);
    expect(thresholdRank(sigma(10, 1, 0.1), 0.005)).toBe(3);
  });
});

// Two neurons and two orthogonal samples of lengths 1 and 2: Z = Θ·diag(1, 2), worked by hand.
const small = makeProblem({ X: [1, 0, 0, 2], y: [3, 1], theta: [1, 0.5, 2, -1], m: 2, activation: 'square' });

describe('by hand: φ = z², Z = [[1, 1], [2, −2]]', () => {
  test.each([
    ['loss', 4 + 16], // r = (5, 5)
    ['residualNorm', Math.sqrt(20)],
    ['gradientNorm', Math.hypot(8, 32, 16, 64)], // 2 e_i·2z_ij·x_i
    ['trace', 2 * (4 + 16 + 2 * 2 * 2) + 8 * (4 + 16 + 2 * 4 * 2)], // 2q Σ_j (4z² + 2e)
    ['sharpness', 2 * (4 + 16) + 8 * (4 + 16)],
    ['gap', 200 - (2 * 2 * 4 * 1.5 + 2 * 2 * 4 * 4 * 0.5)], // c² = y/2: the sharpness x² could have
    ['stableRank', 10 / 8], // Z Zᵀ = diag(2, 8)
    ['thresholdRank', 2],
    ['entropyRank', Math.exp(-0.2 * Math.log(0.2) - 0.8 * Math.log(0.8))],
    ['topEnergy', 0.8],
    ['disagreement', 3],
    ['optimumDistance', 2 + Math.sqrt(0.5)],
  ] as const)('%s', (name, value) => {
    expect(metrics[name](small)).toBeCloseTo(value, 12);
  });

  test('singular values', () => {
    expect([...metrics.singularValues(small)]).toEqual([Math.sqrt(8), Math.sqrt(2)].map((s) => expect.closeTo(s, 13)));
    expect(preactivationSpectrum(small)).toEqual(metrics.singularValues(small));
  });
});

describe('the optimum', () => {
  test('needs equal second-layer weights, an inverse, and labels in its range', () => {
    const of =
      (activation: string, secondLayer: number[], y = [3, 1]) =>
      () =>
        optimalSharpness(makeProblem({ X: [1, 0, 0, 2], y, theta: [1, 0, 0, 1], m: 2, activation, secondLayer }));
    expect(of('sinh', [1, 2])).toThrow('second-layer weights are equal');
    expect(of('gelu', [1, 1])).toThrow('no inverse');
    expect(of('exp', [1, 1], [3, -1])).toThrow('-0.5');
    expect(of('exp', [-1, -1], [-3, -1])()).toBeGreaterThan(0);
  });

  test('a common factor a of the second layer acts as labels y/a and a sharpness times a²', () => {
    const { X, y, theta, m, activation } = golden.instances[5];
    const shared = { X: X.flat(), theta: theta.flat(), m, activation };
    const scaled = makeProblem({ ...shared, y, secondLayer: new Array(m).fill(2) });
    const plain = makeProblem({ ...shared, y: y.map((label) => label / 2) });
    expect(optimalPreactivations(scaled)).toEqual(optimalPreactivations(plain));
    expect(optimalSharpness(scaled)).toBeCloseTo(4 * optimalSharpness(plain), 8);
  });
});
