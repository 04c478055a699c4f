import { expect, test } from 'vitest';
import { type BenchContext, type Entry, timeGroup } from '../../bench/suite.ts';
import { caseTable } from '../../bench/tables.ts';
import { type Engine, FlatwalkError } from '../../src/engine/index.ts';

const check = { passed: true, error: 0, tolerance: 1, note: '' };
const entryOf = (rest: Partial<Entry> = {}): Entry => ({
  name: 'small/a',
  unit: 'step',
  check: async () => check,
  run: async () => {},
  ...rest,
});
const timed = async (entry: Entry) => {
  const engine = { adapter: { software: true } } as unknown as Engine;
  const context: BenchContext = {
    engine,
    effort: 'tiny',
    deviceClock: null,
    host: { prepareKernel: async () => null },
  };
  return timeGroup(context, 'steps', [entry]);
};

test('it is done once before the first check, and that is the first time', async () => {
  const log: string[] = [];
  const entry = entryOf({
    per: 64,
    run: async (count) => void log.push(`run ${count}`),
    async check() {
      log.push('check');
      return check;
    },
  });
  const [one] = (await timed(entry)).cases;
  expect(log.slice(0, 2)).toEqual(['run 1', 'check']);
  expect(one.first).toBeGreaterThan(0);
  // A single run is so many units, and what was compiled for it is not divided among them.
  expect(one.firstUnits).toBe(64);
});

test('where the preparation has done it, its time is the first, and it is not done again', async () => {
  const log: string[] = [];
  const entry = entryOf({
    first: () => 5e9,
    run: async () => void log.push('run'),
    async check() {
      log.push('check');
      return check;
    },
  });
  const { cases } = await timed(entry);
  expect(log[0]).toBe('check');
  expect(cases[0]).toMatchObject({ first: 5e9 });
  expect(cases[0].firstUnits).toBeUndefined();
  const { head, rows } = caseTable(cases, () => '');
  expect(rows[0][head.indexOf('first')]).toBe('5.00 s');
});

test('what is done only once has its time as the first', async () => {
  const [one] = (await timed(entryOf({ once: true }))).cases;
  expect(one.first).toBe(one.time?.median);
});

test('a first time that fails is left to the check to tell; a lost device ends it', async () => {
  const limit = new FlatwalkError('LIMIT', 'It is too large', 'Take less.');
  const fails = (error: Error) => entryOf({ run: () => Promise.reject(error), check: () => Promise.reject(error) });
  expect((await timed(fails(limit))).skipped).toEqual([{ case: 'small/a', suite: 'steps', reason: 'It is too large' }]);
  expect((await timed(fails(new Error('wrong')))).cases[0]).toMatchObject({ time: null, check: { note: 'wrong' } });
  const lost = new FlatwalkError('DEVICE_LOST', 'The device is gone', 'Open another.');
  await expect(timed(fails(lost))).rejects.toBe(lost);
});
