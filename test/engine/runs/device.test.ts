import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Engine, type FlatwalkError, type MetricRow, type TrainOptions } from '../../../src/engine/index.ts';
import { openNodeGpu } from '../../../src/host/node/gpu.ts';
import { openTestAdapter, openTestDevice } from '../../gpu.ts';
import { broken, counted } from './devices.ts';
import { bits, failure, made, runFresh } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const data = made({ n: 3, d: 4, m: 3 });
const settings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 100, seed: 7 };

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Long enough for a rejection that nobody handles to be noticed. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a device that is destroyed', () => {
  for (const delay of [0, 100]) {
    test(`during a run, after ${delay} ms: the run ends as lost, and whatever is asked for later rejects`, async () => {
      const device = await openTestDevice();
      const engine = await Engine.open({ device });
      const problem = await engine.problem(data);
      // So many steps that nothing but the loss ends the run before the test's timeout does.
      const run = problem.train({ ...settings, steps: 4_000_000_000, every: 1000, metrics: ['loss'] });
      const rows: MetricRow[] = [];
      const events: string[] = [];
      const outcome = await run.finish((row) => {
        if (rows.push(row) > 1) return;
        setTimeout(() => {
          events.push('destroyed');
          device.destroy();
        }, delay);
      });
      events.push(outcome.kind);
      expect(events).toEqual(['destroyed', 'lost']);
      if (outcome.kind === 'lost') {
        expect(outcome.error.code).toBe('DEVICE_LOST');
        expect(outcome.error.message).toContain('destroyed');
      }
      // What came before stays.
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row.values.loss).toEqual([expect.any(Number)]);
      await expectLost(() => run.checkpoint());
      await expectLost(() => problem.weights());
      await expectLost(() => problem.loss());
      await expectLost(() => problem.train(settings));
      await expectLost(() => problem.setWeights(data.weights));
      await expectLost(() => engine.problem(data));
      problem.dispose();
      engine.dispose();
      await turn();
      expect(unhandled).toEqual([]);
    });
  }

  test('while results are under way, and just before they are asked for', async () => {
    const device = await openTestDevice();
    const engine = await Engine.open({ device });
    const problem = await engine.problem(data);
    const loss = await problem.loss();
    const ask = () => [problem.loss(), problem.gradient(), problem.weights(), problem.traceEstimate({ probes: 4 })];
    const before = ask();
    device.destroy();
    const after = ask();
    // All at once: the first call for a part of the library takes longer to fail than the others.
    await Promise.all([...before, ...after].map((pending) => expectLost(() => pending)));
    expect(loss).toHaveLength(1);
    expect(loss[0]).toBeGreaterThan(0);
    await turn();
    expect(unhandled).toEqual([]);
  });

  test('between two rows that nobody waits for', async () => {
    const device = await openTestDevice();
    const engine = await Engine.open({ device });
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, steps: 1_000_000, every: 10 });
    for await (const row of run) {
      if (row.step < 20) continue;
      device.destroy();
      await device.lost;
      break;
    }
    expect((await run.outcome).kind).toBe('lost');
    await turn();
    expect(unhandled).toEqual([]);
  });

  test('before an engine is opened on it', async () => {
    const device = await openTestDevice();
    device.destroy();
    await device.lost;
    expect(await failure(() => Engine.open({ device }))).toMatchObject({ code: 'DEVICE_LOST' });
  });
});

/** Something that waits for a device that is gone would wait until the test's timeout. */
async function expectLost(action: () => unknown): Promise<void> {
  expect(await failure(action)).toMatchObject({ code: 'DEVICE_LOST' });
}

describe('whose device it is', () => {
  test("a borrowed one outlives the engine, and nobody's listener is left on it", async () => {
    const device = await openTestDevice();
    let listeners = 0;
    device.addEventListener = () => {
      listeners++;
    };
    const engine = await Engine.open({ device });
    await runFresh(engine, data, settings);
    engine.dispose();
    expect(listeners).toBe(0);
    expect(device.onuncapturederror).toBeNull();
    // The device still computes, for itself and for another engine.
    const buffer = device.createBuffer({ size: 4, usage: 0x9, mappedAtCreation: true });
    new Float32Array(buffer.getMappedRange())[0] = 42;
    buffer.unmap();
    await buffer.mapAsync(1);
    expect(new Float32Array(buffer.getMappedRange())[0]).toBe(42);
    buffer.destroy();
    const second = await Engine.open({ device });
    expect((await runFresh(second, data, settings)).outcome.kind).toBe('finished');
    second.dispose();
  });

  test('of two engines on one device, one disposed in the middle of the run of the other', async () => {
    const device = await openTestDevice();
    const [first, second] = await Promise.all([Engine.open({ device }), Engine.open({ device })]);
    const alone = await runFresh(first, data, settings);
    const problem = await second.problem(data);
    const run = problem.train({ ...settings, every: 10 });
    for await (const row of run) if (row.step === 50) first.dispose();
    expect(await run.outcome).toEqual({ kind: 'finished', step: 100 });
    expect(bits(await problem.weights())).toEqual(bits(alone.weights));
    second.dispose();
  });

  test('one of its own is destroyed with the engine; five engines one after another, and two at once', async () => {
    const { gpu } = await openNodeGpu();
    const weights: Float32Array[] = [];
    for (let k = 0; k < 5; k++) {
      const engine = await Engine.open({ gpu });
      weights.push((await runFresh(engine, data, settings)).weights);
      engine.dispose();
      expect((await engine.device.lost).reason).toBe('destroyed');
    }
    const pair = await Promise.all([Engine.open({ gpu }), Engine.open({ gpu })]);
    for (const run of await Promise.all(pair.map((engine) => runFresh(engine, data, settings))))
      weights.push(run.weights);
    for (const engine of pair) engine.dispose();
    for (const w of weights) expect(bits(w)).toEqual(bits(weights[0]));
  });
});

describe('what was disposed says so', () => {
  const disposed = expect.objectContaining({ code: 'DISPOSED' });

  test('a problem, at rest and with results under way', async () => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const ask = () => [problem.loss(), problem.traceEstimate({ probes: 4 }), problem.gradient()];
    const truth = await Promise.all(ask());
    const under = ask();
    problem.dispose();
    // What was already on its way may arrive, but then it is right.
    for (const [k, result] of (await Promise.allSettled(under)).entries()) {
      if (result.status === 'rejected') expect(result.reason).toEqual(disposed);
      else expect(result.value).toEqual(truth[k]);
    }
    const calls = [
      () => problem.loss(),
      () => problem.weights(),
      () => problem.residuals(),
      () => problem.outputs(),
      () => problem.preactivations(),
      () => problem.gradient(),
      () => problem.hvp(data.weights),
      () => problem.jacobianGram(),
      () => problem.retract(),
      () => problem.metrics(['loss']),
      () => problem.traceEstimate({ probes: 1 }),
      () => problem.setWeights(data.weights),
      () => problem.train(settings),
    ];
    for (const call of calls) expect(await failure(call), String(call)).toEqual(disposed);
    problem.dispose();
    expect(engine.held.buffers).toBe(0);
    engine.dispose();
  });

  test.each(['problem', 'engine'] as const)('a %s in the middle of its run', async (what) => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, steps: 1_000_000, every: 10 });
    const error = await failure(() =>
      run.finish((row) => {
        if (row.step === 50) (what === 'problem' ? problem : engine).dispose();
      }),
    );
    expect(error).toEqual(disposed);
    await expect(run.outcome).rejects.toEqual(disposed);
    expect(engine.held.buffers).toBe(0);
    engine.dispose();
    await turn();
    expect(unhandled).toEqual([]);
  });

  test('an engine, its problems, and twice', async () => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const truth = await problem.loss();
    const pending = problem.loss();
    engine.dispose();
    engine.dispose();
    const [result] = await Promise.allSettled([pending]);
    if (result.status === 'rejected') expect(result.reason).toEqual(disposed);
    else expect(result.value).toEqual(truth);
    expect(await failure(() => problem.loss())).toEqual(disposed);
    expect(await failure(() => engine.problem(data))).toEqual(disposed);
    expect(engine.held).toEqual({ buffers: 0, bytes: 0 });
  });
});

describe('a kernel that cannot be built', () => {
  test('is an error of whoever needed it, and zeros of nobody', async () => {
    const adapter = await openTestAdapter();
    const real = await adapter.requestDevice();
    const fault = { active: true };
    const engine = await Engine.open({ device: broken(real, fault) });
    const problem = await engine.problem(data);
    const calls = [
      () => problem.loss(),
      () => problem.gradient(),
      () => problem.hvp(data.weights),
      () => problem.traceEstimate({ probes: 2 }),
      () => problem.metrics(['loss']),
      () => problem.retract(),
      () => problem.train(settings).finish(),
    ];
    for (const call of calls) {
      const error = (await failure(call)) as FlatwalkError;
      expect(error.code, String(call)).toBe('SHADER');
      expect(error.message).toContain('not_a_function');
    }
    expect(bits(await problem.weights())).toEqual(bits(data.weights as Float32Array));
    // Nothing of the failure is kept.
    fault.active = false;
    expect((await problem.loss())[0]).toBeGreaterThan(0);
    expect((await runFresh(engine, data, settings)).outcome.kind).toBe('finished');
    engine.dispose();
    real.destroy();
  });
});

describe('many results at once', () => {
  test('are those of one at a time', async () => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const loss = await problem.loss();
    const weights = await problem.weights();
    const gradient = await problem.gradient();
    const trace = await problem.traceEstimate({ probes: 8 });
    const [losses, allWeights, gradients, traces] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, () => problem.loss())),
      Promise.all(Array.from({ length: 50 }, () => problem.weights())),
      Promise.all(Array.from({ length: 50 }, () => problem.gradient())),
      Promise.all(Array.from({ length: 50 }, () => problem.traceEstimate({ probes: 8 }))),
    ]);
    for (const l of losses) expect(l).toEqual(loss);
    for (const w of allWeights) expect(bits(w)).toEqual(bits(weights));
    for (const g of gradients) expect(bits(g)).toEqual(bits(gradient));
    for (const t of traces) expect(t).toEqual(trace);
    engine.dispose();
  });

  test('have memory of their own that outlives everything', async () => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const first = await problem.weights();
    const copy = first.slice();
    const checkpointed = problem.train({ ...settings, steps: 10 });
    await checkpointed.finish();
    const second = await problem.weights();
    const { state, origin } = await checkpointed.checkpoint();
    const buffers = [first, second, state, origin].map((a) => a.buffer);
    expect(new Set(buffers).size).toBe(4);
    engine.dispose();
    expect(first).toEqual(copy);
    expect(second).not.toEqual(copy);
    // Callers may hand them to a worker.
    const moved = structuredClone(first, { transfer: [first.buffer] });
    expect(moved).toEqual(copy);
  });
});

describe('memory', () => {
  test('is given back: 200 times a problem, ten steps and a trace', async () => {
    const real = await (await openTestAdapter()).requestDevice();
    const count = { created: 0, destroyed: 0 };
    const engine = await Engine.open({ device: counted(real, count) });
    const larger = made({ n: 200, d: 10, m: 4 });
    const own = count.created;
    const round = async () => {
      const problem = await engine.problem(larger);
      await problem
        .train({
          ...settings,
          steps: 10,
          every: 5,
          metrics: ['loss', 'trace', 'traceEstimate'],
          metricOptions: { probes: 4 },
        })
        .finish();
      await problem.traceEstimate({ probes: 4 });
      problem.dispose();
    };
    for (let k = 0; k < 200; k++) {
      await round();
      expect(engine.held, `round ${k}`).toEqual({ buffers: 0, bytes: 0 });
      expect(count.created - count.destroyed, `round ${k}`).toBe(own);
    }
    engine.dispose();
    expect(count.created).toBe(count.destroyed);
    real.destroy();
  });

  test('does not grow with the steps, the rows or the measurements of a run', async () => {
    const engine = await Engine.open({ device: await openTestDevice() });
    const problem = await engine.problem(data);
    const held: number[] = [];
    const run = problem.train({
      ...settings,
      steps: 400,
      every: 1,
      metrics: ['loss', 'traceEstimate', 'retractedTrace'],
      metricOptions: { probes: 4 },
    });
    for await (const row of run) {
      if (row.step % 100 !== 50) continue;
      await problem.traceEstimate({ probes: 3 });
      held.push(engine.held.bytes);
    }
    expect(held).toHaveLength(4);
    expect(new Set(held).size).toBe(1);
    engine.dispose();
  });
});
