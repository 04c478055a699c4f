import { describe, expect, test, vi } from 'vitest';
import type { ProblemOptions, TrainOptions } from '../../../src/engine/index.ts';
import { bits, failure, made, openTestEngine, plans, runFresh, runOn } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const data = made({ n: 3, d: 4, m: 3, replicas: 3 });
const SIZE = 12;
const of = (weights: Float32Array, replica: number) => bits(weights.slice(replica * SIZE, (replica + 1) * SIZE));

describe('a step size that is too large', () => {
  for (const { name, plan, batch } of plans) {
    const settings: TrainOptions = {
      stepSize: [0.01, 3, 0.02],
      noise: 0.5,
      steps: 60,
      every: 20,
      seed: 4,
      plan,
      batch,
    };

    test(`${name}: stops the replica before the step, and the others go on`, async () => {
      const run = await runFresh(engine, data, { ...settings, metrics: ['loss'] });
      expect(run.outcome.kind).toBe('diverged');
      if (run.outcome.kind !== 'diverged') return;
      expect(run.outcome.replicas).toHaveLength(1);
      const { replica, step } = run.outcome.replicas[0];
      expect(replica).toBe(1);
      expect(run.outcome.step).toBe(step);
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(20);
      expect(run.weights.every(Number.isFinite)).toBe(true);
      expect(run.rows.map((row) => [row.step, row.diverged])).toEqual([
        [0, []],
        [20, run.outcome.replicas],
        [40, run.outcome.replicas],
        [60, run.outcome.replicas],
      ]);
      for (const row of run.rows) expect(JSON.parse(JSON.stringify(row)).diverged).toEqual(row.diverged);

      const until = await runFresh(engine, data, { ...settings, steps: step });
      expect(until.outcome.kind).toBe('finished');
      expect(of(run.weights, 1)).toEqual(of(until.weights, 1));
      const calm = await runFresh(engine, data, { ...settings, stepSize: [0.01, 0.01, 0.02] });
      expect(calm.outcome.kind).toBe('finished');
      expect(of(run.weights, 0)).toEqual(of(calm.weights, 0));
      expect(of(run.weights, 2)).toEqual(of(calm.weights, 2));
    });

    test(`${name}: ends the run when every replica has stopped`, async () => {
      const run = await runFresh(engine, data, { ...settings, stepSize: 3, steps: 1_000_000, every: 30 });
      expect(run.outcome.kind).toBe('diverged');
      if (run.outcome.kind !== 'diverged') return;
      expect(run.outcome.replicas.map((r) => r.replica)).toEqual([0, 1, 2]);
      expect(run.outcome.step).toBe(Math.min(...run.outcome.replicas.map((r) => r.step)));
      expect(run.rows.length).toBeLessThan(10);
      expect(run.weights.every(Number.isFinite)).toBe(true);
    });
  }
});

describe('a start that is too far out', () => {
  // The pre-activation of the first neuron is an infinity in one case and the difference of two in the other, which
  // activations that compare with 0 can hide.
  const starts: [string, Partial<ProblemOptions>][] = [
    ['an output that overflows', { activation: 'cubic', weights: [1e30, 0, 0, 0] }],
    ['an infinite pre-activation', { activation: 'relu', weights: [3e38, 3e38, 0, 0] }],
    ['an undefined pre-activation', { activation: 'relu', weights: [3e38, -3e38, 0, 0] }],
    ['an undefined pre-activation under tanh', { activation: 'tanh', weights: [3e38, -3e38, 0, 0] }],
  ];
  for (const [name, start] of starts) {
    for (const strategy of ['lane', 'group', 'tiled'] as const) {
      test(`${name}, ${strategy}: diverges at step 0 with the weights it was given`, async () => {
        const problem = { inputs: [[2, 2]], labels: [1], width: 2, activation: 'relu', weights: [0], ...start };
        const batch = strategy === 'tiled' ? ('full' as const) : 1;
        const o = { stepSize: 0.1, steps: 3, batch, plan: { strategy, space: 'weight' as const } };
        const run = await runFresh(engine, problem, o);
        expect(run.outcome).toEqual({ kind: 'diverged', step: 0, replicas: [{ replica: 0, step: 0 }] });
        expect(bits(run.weights)).toEqual(bits(Float32Array.from(problem.weights as number[])));
      });
    }
  }
});

describe('numbers that f32 cannot hold are refused', () => {
  test.each([Number.NaN, Infinity, -Infinity, 1e39])('%s as a weight', async (value) => {
    const weights = Array.from(data.weights as Float32Array);
    weights[5] = value;
    expect(await failure(() => engine.problem({ ...data, weights }))).toMatchObject({ code: 'NOT_FINITE' });
    const problem = await engine.problem(data);
    const before = await problem.weights();
    expect(await failure(() => problem.setWeights(weights))).toMatchObject({ code: 'NOT_FINITE' });
    expect(bits(await problem.weights())).toEqual(bits(before));
    problem.dispose();
  });

  test('as a setting', async () => {
    const problem = await engine.problem(data);
    const settings: TrainOptions[] = [
      { stepSize: 1e39, steps: 1 },
      { stepSize: 3e38, steps: 1 },
      { stepSize: 0.1, noise: 1e39, steps: 1 },
      { stepSize: [0.1, Number.NaN, 0.1], steps: 1 },
      { stepSize: Number.NaN, steps: 1 },
      { stepSize: -0.1, steps: 1 },
      { stepSize: [0.1, 0.1], steps: 1 },
    ];
    for (const o of settings) expect(() => problem.train(o), JSON.stringify(o)).toThrow();
    // A refused run does not block the next one.
    expect((await runOn(problem, { stepSize: 0.01, steps: 1 })).outcome.kind).toBe('finished');
    problem.dispose();
  });

  test('as the squared length of a data point, from which a step would leave the range', async () => {
    const far = { inputs: [[1], [1e25]], labels: [1, 1e18], width: 1, activation: 'identity', weights: [0] };
    const error = await failure(() => engine.problem(far));
    expect(error).toMatchObject({ code: 'NOT_FINITE' });
    expect(String(error)).toContain('row 1');
  });
});
