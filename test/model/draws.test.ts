import { describe, expect, test } from 'vitest';
import {
  drawBlock,
  fullBatchDraws,
  fullBatchNormals,
  probeVector,
  purposes,
  sampledDraw,
  splitSeed,
  streamNormals,
  streamUniforms,
} from '../../src/model/draws.ts';
import { normalOf, philox } from '../../src/model/philox.ts';
import { golden } from '../reference/golden.ts';

const seed = 2 ** 40 + 20240716;

describe('addresses', () => {
  test('a seed and a step are two words each', () => {
    expect(splitSeed(seed)).toEqual([20240716, 256]);
    expect(splitSeed(2 ** 53 - 1)).toEqual([0xffffffff, 0x1fffff]);
    expect(drawBlock('probe', seed, 2 ** 33 + 5, 9, 3)).toEqual(philox([5, 2, 9, 2 * 2 ** 24 + 3], [20240716, 256]));
  });

  test('purposes differ', () => {
    expect(Object.values(purposes)).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    ['seed', () => drawBlock('sampled', -1, 0, 0, 0)],
    ['seed', () => drawBlock('sampled', 0.5, 0, 0, 0)],
    ['seed', () => splitSeed(2 ** 53)],
    ['step', () => drawBlock('sampled', 0, Number.NaN, 0, 0)],
    ['replica', () => drawBlock('sampled', 0, 0, 2 ** 32, 0)],
    ['Block', () => drawBlock('sampled', 0, 0, 0, 2 ** 24)],
  ])('a %s out of range is refused', (what, run) => {
    expect(run).toThrow(what);
  });
});

test('sampled draws: the golden indices and noises', () => {
  const { n, sigma, seed: small, runs } = golden.philox_sgd;
  for (const run of runs) {
    const draws = Array.from({ length: 10 }, (_, step) => sampledDraw(small, step, run.replica, 0, n));
    expect(draws.map((draw) => draw.index)).toEqual(run.idx_first10);
    draws.forEach((draw, k) => {
      expect(sigma * draw.noise).toBeCloseTo(run.zeta_first10[k], 14);
    });
  }
});

test('sampled draws: every position has its own block, ±1 noise the lowest bit of word 2', () => {
  for (let position = 0; position < 8; position++) {
    const words = philox([3, 0, 2, position], splitSeed(seed));
    const draw = sampledDraw(seed, 3, 2, position, 1000, 'rademacher');
    expect(draw.noise).toBe(words[2] & 1 ? 1 : -1);
    expect(draw.index).toBe(Math.floor((words[0] * 1000) / 2 ** 32));
  }
});

test('full-batch draws: sample i has number i mod 4 of block i div 4', () => {
  const gaussian = fullBatchNormals(seed, 11, 1, 6);
  const signs = fullBatchDraws(seed, 11, 1, 6, 'rademacher');
  for (let i = 0; i < 6; i++) {
    const words = philox([11, 0, 1, 2 ** 24 + Math.floor(i / 4)], splitSeed(seed));
    expect(gaussian[i]).toBe(normalOf(words, i % 4));
    expect(signs[i]).toBe(words[i % 4] & 1 ? 1 : -1);
  }
});

test('probes: bit by bit, or four normals from a block; a shorter one is the start of a longer', () => {
  const signs = probeVector(seed, 4, 1, 300, 'rademacher');
  const gaussian = probeVector(seed, 4, 1, 10, 'gaussian');
  for (let k = 0; k < 300; k++) {
    const words = philox([4, 0, 1, 2 ** 25 + Math.floor(k / 128)], splitSeed(seed));
    expect(signs[k]).toBe((words[(k % 128) >> 5] >>> (k & 31)) & 1 ? 1 : -1);
  }
  for (let k = 0; k < 10; k++) {
    expect(gaussian[k]).toBe(normalOf(philox([4, 0, 1, 2 ** 25 + Math.floor(k / 4)], splitSeed(seed)), k % 4));
  }
  expect(probeVector(seed, 4, 1, 130, 'rademacher')).toEqual(signs.slice(0, 130));
});

test('streams: purposes 3 and 4, the part in the step word', () => {
  const words = philox([1, 0, 2, 3 * 2 ** 24 + 1], splitSeed(seed));
  expect(streamNormals('init', seed, 1, 2, 6)[5]).toBe(normalOf(words, 1));
  const data = philox([1, 0, 0, 4 * 2 ** 24], splitSeed(seed));
  expect(streamUniforms('data', seed, 1, 0, 3)[2]).toBe((data[2] >>> 8) / 2 ** 24);
});
