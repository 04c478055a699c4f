import { describe, expect, test, vi } from 'vitest';
import { Engine, type FlatwalkError, metricNames, type TrainOptions } from '../../../src/engine/index.ts';
import { openNodeGpu } from '../../../src/host/node/gpu.ts';
import { openTestAdapter } from '../../gpu.ts';
import { counted, limited } from './devices.ts';
import { failure, made, openTestEngine, plans, runFresh, runOn } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const data = made({ n: 3, d: 4, m: 3 });
const settings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 20, seed: 7 };

describe('a device with the default limits', () => {
  test('is enough for everything', async () => {
    const device = await (await openTestAdapter()).requestDevice();
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
    expect(device.limits.maxStorageBufferBindingSize).toBe(2 ** 27);
    const engine = await Engine.open({ device });
    const problem = await engine.problem(data);
    await problem.hvp(data.weights);
    await problem.jacobianGram();
    const values = await problem.metrics(metricNames);
    expect(Object.keys(values)).toEqual(metricNames);
    for (const { plan, batch } of plans) {
      if (plan.strategy === 'subgroup') continue; // needs a feature, which is no default

      expect((await runOn(problem, { ...settings, plan, batch })).outcome.kind).toBe('finished');
    }
    await problem.retract();
    engine.dispose();
    device.destroy();
  });

  test('refuses what it cannot hold before anything is allocated, with the limit and both sizes', async () => {
    const real = await (await openTestAdapter()).requestDevice();
    const count = { created: 0, destroyed: 0 };
    const engine = await Engine.open({
      device: limited(counted(real, count), { maxStorageBufferBindingSize: 65_536 }),
    });
    const own = count.created;
    const cases = [
      ['inputs', made({ n: 1000, d: 17, m: 1 }), 68_000],
      ['targets', made({ n: 6000, d: 1, m: 1 }), 72_004],
      ['weights', made({ n: 1, d: 10, m: 10, replicas: 200 }), 80_000],
    ] as const;
    for (const [what, problem, size] of cases) {
      const error = (await failure(() => engine.problem(problem))) as FlatwalkError;
      expect(error.code).toBe('LIMIT');
      expect(error.message).toContain(`'${what}' needs ${size} bytes`);
      expect(error.message).toContain('maxStorageBufferBindingSize is 65536 bytes');
      expect(count.created, what).toBe(own);
    }
    // The same of what a run or a measurement needs, and the problem stays usable.
    const problem = await engine.problem(made({ n: 150, d: 80, m: 4 }));
    for (const call of [
      () => problem.jacobianGram(),
      () => problem.train({ ...settings, plan: { space: 'data' } }).finish(),
    ]) {
      const error = (await failure(call)) as FlatwalkError;
      expect(error.code).toBe('LIMIT');
      expect(error.message).toContain('needs 90000 bytes');
    }
    expect((await runOn(problem, { ...settings, plan: { space: 'weight' } })).outcome.kind).toBe('finished');
    engine.dispose();
    expect(count.created).toBe(count.destroyed);
    real.destroy();
  });

  test('with fewer storage buffers is told which kernel needs more', async () => {
    const real = await (await openTestAdapter()).requestDevice();
    const engine = await Engine.open({ device: limited(real, { maxStorageBuffersPerShaderStage: 4 }) });
    const problem = await engine.problem(data);
    expect((await problem.loss())[0]).toBeGreaterThan(0);
    const lane = { ...settings, plan: { strategy: 'lane' } } as const;
    const error = (await failure(() => problem.train(lane).finish())) as FlatwalkError;
    expect(error.code).toBe('LIMIT');
    expect(error.message).toContain("'sgd_lane' needs 8 storage buffers");
    expect(error.message).toContain('maxStorageBuffersPerShaderStage is 4');
    engine.dispose();
    real.destroy();
  });
});

describe("flatwalk's own device", () => {
  test('has the limits of its adapter, and data beyond the default ones', async () => {
    const adapter = await openTestAdapter();
    const engine = await Engine.open({ gpu: (await openNodeGpu()).gpu });
    const { maxStorageBufferBindingSize, maxBufferSize } = engine.device.limits;
    expect(maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
    expect(maxBufferSize).toBe(adapter.limits.maxBufferSize);
    // 130 MiB, all zeros but the last row.
    const n = 1_000_000;
    const inputs = new Float32Array(34 * n);
    inputs.fill(1, 34 * (n - 1));
    const labels = new Float32Array(n);
    const big = { inputs, labels, width: 1, activation: 'identity', weights: new Float32Array(34).fill(0.5) };
    if (inputs.byteLength > maxStorageBufferBindingSize) {
      expect(await failure(() => engine.problem(big))).toMatchObject({ code: 'LIMIT' });
    } else {
      const problem = await engine.problem(big);
      expect((await problem.loss())[0]).toBe(17 ** 2);
      expect(Array.from(await problem.gradient())).toEqual(new Array(34).fill(34));
    }
    engine.dispose();
  });
});

describe('plans', () => {
  const engine = openTestEngine();

  test('that cannot be carried out are refused', async () => {
    const problem = await (await engine).problem(data);
    const wrong: [Partial<TrainOptions>, string][] = [
      [{ plan: { strategy: 'tiled' } }, 'is for the full batch'],
      [{ plan: { strategy: 'group', lanes: 3 } }, 'not a power of two'],
      [{ plan: { strategy: 'group', lanes: 2 ** 20 } }, 'lanes is 1048576, but this device has at most'],
      [{ plan: { strategy: 'group', draws: 'ahead' } }, 'that keep the state in registers'],
      [{ plan: { draws: 'ahead' }, steps: 1, draws: { samples: [0], noises: [0] } }, 'cannot be made ahead'],
      [{ plan: { lanes: 0 } }, 'lanes must be a whole number of at least 1'],
      [{ plan: { strategy: 'group' }, batch: 2000 }, 'at most 1024 samples a step'],
    ];
    for (const [o, message] of wrong) expect(() => problem.train({ ...settings, ...o }), message).toThrow(message);
    problem.dispose();
  });

  test('for a full batch whose samples do not fit at once work in weight space', async () => {
    const wide = made({ n: 220, d: 120, m: 20_000 });
    const run = await runFresh(await engine, wide, { stepSize: 1e-4, batch: 'full', steps: 1 });
    expect(run.outcome.kind).toBe('finished');
    const problem = await (await engine).problem(wide);
    const plan = problem.train({ ...settings, batch: 'full' }).plan;
    expect(plan.space).toBe('weight');
    expect(plan.reason).toContain('do not fit at once');
    problem.dispose();
    const other = await (await engine).problem(wide);
    const pinned = { ...settings, batch: 'full' as const, plan: { space: 'data' as const } };
    expect(() => other.train(pinned)).toThrow('do not fit at once');
    other.dispose();
  });

  for (const strategy of ['lane', 'group'] as const) {
    test(`${strategy}: more replicas than a row of workgroups has room for`, async () => {
      const replicas = 65_540;
      const one = { inputs: [1], labels: [1], width: 1, activation: 'identity', weights: [0], replicas };
      const plan = { strategy, lanes: 1, space: 'weight' as const };
      const run = await runFresh(await engine, one, { stepSize: 0.25, steps: 1, plan });
      expect(run.weights.findIndex((w) => w !== 0.5)).toBe(-1);
    });
  }
});
