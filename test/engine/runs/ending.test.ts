import { describe, expect, test } from 'vitest';
import type { MetricName, MetricRow, Outcome, TrainOptions } from '../../../src/engine/index.ts';
import { bits, failure, made, openTestEngine, plans, runFresh, runOn } from './support.ts';

const engine = await openTestEngine();
const data = made({ n: 3, d: 4, m: 3, replicas: 2 });
const settings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 10_000_000, seed: 7 };

/** That weights are those after so many steps and no others. */
async function expectWeightsOf(weights: Float32Array, o: TrainOptions, outcome: Outcome): Promise<void> {
  const { signal: _, stopWhen: __, ...rest } = o;
  const exact = await runFresh(engine, data, { ...rest, plannedSteps: rest.steps, steps: outcome.step });
  expect(exact.outcome).toEqual({ kind: 'finished', step: outcome.step });
  expect(bits(weights)).toEqual(bits(exact.weights));
}

describe('abort', () => {
  for (const { name, plan, batch } of plans) {
    test(`${name}: in the middle of a long stretch`, async () => {
      const stop = new AbortController();
      const o = { ...settings, plan, batch, signal: stop.signal };
      const problem = await engine.problem(data);
      const run = problem.train(o);
      const steps: number[] = [];
      const outcome = await run.finish(({ step }) => {
        steps.push(step);
        // The row of step 0 comes at once, though the next one is due only after ten million steps.
        setTimeout(() => stop.abort(), 50);
      });
      expect(outcome.kind).toBe('aborted');
      expect(outcome.step).toBeGreaterThan(0);
      expect(steps).toEqual([0, outcome.step]);
      await expectWeightsOf(await problem.weights(), o, outcome);
      problem.dispose();
    });
  }

  test('between two rows', async () => {
    const stop = new AbortController();
    const o = { ...settings, every: 10, signal: stop.signal };
    const problem = await engine.problem(data);
    const run = problem.train(o);
    const steps: number[] = [];
    for await (const { step } of run) {
      steps.push(step);
      if (step === 40) stop.abort();
    }
    const outcome = await run.outcome;
    expect(outcome.kind).toBe('aborted');
    // What the device had already done is still told, up to the state that the weights are in.
    expect(steps.slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
    expect(steps.at(-1)).toBe(outcome.step);
    expect(outcome.step).toBeLessThan(100);
    await expectWeightsOf(await problem.weights(), o, outcome);
    problem.dispose();
  });

  test('before the first step, and after the last', async () => {
    const early = await runFresh(engine, data, { ...settings, signal: AbortSignal.abort() });
    expect(early.outcome).toEqual({ kind: 'aborted', step: 0 });
    expect(bits(early.weights.slice(0, 12))).toEqual(bits(data.weights as Float32Array));
    const stop = new AbortController();
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, steps: 5, signal: stop.signal });
    const outcome = await run.finish((row) => row.step === 5 && stop.abort());
    expect(outcome).toEqual({ kind: 'finished', step: 5 });
    problem.dispose();
  });
});

describe('a rule for stopping', () => {
  for (const { name, plan, batch } of plans) {
    test(`${name}: ends at the row that it was met in`, async () => {
      const o: TrainOptions = { ...settings, plan, batch, every: 10, metrics: ['loss'] };
      const stopWhen = (row: MetricRow) => row.step >= 70 && 'seen enough';
      const run = await runFresh(engine, data, { ...o, stopWhen });
      expect(run.outcome).toEqual({ kind: 'stopped', step: 70, reason: 'seen enough' });
      expect(run.rows.at(-1)?.step).toBe(70);
      expect(run.checkpoint.step).toBe(70);
      await expectWeightsOf(run.weights, o, run.outcome);
    });
  }

  test('may give no reason, and may throw', async () => {
    const met = await runFresh(engine, data, { ...settings, stopWhen: () => true });
    expect(met.outcome).toEqual({ kind: 'stopped', step: 0, reason: 'the rule was met' });
    const problem = await engine.problem(data);
    const run = problem.train({
      ...settings,
      stopWhen: () => {
        throw new Error('a fault in the rule');
      },
    });
    await expect(run.finish()).rejects.toThrow('a fault in the rule');
    await expect(run.outcome).rejects.toThrow('a fault in the rule');
    expect((await runOn(problem, { ...settings, steps: 3 })).outcome.kind).toBe('finished');
    problem.dispose();
  });
});

describe('leaving the loop', () => {
  test('ends the run where it is and releases the problem', async () => {
    const o = { ...settings, every: 10 };
    const problem = await engine.problem(data);
    const held = engine.held.buffers;
    const run = problem.train(o);
    for await (const row of run) if (row.step === 50) break;
    const outcome = await run.outcome;
    expect(outcome.kind).toBe('stopped');
    expect(outcome.step).toBeGreaterThanOrEqual(50);
    const weights = await problem.weights();
    await expectWeightsOf(weights, o, outcome);
    problem.setWeights(data.weights);
    const again = await runOn(problem, { ...o, plannedSteps: o.steps, steps: outcome.step });
    expect(bits(again.weights)).toEqual(bits(weights));
    problem.dispose();
    expect(engine.held.buffers).toBeLessThan(held);
  });

  test('by a fault of its own', async () => {
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, every: 10 });
    const fault = failure(() =>
      run.finish((row) => {
        if (row.step === 20) throw new Error('a fault in the loop');
      }),
    );
    expect(String(await fault)).toContain('a fault in the loop');
    expect((await run.outcome).kind).toBe('stopped');
    expect((await runOn(problem, { ...settings, steps: 3 })).outcome.kind).toBe('finished');
    problem.dispose();
  });
});

describe('one run at a time', () => {
  test('a second one, new weights and a retraction are refused until the first has ended', async () => {
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, steps: 40, every: 20 });
    for await (const row of run) {
      if (row.step !== 20) continue;
      const busy = { code: 'BAD_ARGUMENT', message: expect.stringContaining('has not ended') };
      expect(await failure(() => problem.train(settings))).toMatchObject(busy);
      expect(await failure(() => problem.setWeights(data.weights))).toMatchObject(busy);
      expect(await failure(() => problem.retract())).toMatchObject(busy);
    }
    expect(await run.outcome).toEqual({ kind: 'finished', step: 40 });
    expect((await runOn(problem, { ...settings, steps: 3 })).outcome.kind).toBe('finished');
    problem.dispose();
  });

  test('and each is iterated over once', async () => {
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, steps: 4 });
    await run.finish();
    const weights = await problem.weights();
    await expect(run.finish()).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(bits(await problem.weights())).toEqual(bits(weights));
    expect(await run.outcome).toEqual({ kind: 'finished', step: 4 });
    problem.dispose();
  });
});

describe('settings that make no sense are refused before anything runs', () => {
  const wrong: [string, Partial<TrainOptions>][] = [
    ['fewer than no steps', { steps: -1 }],
    ['half a step', { steps: 1.5 }],
    ['rows every 0 steps', { every: 0 }],
    ['an empty batch', { batch: 0 }],
    ['a sum over a mini-batch', { batch: 2, loss: 'sum' }],
    ['a metric that does not exist', { metrics: ['accuracy' as MetricName] }],
    ['no probes', { metrics: ['traceEstimate'], metricOptions: { probes: 0 } }],
    ['a law that does not exist', { noiseLaw: 'uniform' as 'gaussian' }],
    ['a seed that is not whole', { seed: 0.5 }],
    ['too many steps', { steps: 2 ** 32 }],
    ['draws that do not suffice', { steps: 2, draws: { samples: [0], noises: [0] } }],
    ['a draw of a sample that is not there', { steps: 1, draws: { samples: [3], noises: [0] } }],
  ];
  test.each(wrong)('%s', async (_, change) => {
    const problem = await engine.problem(data);
    expect(() => problem.train({ ...settings, ...change })).toThrow();
    problem.dispose();
  });

  test('a metric that does not exist for the network', async () => {
    const problem = await engine.problem({ ...data, secondLayer: [1, 2, 1] });
    const error = await failure(() => problem.train({ ...settings, metrics: ['gap'] }));
    expect(error).toMatchObject({ code: 'NOT_DEFINED' });
    problem.dispose();
  });
});
