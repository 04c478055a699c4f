/** What is found out about a run before its first step. */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/index.ts';
import { type DataOptions, openSetup } from '../../../src/host/tasks/setup.ts';
import type { TaskEvent } from '../../../src/host/tasks/task.ts';
import { configure, type TrainTaskOptions, train } from '../../../src/host/tasks/train.ts';
import { openTestEngine } from '../../engine/runs/support.ts';
import { smallProblem } from '../training.ts';

const engine = await openTestEngine();

const options: TrainTaskOptions = {
  ...smallProblem,
  inputs: [1, 0, 0.5, 0, 1, -0.5],
  replicas: 1,
  steps: 20,
  every: 10,
};

async function told(changes: Partial<TrainTaskOptions>) {
  const events: TaskEvent[] = [];
  const result = await configure.run(engine, { ...options, ...changes }, { emit: (event) => events.push(event) });
  return { ...result, notes: events.flatMap((event) => (event.kind === 'note' ? [event.text] : [])) };
}

describe('the step size that follows from the weights', () => {
  test('is refused where the activation overflows at the start, in terms of the start', async () => {
    const far = { activation: 'sinh', start: { kind: 'gaussian', std: 400 } } as const;
    // With one that is given nothing is known of a stable one.
    expect((await told(far)).stable).toBe(null);
    expect((await told({ ...far, batch: 'full' })).stable).toBe(null);
    await expect(told({ ...far, stepSize: 'auto' })).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining('a gradient is not finite at the start'),
      fix: expect.stringContaining('--init-std'),
    });
  });
});

describe('notes', () => {
  test('there are none where the theorem holds, the step size is stable and the run is short', async () => {
    const { notes, stable } = await told({});
    expect(notes).toEqual([]);
    expect(stable?.stepSize).toBeGreaterThan(0.01);
  });

  const silent: [name: string, changes: Partial<TrainTaskOptions>, note: RegExp][] = [
    ['another activation', { activation: 'tanh' }, /phi''' > 0, which tanh does not have: no rank-one end is promised/],
    ['a second layer of both signs', { secondLayer: [1, -1, 1, -1] }, /a second layer of equal numbers/],
    [
      'more points than dimensions',
      { inputs: [0.1, 0.2], dimension: 1 },
      /independent data points, and 2 points in 1 dim/,
    ],
    ['a point twice', { inputs: [0.1, 0.2, 0.3, 0.1, 0.2, 0.3] }, /The data points are linearly dependent/],
  ];
  test.each(silent)('where the theorem is silent: %s', async (_, changes, note) => {
    expect((await told(changes)).notes).toEqual([expect.stringMatching(note)]);
  });

  test('a step size above the stable one', async () => {
    const { notes, stable } = await told({ stepSize: 1 });
    expect(stable).toMatchObject({ sharp: true, rule: '1 / the largest |grad r_i|²' });
    expect(notes).toEqual([expect.stringContaining(`1.00 is above ${stable?.stepSize.toPrecision(3)}`)]);
    // Of the full batch only a bound is known, which says nothing about step sizes above it.
    const full = await told({ stepSize: 1, batch: 'full' });
    expect(full.notes).toEqual([]);
    expect(full.stable).toMatchObject({ sharp: false });
    const sum = await told({ stepSize: 1, batch: 'full', loss: 'sum' });
    expect(sum.stable?.stepSize).toBeCloseTo((full.stable?.stepSize ?? 0) / 2, 10);
  });

  test('a run that may take long', async () => {
    const { notes } = await told({ steps: 4_000_000_000 });
    expect(notes).toEqual([expect.stringMatching(/^4000000000 steps may take \d+ (min|h|days) on \w+ adapters/)]);
  });
});

test('metrics of a rule are measured, and the rule ends the run', async () => {
  const changes = { metrics: ['loss'] as const, stopWhen: 'stableRank>=1, loss<1e9', steps: 1000 };
  const { outcome, metrics } = await train.run(engine, { ...options, ...changes }, { emit() {} });
  expect(metrics).toEqual(['loss', 'stableRank']);
  expect(outcome).toEqual({ kind: 'stopped', step: 0, reason: 'stableRank>=1 and loss<1000000000' });
});

test('schedules have their effect', async () => {
  const end = async (changes: Partial<TrainTaskOptions>) =>
    Array.from((await train.run(engine, { ...options, ...changes }, { emit() {} })).weights?.theta ?? []);
  const plain = await end({});
  expect(await end({ stepSizeSchedule: { kind: 'constant' } })).toEqual(plain);
  expect(await end({ stepSizeSchedule: { kind: 'cosine', steps: 20 } })).not.toEqual(plain);
  expect(await end({ noiseSchedule: { kind: 'step', every: 5, factor: 0.5 } })).not.toEqual(plain);
});

test('a run too large for a picture of its features goes without', async () => {
  const n = 1000;
  const many = {
    inputs: Float64Array.from({ length: 3 * n }, (_, k) => Math.sin(k)),
    labels: new Float64Array(n).fill(1),
    width: 64,
  };
  const kinds = async (replicas: number) => {
    const told: string[] = [];
    const emit = ({ kind }: TaskEvent) => told.push(kind);
    const changes = { ...many, replicas, steps: 1, every: 1, stepSize: 1e-6, metrics: ['loss'] as const };
    const { outcome } = await train.run(engine, { ...options, ...changes }, { emit });
    expect(outcome).toEqual({ kind: 'finished', step: 1 });
    return told;
  };
  expect(await kinds(1)).toContain('features');
  expect(await kinds(70)).not.toContain('features');
});

describe('a start', () => {
  test('with the signs of the labels', async () => {
    const start = { kind: 'sign-matched', low: 0.3, high: 0.9 } as const;
    const { problem } = await openSetup(engine, { ...options, start, replicas: 2 }, () => {});
    const z = await problem.preactivations();
    for (const [k, value] of z.entries()) {
      const sign = Math.sign(options.labels[k % 2]);
      expect(sign * value).toBeGreaterThan(0.299);
      expect(sign * value).toBeLessThan(0.901);
    }
    problem.dispose();
  });

  test('that cannot come to the zero-loss manifold is refused', async () => {
    // Two labels for one point.
    const twice = { ...options, inputs: [1, 2, 3, 1, 2, 3], retractFirst: true };
    await expect(openSetup(engine, twice, () => {})).rejects.toMatchObject({ code: 'NOT_DEFINED' });
  });
});

describe('what does not fit on the adapter is refused before anything is allocated', () => {
  const limits = { maxBufferSize: 4000, maxStorageBufferBindingSize: 400 };
  const small = { device: { limits } } as unknown as Engine;
  const made: DataOptions = { ...options, labels: [2, -1] };
  const cases: [name: string, changes: Partial<DataOptions>, what: string, fix: string][] = [
    [
      'data',
      { inputs: new Float32Array(300), dimension: 3, labels: new Float32Array(100) },
      'An input matrix of 100 x 3 would need 1200 bytes',
      'Use 33 data points or fewer.',
    ],
    ['weights', { width: 40 }, '1 x 40 x 3 weights would need 480 bytes', 'Use 33 neurons, or fewer.'],
    ['replicas', { replicas: 10 }, '10 x 4 x 3 weights would need 480 bytes', 'Use 3 neurons or 8 replicas, or fewer.'],
  ];
  test.each(cases)('%s', async (_, changes, what, fix) => {
    const error = await openSetup(small, { ...made, ...changes }, () => {}).catch((e) => e);
    expect(error).toMatchObject({ code: 'LIMIT', fix });
    expect(error.message).toContain(`${what}, and this adapter's maxStorageBufferBindingSize is 400`);
  });
});
