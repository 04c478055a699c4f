/** Settings with a language of their own: schedules, rules for stopping, plans, second layers. */
import { describe, expect, test } from 'vitest';
import type { MetricRow } from '../../../src/engine/index.ts';
import { type Kind, pins } from '../../../src/host/config/kinds.ts';
import { secondLayer } from '../../../src/host/config/own-kinds.ts';
import { formatSchedule, parseSchedule } from '../../../src/host/config/schedules.ts';
import { formatStop, parseStop, stopReason } from '../../../src/host/config/stop.ts';
import type { Schedule } from '../../../src/model/schedule.ts';

describe('a schedule', () => {
  const right: [text: string, schedule: Schedule, whole: string][] = [
    ['constant', { kind: 'constant' }, 'constant'],
    ['constant, warmup=500', { kind: 'constant', warmup: 500 }, 'constant,warmup=500'],
    ['cosine', { kind: 'cosine', steps: 1000 }, 'cosine,steps=1000'],
    [
      'cosine,final=0.01,warmup=5e1',
      { kind: 'cosine', steps: 1000, final: 0.01, warmup: 50 },
      'cosine,steps=1000,final=0.01,warmup=50',
    ],
    ['cosine,steps=20', { kind: 'cosine', steps: 20 }, 'cosine,steps=20'],
    ['step,every=100,factor=0.5', { kind: 'step', every: 100, factor: 0.5 }, 'step,every=100,factor=0.5'],
  ];
  test.each(right)('%s', (text, schedule, whole) => {
    expect(parseSchedule('noiseSchedule', text, 1000)).toEqual(schedule);
    expect(formatSchedule(schedule)).toBe(whole);
    expect(parseSchedule('noiseSchedule', whole, 7)).toEqual(schedule);
  });

  const wrong: [text: string, message: string][] = [
    ['cosin', "noiseSchedule: there is no schedule 'cosin'\n  Did you mean cosine?"],
    ['', "noiseSchedule: there is no schedule ''"],
    ['step,every', "noiseSchedule: 'every' is no name=value"],
    ['step,every=10', 'noiseSchedule needs factor\n  Write for instance step,every=10000'],
    ['step', 'noiseSchedule needs every'],
    ['step,every=ten,factor=1', "noiseSchedule: every is 'ten'"],
    ['step,every=5,every=6,factor=1', 'noiseSchedule: every is given twice'],
    ['cosine,end=3', "noiseSchedule has no 'end'"],
    ['cosine,final=-1', 'noiseSchedule has final -1'],
    ['cosine,warmup=1000', 'noiseSchedule has a warmup of 1000 of 1000 steps'],
  ];
  test.each(wrong)('%s is refused', (text, message) => {
    expect(() => parseSchedule('noiseSchedule', text, 1000)).toThrow(message);
  });
});

describe('a rule for stopping', () => {
  const row = (values: object, diverged: MetricRow['diverged'] = []) => ({ step: 5, values, diverged }) as MetricRow;

  test('holds where all replicas meet all of it', () => {
    const rule = parseStop('loss<1e-6 and gap <= 0.5, stableRank>=1');
    expect(formatStop(rule)).toBe('loss<0.000001 and gap<=0.5 and stableRank>=1');
    expect(parseStop(formatStop(rule))).toEqual(rule);
    const met = { loss: [1e-7, 9e-7], gap: [0.5, -1], stableRank: [1, 2] };
    expect(stopReason(rule, row(met))).toBe(`${formatStop(rule)} in all replicas`);
    expect(stopReason(rule, row({ ...met, loss: [1e-7, 1e-6] }))).toBe(null);
    expect(stopReason(rule, row({ ...met, stableRank: [1, Number.NaN] }))).toBe(null);
  });

  test('asks nothing of replicas that have diverged', () => {
    const rule = parseStop('loss<1');
    const lost = [{ replica: 1, step: 3 }];
    expect(stopReason(rule, row({ loss: [0.5, 1e30] }, lost))).toBe('loss<1 in every replica that has not diverged');
    expect(stopReason(rule, row({ loss: [0.5, 1e30] }))).toBe(null);
    expect(stopReason(rule, row({ loss: [0.5] }))).toBe('loss<1');
  });

  const wrong: [text: string, message: string][] = [
    ['', "'' is no rule for stopping\n  Write for instance 'loss<1e-6 and stableRank<1.001'."],
    ['loss', "'loss' is no rule for stopping"],
    ['loss=3', "'loss=3' is no rule for stopping"],
    ['loss<', "'loss<' is no rule for stopping"],
    ['loss<small', "'loss<small' is no rule for stopping"],
    ['loss<1 or gap<1', "'loss<1 or gap<1' is no rule for stopping"],
    ['loss<1 and gpa<1', "There is no metric 'gpa'\n  Did you mean gap?"],
    ['singularValues<1', 'singularValues is a list'],
  ];
  test.each(wrong)('%s is refused', (text, message) => {
    expect(() => parseStop(text)).toThrow(message);
  });
});

test('what a flag says becomes the JSON of a file', () => {
  const said = <T>(kind: Kind<T>, text: string) => kind.schema.parse(kind.read(text));
  expect(said(pins, 'strategy=lane, lanes=4')).toEqual({ strategy: 'lane', lanes: 4 });
  expect(said(secondLayer, '1,-0.5, 2e0')).toEqual([1, -0.5, 2]);
  expect(said(secondLayer, 'signs')).toBe('signs');
  for (const text of ['one', '1,,2', '1,x']) expect(() => said(secondLayer, text)).toThrow();
});
