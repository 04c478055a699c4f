import { afterAll, describe, expect, test, vi } from 'vitest';
import type { MetricName, ProblemOptions, TrainOptions } from '../../../src/engine/index.ts';
import { bits, made, openTestEngine, runFresh, runOn } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
afterAll(() => engine.dispose());

const data = made({ n: 3, d: 4, m: 3 });
const settings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 1500, seed: 7, every: 2 };
const cheap: MetricName[] = ['loss', 'trace', 'gradientNorm', 'disagreement'];
const all: MetricName[] = [...cheap, 'gap', 'retractedResidual', 'stableRank', 'singularValues', 'optimumDistance'];
/** A rule has every row evaluated by itself. */
const oneByOne = { stopWhen: () => false };

/** How often `observe` is dispatched while a run goes on. */
async function evaluations(work: () => Promise<unknown>): Promise<number> {
  const { recorder } = engine.lowLevel;
  const spy = vi.spyOn(recorder, 'dispatch');
  try {
    await work();
    return spy.mock.calls.filter(([launch]) => launch.name === 'observe').length;
  } finally {
    spy.mockRestore();
  }
}

describe('rows that are evaluated together are those evaluated one by one, to the bit', () => {
  const labels = data.labels as Float64Array;
  const cases: [name: string, problem: ProblemOptions, o: Partial<TrainOptions>][] = [
    ['one run', data, { metrics: cheap }],
    ['every metric but probes', data, { metrics: all, steps: 300 }],
    ['no metrics', data, {}],
    ['in weight space', data, { metrics: all, steps: 300, plan: { strategy: 'lane', space: 'weight' } }],
    ['draws made inside', data, { metrics: cheap, plan: { strategy: 'lane', draws: 'inside' } }],
    [
      'replicas with labels of their own',
      { ...data, dimension: 4, replicas: 3, labels: [...labels, ...labels.map((y) => y + 0.5), ...labels] },
      { metrics: all, steps: 300, stepSize: [0.01, 0.02, 0.005] },
    ],
    ['a last row that is not due', data, { metrics: cheap, every: 7 }],
    ['a replica that diverges', { ...data, replicas: 2 }, { metrics: cheap, stepSize: [0.01, 0.5] }],
  ];
  for (const [name, problem, o] of cases) {
    test(name, async () => {
      const plan = { strategy: 'lane', ...o.plan } as const;
      const together = await runFresh(engine, problem, { ...settings, ...o, plan });
      const single = await runFresh(engine, problem, { ...settings, ...o, plan, ...oneByOne });
      expect(together.rows.map((row) => row.step)).toEqual(single.rows.map((row) => row.step));
      expect(together.rows).toEqual(single.rows);
      expect(together.outcome).toEqual(single.outcome);
      expect(bits(together.weights)).toEqual(bits(single.weights));
    });
  }
});

test('rows of a small run share their evaluation; with a rule, with probes and at first they do not', async () => {
  const o = { ...settings, metrics: cheap, plan: { strategy: 'lane' } } as const;
  const count = (more: Partial<TrainOptions>) => evaluations(() => runFresh(engine, data, { ...o, ...more }));
  expect(await count({})).toBeLessThan(751);
  expect(await count({ ...oneByOne })).toBe(751);
  expect(await count({ steps: 400, metrics: [...cheap, 'traceEstimate'], metricOptions: { probes: 2 } })).toBe(201);
  expect(await count({ steps: 12 })).toBe(7);
});

test('what rows need besides the problem is given back when the run ends', async () => {
  const problem = await engine.problem(data);
  const o = { ...settings, metrics: cheap };
  await runOn(problem, o);
  const held = engine.held.bytes;
  await runOn(problem, o);
  const run = problem.train(o);
  for await (const row of run) if (row.step > 500) break;
  expect(engine.held.bytes).toBe(held);
  problem.dispose();
});

test('a checkpoint between rows that came together, and leaving the loop there, are as of any run', async () => {
  const o = { ...settings, metrics: cheap, plan: { strategy: 'lane' } } as const;
  const whole = await runFresh(engine, data, o);
  const problem = await engine.problem(data);
  const run = problem.train(o);
  let taken = null;
  for await (const row of run) {
    if (row.step < 700) continue;
    taken = await run.checkpoint();
    break;
  }
  const outcome = await run.outcome;
  expect(outcome.kind).toBe('stopped');
  expect(outcome.step).toBe(taken?.step);
  expect(outcome.step).toBeGreaterThanOrEqual(700);
  const rest = await runOn(problem, { ...o, resume: taken ?? undefined });
  expect(rest.outcome).toEqual({ kind: 'finished', step: 1500 });
  expect(bits(rest.weights)).toEqual(bits(whole.weights));
  expect(rest.rows.slice(1)).toEqual(whole.rows.filter((row) => row.step > outcome.step));
  problem.dispose();
});
