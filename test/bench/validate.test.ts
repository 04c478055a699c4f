import { describe, expect, test } from 'vitest';
import { describeProblems } from '../../bench/problems.ts';
import { parseDocument } from '../../bench/validate.ts';

const sound = () => ({
  schema: 1,
  command: 'bench',
  environment: { adapter: { name: 'card', software: false }, cpu: 'c' },
  problem: describeProblems(false),
  outcome: { kind: 'finished' } as object,
  noiseFloor: null as object | null,
  cases: [one()] as unknown,
});
const one = (time: object | null = { median: 2, low: 1, high: 3, samples: [1, 2, 3] }): object => ({
  case: 'small/a',
  suite: 'steps',
  unit: 'step',
  check: { passed: true },
  time,
});
const parse = (value: unknown) => parseDocument(JSON.stringify(value), 'new.json');

test('what is sound is read, whether it has cases or times or none', () => {
  expect(parse(sound())).toEqual(sound());
  expect(parse({ ...sound(), cases: [] }).cases).toEqual([]);
  expect(parse({ ...sound(), cases: [one(null)] }).cases[0].time).toBe(null);
});

test('what is no JSON is told apart from what is no document', () => {
  for (const text of ['', 'nothing', '{"schema": 1, "cases": [']) {
    expect(() => parseDocument(text, 'new.json')).toThrow(/^new\.json is no JSON: /);
  }
  for (const value of [null, 7, [], {}, { command: 'run' }]) {
    expect(() => parse(value)).toThrow('new.json is no document of flatwalk bench\n');
  }
});

describe('what is damaged is refused with the file and what is wrong', () => {
  const { environment } = sound();
  const damaged: [change: object, message: string][] = [
    [{ cases: undefined }, 'new.json is damaged: cases is missing, not a list'],
    [{ cases: [{ case: 'x' }] }, 'new.json is damaged: cases[0]: suite is missing, which is none'],
    [{ cases: [one(), 'x'] }, 'cases[1]: "x" is no case'],
    [{ cases: [one(), one()] }, "cases[1]: 'steps small/a' is there twice"],
    [{ cases: [{ ...one(), check: undefined }] }, 'cases[0]: there is no check'],
    [{ cases: [{ ...one(), time: undefined }] }, 'cases[0]: time is missing'],
    [{ cases: [one({ median: 1, low: 1, high: 1, samples: [] })] }, 'cases[0]: time.samples is no list'],
    [{ cases: [one({ median: 1, low: 1, high: 1, samples: [1, 0] })] }, 'time.samples[1] is 0, not a time'],
    [{ cases: [one({ median: 'NaN', low: 1, high: 1, samples: [1] })] }, 'time.median is "NaN", not a time'],
    [{ environment: undefined }, 'environment is missing, not an object'],
    [{ environment: { ...environment, adapter: 'card' } }, 'environment.adapter is "card", not an object'],
    [{ outcome: {} }, 'outcome.kind is missing'],
    [{ noiseFloor: { share: 'Infinity' } }, 'noiseFloor.share is "Infinity", not a share'],
    [{ outcome: { kind: 'failed', message: 'no adapter' } }, 'new.json is of a measurement that failed: no adapter'],
    [{ schema: 2 }, 'new.json has schema 2; this flatwalk reads 1'],
    [{ suite: 'peers' }, 'new.json is of peers'],
  ];
  test.each(damaged)('%j', (change, message) => {
    const parsing = () => parse({ ...sound(), ...change });
    expect(parsing).toThrow(message);
    expect(parsing).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });
});
