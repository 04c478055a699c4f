import { describe, expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../src/engine/index.ts';
import { bits, made, openTestEngine, plans, runFresh, runOn } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const data = made({ n: 3, d: 4, m: 3, replicas: 2 });
/** Numbers in the weights of a replica. */
const SIZE = 12;
const settings = (o: Partial<TrainOptions> = {}): TrainOptions => ({
  stepSize: 0.01,
  noise: 0.5,
  steps: 120,
  seed: 7,
  batch: 2,
  ...o,
});

describe('watching a run does not change it', () => {
  for (const { name, plan, batch } of plans) {
    test(name, async () => {
      const o = settings({ plan, batch });
      const never = await runFresh(engine, data, o);
      expect(never.rows.map((row) => row.step)).toEqual([0, 120]);
      const often = await runFresh(engine, data, { ...o, every: 1, metrics: ['loss'] });
      expect(often.rows).toHaveLength(121);
      const watched = await runFresh(engine, data, {
        ...o,
        every: 40,
        metrics: ['loss', 'traceEstimate', 'retractedTrace', 'singularValues', 'gradientNorm'],
        metricOptions: { probes: 64, probeSeed: 7 },
      });
      expect(bits(often.weights)).toEqual(bits(never.weights));
      expect(bits(watched.weights)).toEqual(bits(never.weights));
    });
  }

  test('measurements asked of the problem between two rows', async () => {
    const quiet = await runFresh(engine, data, settings());
    const problem = await engine.problem(data);
    for await (const row of problem.train(settings({ every: 40 }))) {
      await Promise.all([problem.loss(), problem.gradient(), problem.traceEstimate({ probes: 64, seed: row.step })]);
    }
    expect(bits(await problem.weights())).toEqual(bits(quiet.weights));
    problem.dispose();
  });
});

describe('the same run has the same bits', () => {
  test('however long a submission is to take', async () => {
    const [short, long] = [1, 1000].map((submission) => settings({ steps: 20_000, submission }));
    const [a, b] = [await runFresh(engine, data, short), await runFresh(engine, data, long)];
    expect(bits(a.weights)).toEqual(bits(b.weights));
    await expect(runFresh(engine, data, settings({ submission: 0 }))).rejects.toThrow(
      /submission must be .* at least 1/,
    );
  });

  test('five times, values of rows and probes included', async () => {
    const o = settings({ steps: 500, every: 250, metrics: ['loss', 'trace', 'traceEstimate'] });
    const runs = [];
    for (let k = 0; k < 5; k++) runs.push(await runFresh(engine, data, o));
    for (const run of runs) {
      expect(bits(run.weights)).toEqual(bits(runs[0].weights));
      expect(run.rows).toEqual(runs[0].rows);
    }
  });

  test('a large network, five times', async () => {
    const large = made({ n: 300, d: 20, m: 48 });
    const o = settings({ stepSize: 1e-3, steps: 40, batch: 'full', metrics: ['loss', 'trace', 'gradientNorm'] });
    const first = await runFresh(engine, large, o);
    for (let k = 0; k < 4; k++) {
      const again = await runFresh(engine, large, o);
      expect(bits(again.weights)).toEqual(bits(first.weights));
      expect(again.rows).toEqual(first.rows);
    }
  });

  test('two runs at once on two problems of one engine', async () => {
    const alone = await runFresh(engine, data, settings());
    const pair = await Promise.all([
      runFresh(engine, data, settings({ every: 10 })),
      runFresh(engine, data, settings({ seed: 8, every: 7 })),
    ]);
    expect(bits(pair[0].weights)).toEqual(bits(alone.weights));
    expect(bits(pair[1].weights)).not.toEqual(bits(alone.weights));
  });
});

describe('draws made ahead are those made inside', () => {
  // Chunks of draws are 16,384 steps here, and rows and the pace cut elsewhere.
  const long = { steps: 40_000, stepSize: 1e-3 };
  const ways: readonly Partial<TrainOptions>[] = [
    { batch: 2, plan: { space: 'data' } },
    { batch: 2, plan: { space: 'weight' }, noiseLaw: 'rademacher' },
    { batch: 'full', plan: { space: 'data' } },
  ];
  for (const way of ways) {
    test(`${way.plan?.space} space, batch ${way.batch}, ${way.noiseLaw ?? 'gaussian'}`, async () => {
      const o = { ...settings(long), ...way };
      const run = (draws: 'inside' | 'ahead', more: Partial<TrainOptions> = {}) =>
        runFresh(engine, data, { ...o, ...more, plan: { strategy: 'lane', ...way.plan, draws } });
      const inside = await run('inside');
      const ahead = await run('ahead');
      const watched = await run('ahead', { every: 7000, metrics: ['loss'] });
      expect(ahead.checkpoint.plan.draws).toBe('ahead');
      expect(bits(ahead.weights)).toEqual(bits(inside.weights));
      expect(bits(watched.weights)).toEqual(bits(inside.weights));
    });
  }
});

describe('replicas', () => {
  for (const { name, plan, batch } of plans) {
    test(`do not depend on their neighbours: ${name}`, async () => {
      const o = settings({ plan: { ...plan, lanes: 4 }, batch });
      const one = await runFresh(engine, { ...data, replicas: 1 }, o);
      const five = await runFresh(engine, { ...data, replicas: 5 }, o);
      expect(bits(five.weights.slice(0, SIZE))).toEqual(bits(one.weights));
      for (let r = 1; r < 5; r++) {
        expect(bits(five.weights.slice(SIZE * r, SIZE * r + SIZE)), `replica ${r}`).not.toEqual(bits(one.weights));
      }
    });
  }

  test('have rates of their own', async () => {
    const o = settings({ stepSize: [0.01, 0.02], noise: [0.5, 0.25] });
    const both = await runFresh(engine, data, o);
    const slow = await runFresh(engine, data, settings());
    const fast = await runFresh(engine, data, settings({ stepSize: 0.02, noise: 0.25 }));
    expect(bits(both.weights.slice(0, SIZE))).toEqual(bits(slow.weights.slice(0, SIZE)));
    expect(bits(both.weights.slice(SIZE))).toEqual(bits(fast.weights.slice(SIZE)));
  });
});

describe('replicas of a run', () => {
  for (const { name, plan, batch } of plans) {
    test(`have seeds, step sizes, noise and labels of their own: ${name}`, async () => {
      const labels = data.labels as Float64Array;
      const others = labels.map((y) => 1.5 - y);
      const own = { stepSize: [0.01, 0.02], noise: [0.5, 0.25], seed: [3, 2 ** 40 + 1] };
      const o = settings({ plan, batch, metrics: ['loss', 'gap'] });
      const both = await runFresh(engine, { ...data, dimension: 4, labels: [...labels, ...others] }, { ...o, ...own });
      const nested = await runFresh(engine, { ...data, labels: [labels, others] }, { ...o, ...own });
      for (const r of [0, 1]) {
        const alike = { stepSize: own.stepSize[r], noise: own.noise[r], seed: own.seed[r] };
        const alone = await runFresh(engine, { ...data, labels: r === 0 ? labels : others }, { ...o, ...alike });
        const range = [SIZE * r, SIZE * r + SIZE] as const;
        expect(bits(both.weights.slice(...range)), `replica ${r}`).toEqual(bits(alone.weights.slice(...range)));
        const last = (rows: typeof both.rows) => rows.map(({ values }) => [values.loss?.[r], values.gap?.[r]]);
        expect(last(both.rows), `replica ${r}`).toEqual(last(alone.rows));
      }
      expect(bits(nested.weights)).toEqual(bits(both.weights));
    });
  }
});

describe('settings at their ends', () => {
  for (const { name, plan, batch } of plans) {
    test(`${name}: a step size of 0 keeps every bit, no steps give the start`, async () => {
      const problem = await engine.problem(data);
      const start = await problem.weights();
      const still = await runOn(problem, settings({ plan, batch, stepSize: 0, steps: 10 }));
      expect(still.outcome).toEqual({ kind: 'finished', step: 10 });
      expect(bits(still.weights)).toEqual(bits(start));
      const [loss] = await problem.loss();
      const none = await runOn(problem, settings({ plan, batch, steps: 0, metrics: ['loss'] }));
      expect(none.outcome).toEqual({ kind: 'finished', step: 0 });
      expect(none.rows).toEqual([{ step: 0, values: { loss: [loss, loss] }, diverged: [] }]);
      expect(bits(none.weights)).toEqual(bits(start));
      problem.dispose();
    });

    test(`${name}: noise 0 is noise left out, and replicas then agree where nothing is drawn`, async () => {
      const zero = await runFresh(engine, data, settings({ plan, batch, noise: 0 }));
      const off = await runFresh(engine, data, settings({ plan, batch, noise: undefined }));
      const other = await runFresh(engine, data, settings({ plan, batch }));
      expect(bits(zero.weights)).toEqual(bits(off.weights));
      expect(bits(zero.weights)).not.toEqual(bits(other.weights));
      if (batch === 'full') expect(bits(zero.weights.slice(0, SIZE))).toEqual(bits(zero.weights.slice(SIZE)));
    });
  }

  // One of each strategy: every seed and law is a compilation.
  for (const { name, plan, batch } of plans.filter((p, k) => (k % 2 === 0) === (p.plan.strategy !== 'lane'))) {
    test(`${name}: each setting has its own effect`, async () => {
      const base = await runFresh(engine, data, settings({ plan, batch }));
      const changes: Partial<TrainOptions>[] = [
        { seed: 8 },
        { seed: 7 + 2 ** 32 },
        { stepSize: 0.011 },
        { noise: 0.51 },
        { noiseLaw: 'rademacher' },
        { steps: 119 },
      ];
      const seen = [base.weights];
      for (const change of changes)
        seen.push((await runFresh(engine, data, settings({ plan, batch, ...change }))).weights);
      expect(new Set(seen.map((w) => bits(w).join())).size).toBe(changes.length + 1);
    });
  }

  test('the full batch as a sum is that of the mean with n times the step size', async () => {
    // n = 4, so that dividing by it is exact.
    const four = made({ n: 4, d: 5, m: 4 });
    const mean = await runFresh(engine, four, settings({ batch: 'full', stepSize: 0.02 }));
    const sum = await runFresh(engine, four, settings({ batch: 'full', loss: 'sum', stepSize: 0.005 }));
    expect(bits(sum.weights)).toEqual(bits(mean.weights));
  });
});
