import { describe, expect, test } from 'vitest';
import { classifyStamps, deviceSamples, type Stamps, sumOfPasses } from '../../bench/stamps.ts';
import { type BenchContext, type Entry, timeGroup } from '../../bench/suite.ts';
import { noDeviceLines } from '../../bench/tables.ts';
import { judgeTimestamps, type TimedPass } from '../../bench/timestamps.ts';
import type { Engine } from '../../src/engine/index.ts';

describe('a pair of stamps', () => {
  const pairs: [begin: bigint, end: bigint, quantum: number, kind: string, nanoseconds?: number][] = [
    [0n, 0n, 1, 'invalid'],
    [0n, 500n, 1, 'invalid'],
    [500n, 0n, 1, 'invalid'],
    [100n, 50n, 1, 'invalid'],
    [100n, 100n, 1, 'below resolution'],
    [100n, 150n, 100, 'below resolution'],
    [65536n, 131072n, 1, 'time', 65536],
    [65536n, 131072n, 65536, 'time', 65536],
    // Counted since 1970: more digits than a number holds.
    [1_790_000_000_123_456_789n, 1_790_000_000_123_456_790n, 1, 'time', 1],
  ];
  test.each(pairs)('%d to %d in steps of %d', (begin, end, quantum, kind, nanoseconds) => {
    const time = classifyStamps({ begin, end }, quantum);
    expect(time.kind).toBe(kind);
    if (time.kind === 'time') expect(time.nanoseconds).toBe(nanoseconds);
  });

  test('one that is invalid spoils the sum; one below the resolution adds nothing', () => {
    const sound = { begin: 100n, end: 300n };
    expect(sumOfPasses([sound, { begin: 5n, end: 5n }, sound], 1)).toBe(400);
    expect(sumOfPasses([sound, { begin: 100n, end: 50n }], 1)).toBe('a pass ends before it begins');
    expect(sumOfPasses([sound, { begin: 0n, end: 0n }], 1)).toBe('a timestamp was not written');
    expect(sumOfPasses([], 1)).toBe('it has no passes that are timed');
  });
});

/** A device on which a unit takes `unit` ns, whose clock has steps of `quantum` ns, and what was asked of it. */
function device(unit: number, quantum: number, change: (stamps: Stamps, call: number) => Stamps | null = (s) => s) {
  const asked: number[] = [];
  const once = async (units: number) => {
    asked.push(units);
    const end = 1000 * quantum + Math.floor((unit * units) / quantum) * quantum;
    const stamps = change({ begin: BigInt(1000 * quantum), end: BigInt(end) }, asked.length);
    return stamps && [stamps];
  };
  return { asked, once };
}

describe('samples by the device', () => {
  test('what is long enough is taken as it is', async () => {
    const { asked, once } = device(100, 10);
    expect(await deviceSamples(once, 50, 10, 5)).toEqual({ times: [100, 100, 100, 100, 100] });
    expect(asked).toEqual([50, 50, 50, 50, 50]);
  });

  test.each([500, 5000, 60_000])('more units, until there are ten steps: units of %d ns', async (unit) => {
    const { asked, once } = device(unit, 65_536);
    const found = await deviceSamples(once, 4, 65_536, 3);
    if (!('times' in found))
      return expect([unit, found.reason]).toEqual([500, expect.stringContaining('less than 10')]);
    expect(asked[asked.length - 1] * unit).toBeGreaterThanOrEqual(10 * 65_536);
    for (const time of found.times) expect(Math.abs(time / unit - 1)).toBeLessThan(0.1);
  });

  test('no figure where a pass is invalid, at the first or at a later sample', async () => {
    for (const bad of [1, 3]) {
      const backwards = (s: Stamps, call: number) => (call === bad ? { begin: s.end, end: s.begin } : s);
      const found = await deviceSamples(device(100, 1, backwards).once, 50, 1, 5);
      expect(found).toEqual({ reason: 'a pass ends before it begins' });
    }
    const unwritten = () => ({ begin: 0n, end: 0n });
    expect(await deviceSamples(device(100, 1, unwritten).once, 50, 1, 5)).toHaveProperty('reason');
  });

  test('no figure where a later sample has too few steps, or there are too many passes', async () => {
    const shrinks = (s: Stamps, call: number) => (call === 3 ? { begin: s.begin, end: s.begin + 20n } : s);
    expect(await deviceSamples(device(100, 10, shrinks).once, 50, 10, 5)).toHaveProperty('reason');
    const found = await deviceSamples(device(100, 10, () => null).once, 50, 10, 5);
    expect(found).toEqual({ reason: 'it has more passes than can be timed' });
  });

  test('the report says which cases have none, and why', () => {
    const check = { passed: true, error: 0, tolerance: 1, note: '' };
    const one = { case: 'small/a', suite: 'roofline', unit: 'dispatch', time: null, check } as const;
    expect(noDeviceLines([one, { ...one, noDevice: 'a timestamp was not written' }])).toEqual([
      "No time by the device's clock (a timestamp was not written): roofline: small/a",
    ]);
  });
});

describe('a case on a GPU', () => {
  const check = { passed: true, error: 0, tolerance: 1, note: '' };
  const entry: Entry = {
    name: 'small/a',
    unit: 'dispatch',
    onDevice: true,
    work: { flops: 1000, bytes: 10 },
    check: async () => check,
    run: async () => {},
  };
  /** Timed with a device whose passes have these stamps. */
  const timed = async (stamps: Stamps, quantum: number) => {
    const engine = { adapter: { software: false }, lowLevel: { recorder: { passTimes: null } } } as unknown as Engine;
    const deviceClock = { quantum, timestamps: { next: () => undefined, take: async () => [stamps] } };
    const host = { prepareKernel: async () => null };
    const context: BenchContext = { engine, effort: 'tiny', deviceClock, host };
    return (await timeGroup(context, 'kernels', [entry])).cases[0];
  };

  test('has rates by the device where its stamps are sound', async () => {
    const one = await timed({ begin: 1n, end: 1_000_001n }, 1);
    expect(one.device?.median).toBeCloseTo(1e6 / (one.time?.unitsPerSample ?? 0), 6);
    expect(one.rates?.gflops).toBeCloseTo(1000 / (one.device?.median ?? 0), 6);
    expect(one.noDevice).toBeUndefined();
  });

  test.each<[begin: bigint, end: bigint, quantum: number]>([
    [0n, 0n, 1],
    [100n, 50n, 1],
    [100n, 100n, 1],
    [65_536n, 131_072n, 65_536],
  ])(
    'has no device time and rates by the wall clock where they are not: %d to %d in steps of %d',
    async (begin, end, quantum) => {
      const one = await timed({ begin, end }, quantum);
      expect(one.device).toBeUndefined();
      expect(one.noDevice).not.toBe('');
      expect(one.rates?.gflops).toBeCloseTo(1000 / (one.time?.median ?? 0), 6);
      expect(one.rates?.gflops).toBeGreaterThan(0);
    },
  );
});

describe('the device clock', () => {
  /** Passes of several lengths, by the wall clock and, with what `by` makes of them, by the device's. */
  const passes = (by: (nanoseconds: number, k: number) => number): TimedPass[] =>
    Array.from({ length: 8 }, (_, k) => {
      const nanoseconds = 1_037_003 * (2 * k + 3) + k * k;
      return { wall: nanoseconds + 150_000, device: by(nanoseconds, k) };
    });
  const rounded = (quantum: number) => (t: number) => Math.round(t / quantum) * quantum;

  test('is real where it agrees with the wall clock, in the steps that it has', () => {
    expect(judgeTimestamps(passes((t) => t))).toMatchObject({ real: true, resolution: 1 });
    expect(judgeTimestamps(passes(rounded(100_000)))).toMatchObject({ real: true, resolution: 100_000 });
    expect(judgeTimestamps(passes(rounded(65_536))).reason).toBe('timestamps are multiples of 65.536 µs');
  });

  test('is real where one wall time was disturbed', () => {
    const found = passes((t) => t).map((p, k) => (k === 2 ? { ...p, wall: 20 * p.wall } : p));
    expect(judgeTimestamps(found)).toMatchObject({ real: true });
  });

  const unreal: [name: string, passes: TimedPass[], reason: string][] = [
    ['without passes', [], 'opened without'],
    ['by one pass that is longer than its submission', [{ wall: 30_000, device: 200_000 }], 'only 1 of the passes'],
    ['where one of all is longer than its submission', passes((t, k) => (k === 5 ? 2 * t : t)), 'takes longer than'],
    ['of seven zeros of eight', passes((t, k) => (k === 7 ? t : 0)), 'take no time'],
    ['of one zero', passes((t, k) => (k === 0 ? 0 : t)), 'take no time'],
    ['that stands', passes(() => 0), 'all timestamps are equal'],
    ['that runs backwards', passes((t, k) => (k === 3 ? -t : t)), 'backwards'],
    ['that is not written', passes((t, k) => (k === 3 ? Number.NaN : t)), 'not written'],
    ['that gives one time for all', passes(() => 5_000_000), 'equally long'],
    ['that runs twice as fast', passes((t) => 2 * t), 'takes longer than'],
    ['that runs at a tenth of the rate', passes((t) => t / 10), 'does not agree'],
    ['whose steps are as long as passes', passes(rounded(4_000_000)), 'less than 10 steps'],
  ];
  test.each(unreal)('is not real %s', (_, found, reason) => {
    expect(judgeTimestamps(found)).toMatchObject({ real: false, resolution: null });
    expect(judgeTimestamps(found).reason).toContain(reason);
  });
});
