import { describe, expect, test, vi } from 'vitest';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../src/engine/index.ts';
import type { TaskEvent } from '../../src/host/tasks/task.ts';
import { type TrainTaskOptions, train } from '../../src/host/tasks/train.ts';
import { openTestEngine } from '../engine/runs/support.ts';
import { smallProblem } from './training.ts';

vi.setConfig({ testTimeout: 120_000 });
const engine = await openTestEngine();

const options: TrainTaskOptions = { ...smallProblem, inputs: [1, 0, 0.5, 0, 1, -0.5], steps: 1000, every: 100 };

/** A run with what it told. `stop`: told a row, whether it is interrupted then. */
async function runTold(more: Partial<TrainTaskOptions>, stop: (step: number) => boolean = () => false) {
  const interrupt = new AbortController();
  const events: TaskEvent[] = [];
  const emit = (event: TaskEvent) => {
    events.push(event);
    if (event.kind === 'row' && stop(event.row.step)) interrupt.abort();
  };
  const result = await train.run(engine, { ...options, ...more }, { emit, signal: interrupt.signal });
  const told = <Kind extends TaskEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<TaskEvent, { kind: Kind }> => event.kind === kind);
  return { result, rows: told('row').map(({ row }) => row), told, events };
}

const afterBytes = (checkpoint: Checkpoint) => decodeCheckpoint(encodeCheckpoint(checkpoint));
const bits = (values: ArrayLike<number> | undefined) => new Uint32Array(Float32Array.from(values ?? []).buffer);

describe('a run in parts', () => {
  for (const plan of [{}, { space: 'weight' }, { strategy: 'group' }] as const) {
    test(`has the rows and the bits of one in one, ${JSON.stringify(plan)}`, async () => {
      const whole = await runTold({ plan });
      // One cadence that rows fall on, one that they do not.
      for (const keepEvery of [200, 130]) {
        const parts = await runTold({ plan, keepEvery });
        expect(parts.rows).toEqual(whole.rows);
        expect(bits(parts.result.weights?.theta)).toEqual(bits(whole.result.weights?.theta));
        expect(parts.result.outcome).toEqual({ kind: 'finished', step: 1000 });
        const ends = Array.from({ length: Math.ceil(1000 / keepEvery) - 1 }, (_, k) => (k + 1) * keepEvery);
        expect(parts.told('weights').map(({ step }) => step)).toEqual(ends);
        expect(parts.told('checkpoint').map(({ checkpoint }) => checkpoint.step)).toEqual([...ends, 1000]);
        // Those at step 260 are those of a run of 260 steps.
        const short = await runTold({ plan: parts.result.plan, steps: ends[1] });
        expect(bits(parts.told('weights')[1].theta)).toEqual(bits(short.result.weights?.theta));
      }
    });
  }

  test('interrupted between two rows of its own, and gone on with, is the same run', async () => {
    const whole = await runTold({});
    const cut = await runTold({ keepEvery: 130 }, (step) => step >= 300);
    expect(cut.result.outcome.kind).toBe('aborted');
    const { checkpoint } = cut.told('checkpoint').at(-1) ?? {};
    expect(checkpoint?.step).toBe(cut.result.outcome.step);
    expect(cut.rows.at(-1)?.step).toBe(checkpoint?.step);
    const rest = await runTold({ resume: afterBytes(checkpoint as Checkpoint) });
    const before = cut.rows.filter(({ step }) => step % 100 === 0);
    expect([...before, ...rest.rows]).toEqual(whole.rows);
    expect(bits(rest.result.weights?.theta)).toEqual(bits(whole.result.weights?.theta));
    expect(rest.told('features').map(({ step }) => step)).toEqual([1000]);
  });

  test('a checkpoint is told after all rows up to it', async () => {
    const { events, told } = await runTold({ steps: 2000, every: 10, betweenCheckpoints: 0 });
    expect(told('checkpoint').length).toBeGreaterThan(1);
    for (const [k, event] of events.entries()) {
      if (event.kind !== 'checkpoint') continue;
      const steps = new Set(events.slice(0, k).flatMap((e) => (e.kind === 'row' ? [e.row.step] : [])));
      for (let step = 0; step <= event.checkpoint.step; step += 10) expect(steps.has(step)).toBe(true);
    }
    const { checkpoint } = told('checkpoint')[0];
    const rest = await runTold({ steps: 2000, every: 10, resume: afterBytes(checkpoint) });
    expect(rest.told('checkpoint').at(-1)?.checkpoint.state).toEqual(told('checkpoint').at(-1)?.checkpoint.state);
  });

  test('one replica that diverges does not end it, all of them do', async () => {
    const wild = { initStd: 0.9, stepSize: 0.03, noise: 1, replicas: 12, steps: 400 };
    const whole = await runTold(wild);
    const parts = await runTold({ ...wild, keepEvery: 50 });
    expect(parts.result.outcome).toEqual(whole.result.outcome);
    expect(parts.rows).toEqual(whole.rows);
    const gone = whole.rows.at(-1)?.diverged.length;
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThan(12);
    expect(parts.told('weights').length).toBe(7);
    const all = await runTold({ stepSize: 1000, keepEvery: 50 });
    expect(all.result.outcome.kind).toBe('diverged');
    expect(all.told('checkpoint')).toHaveLength(1);
  });

  test('features are Theta X^T before and after', async () => {
    const { told, result } = await runTold({});
    const [before, after] = told('features');
    expect([before.step, after.step]).toEqual([0, 1000]);
    const theta = Array.from(result.weights?.theta ?? []).slice(0, 12);
    const expected = [0, 1, 2, 3].flatMap((j) =>
      [0, 1].map((i) => [0, 1, 2].reduce((sum, k) => sum + options.inputs[3 * i + k] * theta[3 * j + k], 0)),
    );
    for (const [k, value] of after.values.entries()) expect(value).toBeCloseTo(expected[k], 5);
    expect(before.values).not.toEqual(after.values);
    expect({ samples: after.samples, width: after.width }).toEqual({ samples: 2, width: 4 });
  });
});
