import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type FlatwalkError,
  planFields,
  type TrainOptions,
} from '../../../src/engine/index.ts';
import { resumeData as data, resumeSettings as settings } from './resume-run.ts';
import { bits, failure, made, openTestEngine, plans, runFresh, runOn } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

const saved = (c: Checkpoint) => decodeCheckpoint(encodeCheckpoint(c));

describe('a resumed run has the bits of an uninterrupted one', () => {
  for (const { name, plan, batch } of plans) {
    test(`${name}: through bytes, in a new problem`, async () => {
      const o: TrainOptions = { ...settings, plan, batch, noise: [0.5, 0.25] };
      const whole = await runFresh(engine, data, o);
      const half = await runFresh(engine, data, { ...o, steps: 77, every: 10 });
      const rest = await runFresh(engine, data, { ...o, resume: saved(half.checkpoint) });
      expect(rest.rows.map((row) => row.step)).toEqual([77, 200]);
      expect(bits(rest.weights)).toEqual(bits(whole.weights));
      expect(bits(rest.checkpoint.state)).toEqual(bits(whole.checkpoint.state));
    });

    test(`${name}: sixteen times one step are one time sixteen`, async () => {
      const o: TrainOptions = { ...settings, plan, batch };
      const once = await runFresh(engine, data, { ...o, steps: 16 });
      const problem = await engine.problem(data);
      let resume: Checkpoint | undefined;
      const draws = new Set<string>();
      for (let step = 1; step <= 16; step++) {
        const one = await runOn(problem, { ...o, steps: step, resume });
        resume = one.checkpoint;
        draws.add(bits(one.weights).join());
      }
      expect(draws.size).toBe(16);
      expect(bits(await problem.weights())).toEqual(bits(once.weights));
      problem.dispose();
    });
  }

  test('in a process of its own', async () => {
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules/.cache/flatwalk-resume-'));
    const program = build({
      root,
      configFile: false,
      logLevel: 'warn',
      build: { ssr: 'test/engine/runs/resume-main.ts', outDir: folder, emptyOutDir: false, minify: false },
    });
    const whole = await runFresh(engine, data, settings);
    const half = await runFresh(engine, data, { ...settings, steps: 100 });
    writeFileSync(join(folder, 'checkpoint'), encodeCheckpoint(half.checkpoint));
    await program;
    const files = [join(folder, 'checkpoint'), join(folder, 'weights')];
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'resume-main.js'), ...files]);
    expect(JSON.parse(stdout)).toEqual({ kind: 'finished', step: 200 });
    expect(new Uint8Array(readFileSync(files[1]))).toEqual(new Uint8Array(whole.weights.buffer));
  });

  test('from between two rows, while the device is ahead', async () => {
    const whole = await runFresh(engine, data, settings);
    const problem = await engine.problem(data);
    const run = problem.train({ ...settings, every: 10 });
    let taken: Checkpoint | undefined;
    for await (const row of run) if (row.step === 50) taken = await run.checkpoint();
    expect(taken?.step).toBeGreaterThanOrEqual(50);
    expect(bits(await problem.weights())).toEqual(bits(whole.weights));
    const rest = await runOn(problem, { ...settings, resume: taken });
    expect(bits(rest.weights)).toEqual(bits(whole.weights));
    problem.dispose();
  });

  for (const { name, plan, batch } of plans) {
    test(`${name}: with a replica that has diverged`, async () => {
      const o: TrainOptions = { ...settings, plan, batch, stepSize: [0.01, 3] };
      const whole = await runFresh(engine, data, o);
      const half = await runFresh(engine, data, { ...o, steps: 100 });
      const rest = await runFresh(engine, data, { ...o, resume: saved(half.checkpoint) });
      expect(whole.outcome.kind).toBe('diverged');
      expect(rest.outcome).toEqual(whole.outcome);
      expect(bits(rest.weights)).toEqual(bits(whole.weights));
    });
  }
});

describe('a checkpoint as bytes', () => {
  test('written before plans told where draws are made: every step made its own', async () => {
    const whole = await runFresh(engine, data, settings);
    const { checkpoint } = await runFresh(engine, data, { ...settings, steps: 5, plan: { draws: 'inside' } });
    const { draws: _, ...plan } = checkpoint.plan;
    const old = saved({ ...checkpoint, plan: plan as Checkpoint['plan'] });
    expect(old.plan).toEqual(checkpoint.plan);
    const rest = await runFresh(engine, data, { ...settings, resume: old });
    expect(rest.checkpoint.plan.draws).toBe('inside');
    expect(bits(rest.weights)).toEqual(bits(whole.weights));
  });

  test('comes back to the bit', async () => {
    const { checkpoint } = await runFresh(engine, data, { ...settings, steps: 5 });
    const odd = { ...checkpoint, state: Float32Array.from(checkpoint.state) };
    odd.state.set([-0, 1e-45, 3.4e38, -1.1754944e-38]);
    expect(saved(odd)).toEqual(odd);
    expect(bits(saved(odd).state)).toEqual(bits(odd.state));
    // Also from a view into a larger array.
    const bytes = encodeCheckpoint(odd);
    const larger = new Uint8Array(bytes.length + 5);
    larger.set(bytes, 3);
    expect(decodeCheckpoint(larger.subarray(3, 3 + bytes.length))).toEqual(odd);
  });

  test('is refused when truncated, lengthened or damaged anywhere', async () => {
    const { checkpoint } = await runFresh(engine, data, { ...settings, steps: 5 });
    const bytes = encodeCheckpoint(checkpoint);
    const wrong = async (changed: Uint8Array) =>
      ((await failure(() => decodeCheckpoint(changed))) as FlatwalkError).message;
    expect(await wrong(new Uint8Array())).toContain('does not begin as one');
    expect(await wrong(new TextEncoder().encode('{"version":1}'))).toContain('does not begin as one');
    expect(await wrong(bytes.subarray(0, 60))).toContain('within its head');
    expect(await wrong(bytes.subarray(0, bytes.length - 4))).toContain(`${bytes.length - 4} bytes instead of`);
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(await wrong(longer)).toContain('bytes instead of');
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 4;
      expect(await wrong(damaged), `byte ${at}`).toContain('This is not a whole flatwalk checkpoint');
    }
  });
});

describe('a checkpoint that does not fit is refused', () => {
  const cases: [string, Partial<Parameters<typeof made>[0]>, Partial<TrainOptions>, string][] = [
    ['another width', { m: 4 }, {}, 'its width is 3'],
    ['more samples', { n: 4 }, {}, 'its samples is 3'],
    ['more dimensions', { d: 5 }, {}, 'its dimension is 4'],
    ['more replicas', { replicas: 3 }, {}, 'its replicas is 2'],
    ['another activation', { activation: 'cubic' }, {}, 'its activation is cubic_linear'],
    ['other data', { seed: 2 }, {}, 'its inputs, labels or second layer are others'],
    ['another second layer', { secondLayer: [1, 1, 2] }, {}, 'its inputs, labels or second layer are others'],
    ['another seed', {}, { seed: 8 }, 'its seed is 7, not 8'],
    ['another step size', {}, { stepSize: 0.011 }, 'its step size, noise, schedules, seeds, batch or draws are others'],
    ['another noise', {}, { noise: 0.4 }, 'its step size, noise, schedules, seeds, batch or draws are others'],
    [
      'another law',
      {},
      { noiseLaw: 'rademacher' },
      'its step size, noise, schedules, seeds, batch or draws are others',
    ],
    ['another batch', {}, { batch: 2 }, 'its step size, noise, schedules, seeds, batch or draws are others'],
    ['fewer steps than done', {}, { steps: 4 }, 'it is at step 5 of a run of 4'],
  ];
  for (const [name, shape, change, message] of cases) {
    test(name, async () => {
      const { checkpoint } = await runFresh(engine, data, { ...settings, steps: 5 });
      const problem = await engine.problem(made({ n: 3, d: 4, m: 3, replicas: 2, ...shape }));
      expect(() => problem.train({ ...settings, ...change, resume: checkpoint })).toThrow(message);
      problem.dispose();
    });
  }

  test('a state of the wrong length', async () => {
    const { checkpoint } = await runFresh(engine, data, { ...settings, steps: 5 });
    const problem = await engine.problem(data);
    const resume = { ...checkpoint, state: checkpoint.state.slice(1) };
    expect(() => problem.train({ ...settings, resume })).toThrow('its state has');
    problem.dispose();
  });
});

describe('a checkpoint is of its run, or there is none', () => {
  test('not before the run, and not after the weights have changed', async () => {
    const problem = await engine.problem(data);
    const early = problem.train({ ...settings, steps: 5 });
    await expect(early.checkpoint()).rejects.toThrow('has not started');
    await early.finish();
    const before = await early.checkpoint();
    expect(before.step).toBe(5);
    problem.setWeights(data.weights);
    await expect(early.checkpoint()).rejects.toThrow('weights have changed since this run');

    const second = problem.train({ ...settings, steps: 5 });
    await second.finish();
    await problem.retract();
    await expect(second.checkpoint()).rejects.toThrow('weights have changed since this run');

    const third = problem.train({ ...settings, steps: 5 });
    await third.finish();
    await runOn(problem, { ...settings, steps: 9 });
    await expect(third.checkpoint()).rejects.toThrow('weights have changed since this run');
    problem.dispose();
  });
});

describe('the plan of a checkpoint', () => {
  test('is kept when the run goes on to another length, and its bits are those of the pinned plan', async () => {
    const half = await runFresh(engine, data, { ...settings, steps: 20 });
    const { plan } = half.checkpoint;
    expect(Object.keys(saved(half.checkpoint).plan)).toEqual([...planFields, 'basis', 'reason']);
    const problem = await engine.problem(data);
    const longer = { ...settings, plannedSteps: 2 ** 31 };
    expect(problem.train(longer).plan.strategy).not.toBe(plan.strategy);
    expect(problem.train({ ...longer, resume: saved(half.checkpoint) }).plan).toEqual(plan);
    // The length that was planned for decides, not the length of the first part.
    expect(problem.train({ ...settings, steps: 20, plannedSteps: 2 ** 31 }).plan).toEqual(problem.train(longer).plan);
    problem.dispose();
    const rest = await runFresh(engine, data, { ...longer, resume: saved(half.checkpoint) });
    const { strategy, space, lanes } = plan;
    const whole = await runFresh(engine, data, { ...settings, plan: { strategy, space, lanes } });
    expect(bits(rest.weights)).toEqual(bits(whole.weights));
  });
});
