import { describe, expect, test } from 'vitest';
import { studentCoverage, studentQuantile } from '../../src/model/student.ts';

describe("Student's t", () => {
  // Abramowitz & Stegun, table 26.10, and two closed forms: freedom 1 is the Cauchy law, 2 has t = sqrt(2 c² / (1 − c²)).
  test.each([
    [0.95, 1, Math.tan((0.95 * Math.PI) / 2)],
    [0.95, 2, Math.sqrt((2 * 0.95 ** 2) / (1 - 0.95 ** 2))],
    [0.95, 3, 3.182],
    [0.95, 9, 2.262],
    [0.95, 10, 2.228],
    [0.95, 30, 2.042],
    [0.99, 4, 4.604],
    [0.5, 7, 0.711],
  ])('covers %f with %i degrees of freedom at %f', (coverage, freedom, t) => {
    expect(Math.abs(studentQuantile(coverage, freedom) - t)).toBeLessThan(5.1e-4);
  });

  test('the closed forms hold to rounding', () => {
    expect(studentQuantile(0.95, 1) / Math.tan((0.95 * Math.PI) / 2)).toBeCloseTo(1, 12);
    expect(studentQuantile(0.95, 2) / Math.sqrt((2 * 0.95 ** 2) / (1 - 0.95 ** 2))).toBeCloseTo(1, 12);
  });

  test('with many degrees of freedom it is the normal quantile, by the expansion of Abramowitz & Stegun 26.7.5', () => {
    const z = 1.959963984540054;
    for (const freedom of [2000, 2001, 100_001]) {
      const expansion =
        z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom * freedom);
      expect(Math.abs(studentQuantile(0.95, freedom) - expansion)).toBeLessThan(1e-9);
    }
  });

  test('a single value gives no interval', () => {
    expect(studentQuantile(0.95, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(studentCoverage(0, 5)).toBe(0);
  });
});
