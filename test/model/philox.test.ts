import { describe, expect, test } from 'vitest';
import { mulhi, normalOf, philox, signOf, uniform, uniformAboveZero } from '../../src/model/philox.ts';
import { golden } from '../reference/golden.ts';

describe('Philox4x32-10', () => {
  // Known answers published with the Random123 library (kat_vectors, philox4x32 10).
  test.each([
    { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('known answer $words', ({ counter, key, words }) => {
    expect(Array.from(philox(counter, key))).toEqual(words);
  });

  test('all golden rows', () => {
    expect(golden.philox.rows.length).toBeGreaterThan(10);
    for (const row of golden.philox.rows) {
      const words = philox(row.ctr, row.key);
      expect(Array.from(words)).toEqual(row.out);
      expect(Array.from(words, uniformAboveZero)).toEqual(row.u_open0);
      expect(Array.from(words, uniform)).toEqual(row.u_half);
      expect(mulhi(words[0], 5)).toBe(row.index_n5);
      expect(mulhi(words[0], 7)).toBe(row.index_n7);
      row.normals.forEach((value, k) => {
        expect(normalOf(words, k)).toBeCloseTo(value, 13);
      });
    }
  });

  test('mulhi: golden [a, b, high, low]', () => {
    for (const [a, b, high, low] of golden.philox.mulhi) {
      expect(mulhi(a, b)).toBe(high);
      expect(Math.imul(a, b) >>> 0).toBe(low);
    }
  });

  test('mulhi equals the exact product', () => {
    for (let k = 0; k < 2000; k++) {
      const a = Math.imul(2 * k + 1, 0x9e3779b1) >>> 0;
      const b = Math.imul(2 * k + 1, 0x85ebca77) >>> 0;
      expect(mulhi(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }
  });
});

test('uniforms keep to their intervals and are exact in float32', () => {
  expect([uniform(0), uniform(0xffffffff)]).toEqual([0, 1 - 2 ** -24]);
  expect([uniformAboveZero(0), uniformAboveZero(0xffffffff)]).toEqual([2 ** -24, 1]);
  for (const word of [0x12345678, 0xfedcba98, 0x80000001]) {
    expect(Math.fround(uniform(word))).toBe(uniform(word));
    expect(Math.fround(uniformAboveZero(word))).toBe(uniformAboveZero(word));
  }
});

test('normals: extremes, moments', () => {
  for (const k of [0, 1]) expect(normalOf([0xffffffff, 12345], k)).toBeCloseTo(0, 15);
  expect(normalOf([0, 0], 0)).toBeCloseTo(Math.sqrt(48 * Math.LN2), 12);
  const count = 20_000;
  const sums = [0, 0, 0, 0];
  for (let k = 0; k < count / 4; k++) {
    const words = philox([k, 0, 0, 0], [7, 0]);
    for (let i = 0; i < 4; i++) for (let p = 0; p < 4; p++) sums[p] += normalOf(words, i) ** (p + 1) / count;
  }
  // Five standard errors of each moment: the variances of g, g², g³, g⁴ are 1, 2, 15, 96.
  const expected = [0, 1, 0, 3];
  const variances = [1, 2, 15, 96];
  sums.forEach((sum, p) => {
    expect(Math.abs(sum - expected[p])).toBeLessThan(5 * Math.sqrt(variances[p] / count));
  });
});

test('signs come from the lowest bit', () => {
  expect([0, 1, 2, 0xffffffff].map(signOf)).toEqual([-1, 1, -1, 1]);
});
