/** Every kernel against its oracle on the pinned adapter: what `flatwalk verify` does, with fewer shapes. */
import { describe, expect, test } from 'vitest';
import { excess } from '../../src/host/tasks/verify/compare.ts';
import { verifications } from '../../src/host/tasks/verify.ts';
import { openTestEngine } from './support.ts';

const engine = await openTestEngine();

describe('verify', () => {
  for (const { label, run } of verifications(true)) {
    test(label, async () => {
      for (const row of await run(engine)) {
        expect(row.error, row.kernel).toBeUndefined();
        expect(row.cases).toBeGreaterThan(0);
        expect(row.passed, `${row.kernel}: ${row.worst} of its tolerance in ${row.worstCase}`).toBe(true);
      }
    });
  }
});

describe('a comparison', () => {
  test('is a share of the tolerance', () => {
    expect(excess(1.5, 1, 1)).toBe(0.5);
    expect(excess(0, 1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(excess(-0, 0, 0)).toBe(0);
  });

  test('never passes NaN', () => {
    expect(excess(Number.NaN, 1, 1e30)).toBe(Number.POSITIVE_INFINITY);
    expect(excess(Number.NaN, Number.NaN, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('passes an infinity only where the true value is beyond f32, with its sign', () => {
    expect(excess(Number.POSITIVE_INFINITY, 1e39, 0)).toBe(0);
    expect(excess(Number.NEGATIVE_INFINITY, 1e39, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(excess(Number.POSITIVE_INFINITY, 3e38, 1e30)).toBe(Number.POSITIVE_INFINITY);
  });
});
