import { describe, expect, test } from 'vitest';
import { clockResolution } from '../../bench/clock.ts';
import { type Contender, calibrate, measureInTurn, turn } from '../../bench/measure.ts';
import { problemOf, sizeNames } from '../../bench/problems.ts';

/** A clock that work moves forward, in ticks. */
function fakeTime(tick = 0.001) {
  let now = 1000;
  return {
    /** Reading the clock takes a little as well. */
    clock: () => {
      now += tick / 4;
      return Math.floor(now / tick) * tick;
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

function worker(name: string, unitMs: number, time: ReturnType<typeof fakeTime>, log: [string, number][]): Contender {
  return {
    name,
    async run(count) {
      log.push([name, count]);
      time.pass(unitMs * count);
    },
  };
}

describe('clock', () => {
  test.each([0.001, 0.1, 1])('a resolution of %d ms is seen', (tick) => {
    expect(clockResolution(fakeTime(tick).clock)).toBeCloseTo(tick, 6);
  });
});

describe('calibration', () => {
  test.each([1e-5, 0.01, 3, 500])('units of %d ms fill a sample, and not many times over', async (unit) => {
    const time = fakeTime();
    const { count } = await calibrate(worker('a', unit, time, []), 20, time.clock);
    expect(count * unit).toBeGreaterThanOrEqual(20);
    expect(count * unit).toBeLessThan(Math.max(20 * 8, 2 * unit));
  });

  test('what comes with any count is kept small', async () => {
    const time = fakeTime();
    const slow: Contender = {
      name: 'far away',
      async run(count) {
        time.pass(2 + 0.01 * count);
      },
    };
    const { count } = await calibrate(slow, 20, time.clock);
    expect(2 / (2 + 0.01 * count)).toBeLessThan(0.035);
    const slower: Contender = { name: 'very far', run: async (units) => time.pass(19 + 0.01 * units) };
    expect(0.01 * (await calibrate(slower, 20, time.clock)).count).toBeLessThan(20 * 8);
  });

  test('a start that takes longer than a sample is not taken for a unit', async () => {
    const time = fakeTime();
    const run = async (units: number) => time.pass(50 + 0.2 * units);
    const { count } = await calibrate({ name: 'slow to start', run }, 20, time.clock);
    expect(50 / (50 + 0.2 * count)).toBeLessThan(0.25);
  });

  test('a slow moment is not taken for a unit', async () => {
    const time = fakeTime();
    let runs = 0;
    const run = async (units: number) => time.pass(0.01 * units + (++runs === 2 ? 80 : 0));
    const { count } = await calibrate({ name: 'disturbed', run }, 20, time.clock);
    expect(0.01 * count).toBeGreaterThanOrEqual(20);
    expect(0.01 * count).toBeLessThan(20 * 8);
  });

  test('a coarse clock makes samples longer', async () => {
    const time = fakeTime(1);
    const [{ unitsPerSample }] = await measureInTurn([worker('a', 1, time, [])], { samples: 5, clock: time.clock });
    expect(unitsPerSample).toBeGreaterThanOrEqual(100);
  });
});

describe('measuring in turn', () => {
  test('everyone has every place of a round equally often', () => {
    expect([0, 1, 2, 3].map((round) => turn(3, round))).toEqual([
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
      [0, 1, 2],
    ]);
  });

  test('nanoseconds a unit, in rounds', async () => {
    const time = fakeTime();
    const log: [string, number][] = [];
    const all = await measureInTurn([worker('a', 0.5, time, log), worker('b', 2, time, log)], {
      samples: 12,
      clock: time.clock,
    });
    expect(all.map(({ name, perUnit }) => [name, perUnit.length])).toEqual([
      ['a', 12],
      ['b', 12],
    ]);
    for (const ns of all[0].perUnit) expect(ns).toBeCloseTo(5e5, -3);
    for (const ns of all[1].perUnit) expect(ns).toBeCloseTo(2e6, -3);
    const order = log.slice(-24).map(([name]) => name);
    expect(order.slice(0, 4)).toEqual(['a', 'b', 'b', 'a']);
  });

  test('the budget ends the rounds, but not before a few', async () => {
    const time = fakeTime();
    const options = { samples: 1000, budgetMs: 1, clock: time.clock };
    const [{ perUnit }] = await measureInTurn([worker('a', 300, time, [])], options);
    expect(perUnit).toHaveLength(3);
  });

  test('what is long enough and warm is not run once more than needed', async () => {
    const time = fakeTime();
    const log: [string, number][] = [];
    const long = (name: string) => worker(name, 3000, time, log);
    const options = { samples: 3, clock: time.clock, warm: true };
    const all = await measureInTurn([long('a'), long('b')], options);
    expect(all.map(({ perUnit }) => perUnit.length)).toEqual([3, 3]);
    expect(log.map(([name]) => name).join('')).toBe('abbaab');
  });

  test('stops when asked, and says what a contender throws', async () => {
    const time = fakeTime();
    const stop = new AbortController();
    stop.abort();
    const options = { signal: stop.signal, clock: time.clock };
    await expect(measureInTurn([worker('a', 1, time, [])], options)).rejects.toMatchObject({ code: 'ABORTED' });
    const broken = { name: 'b', run: () => Promise.reject(new Error('broken')) };
    await expect(measureInTurn([broken], { clock: time.clock })).rejects.toThrow('broken');
  });
});

describe('problems', () => {
  test.each(sizeNames)('%s: steps are stable, and not needlessly short', (name) => {
    const { options, size, stepSize } = problemOf(name);
    const { inputs, labels, weights } = options;
    const { m, n, d } = size;
    let steepest = 0;
    for (let i = 0; i < Math.min(n, 32); i++) {
      let square = m * (3 * Math.abs(labels[i] / m) ** (2 / 3)) ** 2;
      steepest = Math.max(steepest, square);
      square = 0;
      for (let j = 0; j < m; j++) {
        let z = 0;
        for (let l = 0; l < d; l++) z += weights[j * d + l] * inputs[i * d + l];
        square += (3 * z * z) ** 2;
      }
      steepest = Math.max(steepest, square);
    }
    const share = size.batch === 'full' ? n / 3 : 1;
    expect(stepSize).toBeLessThan((0.25 * share) / steepest);
    expect(stepSize).toBeGreaterThan((0.02 * share) / steepest);
  });

  test('replicas start apart, the first one where a single one does', () => {
    const one = problemOf('small').options.weights;
    const three = problemOf('small', 3).options.weights;
    expect(three.subarray(0, 200)).toEqual(one);
    expect(three.subarray(200, 400)).not.toEqual(one);
  });
});
