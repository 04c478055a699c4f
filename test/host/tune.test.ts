import { describe, expect, test, vi } from 'vitest';
import {
  type Choice,
  candidatesOf,
  choosePlan,
  FEWEST_SAMPLES,
  FlatwalkError,
  faultsOf,
  findTuned,
  inWords,
  keyHere,
  readTuned,
  type TunedEntry,
  type TunedStore,
} from '../../src/engine/index.ts';
import { kernelFingerprint } from '../../src/engine/plans/fingerprint.ts';
import { stepWords } from '../../src/host/cli/explain.ts';
import { tasks } from '../../src/host/tasks/index.ts';
import { type DataOptions, openSetup } from '../../src/host/tasks/setup.ts';
import { expectation } from '../../src/host/tasks/tune/check.ts';
import { measurePlans, type Subject } from '../../src/host/tasks/tune/measure.ts';
import { openTestEngine } from '../engine/support.ts';
import { tunedEntry } from '../engine/tuned.ts';
import { smallProblem } from './training.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const choice = (strategy: Choice['strategy'], lanes: number): Choice => ({
  strategy,
  space: 'data',
  lanes,
  draws: 'inside',
  tile: strategy === 'tiled' ? 'registers 4x4' : 'none',
});
const [fast, slow, wrong] = [choice('lane', 1), choice('group', 4), choice('group', 8)];

/** Plans that take the time they say; times are not asserted, only what follows from them. */
function subject(o: Partial<Subject> = {}): Subject & { readonly built: Set<Choice> } {
  const built = new Set<Choice>();
  return {
    built,
    checkSteps: 3,
    predict: () => ({ compile: 1e-4, step: 1e-6 }),
    check: async (c) => (c === wrong ? 'its weights differ' : null),
    async run(c) {
      built.add(c);
    },
    ...o,
  };
}

describe('measuring plans', () => {
  test('refuses and names those that compute something else, or cannot be built', async () => {
    const broken = choice('tiled', 64);
    const run = async (c: Choice) => {
      if (c === broken) throw new FlatwalkError('SHADER', 'does not compile', 'Report it.');
    };
    const found = await measurePlans(subject({ run }), [fast, wrong, broken, slow], { budgetMs: 60_000 });
    expect(found.measured.map((m) => m.choice)).toEqual([fast, slow]);
    expect(found.refused).toEqual([
      { choice: wrong, why: 'its weights differ' },
      { choice: broken, why: 'does not compile' },
    ]);
    for (const { step, compile, samples } of found.measured) {
      expect(step.low).toBeLessThanOrEqual(step.median);
      expect(step.median).toBeLessThanOrEqual(step.high);
      expect(step.median).toBeGreaterThan(0);
      expect(compile).toBeGreaterThanOrEqual(0);
      expect(samples).toBeGreaterThanOrEqual(FEWEST_SAMPLES);
    }
  });

  test('keeps no single looks: without time, only the plan that would be followed otherwise is timed', async () => {
    const budgetMs = 200;
    const overrun = () => new Promise((resolve) => setTimeout(resolve, 2 * budgetMs));
    const check = async (c: Choice) => {
      if (c === slow) await overrun();
      return null;
    };
    const found = await measurePlans(subject({ check }), [fast, slow], { budgetMs });
    expect(found.measured.map((m) => m.choice)).toEqual([fast]);
    expect(found.measured[0].samples).toBeGreaterThanOrEqual(FEWEST_SAMPLES);
    expect(found.skipped.map((s) => s.choice)).toEqual([slow]);
    expect(found.skipped[0].why).toMatch(/too small to time it 6 times; one look took|building and checking it would/);
  });

  test('tells the number of samples, and an interval only where there are enough', () => {
    const step = { median: 16e-6, low: 15e-6, high: 18e-6 };
    const words = (samples: number) => stepWords({ choice: fast, compile: 1, step, samples });
    expect(words(1)).toBe('16 µs (1 sample)');
    expect(words(5)).toBe('16 µs (5 samples)');
    expect(words(6)).toBe('16 µs (15 µs to 18 µs, 6 samples)');
  });

  test('leaves out what would take longer than there is time, and builds none of it', async () => {
    const long = choice('lane', 2);
    const predict = (c: Choice) => ({ compile: c === long ? 1000 : 1e-4, step: 1e-6 });
    const it = subject({ predict });
    const found = await measurePlans(it, [fast, long, slow], { budgetMs: 60_000 });
    expect(found.measured.map((m) => m.choice)).toEqual([fast, slow]);
    expect(found.skipped).toEqual([{ choice: long, why: expect.stringMatching(/^building and checking .* left$/) }]);
    expect(it.built).toEqual(new Set([fast, slow]));
    // Without the plan that would be followed otherwise, measurements could only mislead.
    await expect(measurePlans(it, [long, fast], { budgetMs: 60_000 })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining(inWords(long)),
    });
  });

  test('stops when it is told to, and when the device goes away', async () => {
    const signal = AbortSignal.abort();
    await expect(measurePlans(subject(), [fast], { budgetMs: 1000, signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    const run = async () => {
      throw new FlatwalkError('DEVICE_LOST', 'gone', '');
    };
    await expect(measurePlans(subject({ run }), [fast], { budgetMs: 1000 })).rejects.toMatchObject({
      code: 'DEVICE_LOST',
    });
  });
});

describe('entries', () => {
  test('are found by adapter, place, kernels and shape, all of them', () => {
    const entry = tunedEntry();
    const { adapter, shape } = entry;
    expect(findTuned([tunedEntry({ name: 'other' }), entry], entry)).toBe(entry);
    const foreign: Partial<TunedEntry>[] = [
      { adapter: { ...adapter, driver: '1.3' } },
      { adapter: { ...adapter, description: 'of another kind' } },
      { place: 'a browser' },
      { kernels: '00000000' },
      { shape: { ...shape, replicas: 3 } },
      { shape: { ...shape, activation: 'gelu' } },
      { shape: { ...shape, batch: 3, fullBatch: true } },
    ];
    for (const change of foreign) expect(findTuned([tunedEntry({}, change)], entry)).toBeNull();
  });

  test('survive JSON', () => {
    expect(readTuned(JSON.parse(JSON.stringify(tunedEntry())))).toEqual(tunedEntry());
  });

  test('the fingerprint of the kernels is the same each time', () => {
    expect(kernelFingerprint()).toMatch(/^[0-9a-f]{8}$/);
    expect(kernelFingerprint()).toBe(kernelFingerprint());
  });
});

const tiny: DataOptions = { ...smallProblem, width: 3 };
const silent = { emit: () => {} };
/** Long, so that machines with much else to do get through. */
const budget = 600;

describe('the tuner', async () => {
  const engine = await openTestEngine();

  test('measures plans of a problem, whose findings then decide', async () => {
    const saved: TunedEntry[] = [];
    const tuned: TunedStore = { load: async () => saved, save: async (entry) => void saved.push(entry) };
    const run = { ...tiny, steps: 50, every: 50 };
    // Of the kind that the model prefers on this adapter for the run below: findings of other plans do not decide.
    const { strategy, space } = (await tasks.train.run(engine, run, silent)).plan;
    const plan = { strategy, space };
    const options = { ...tiny, steps: 5000, plan, budget };
    const { entry, refused, explanation, against } = await tasks.tune.run(engine, options, { ...silent, tuned });
    expect(refused).toEqual([]);
    expect(against).toBe('the float64 reference after 200 steps');
    expect(entry.measured.length).toBeGreaterThan(1);
    expect(entry.measured.every(({ choice }) => choice.strategy === strategy && choice.space === space)).toBe(true);
    expect(explanation.plan).toMatchObject({ basis: 'pinned' });
    expect(saved).toEqual([entry]);
    expect(readTuned(JSON.parse(JSON.stringify(entry)))).toEqual(entry);

    // A run of the same shape follows what was found; so it does without being told, where a page keeps it.
    const followed = await tasks.train.run(engine, { ...run, tuned: [tunedEntry(), entry] }, silent);
    const { plan: chosen } = followed;
    expect(chosen.basis).toBe('tuned');
    expect(chosen.reason).toContain(`as measured here on ${entry.date.slice(0, 10)}`);
    expect(chosen).toEqual(choosePlan({ ...explanation.request, steps: 50 }, {}, entry));
    expect((await tasks.train.run(engine, run, { ...silent, tuned })).plan).toEqual(chosen);
    // Not so where the model is to decide, and of another shape.
    const none: [object, string][] = [
      [{ tuned: [] }, 'model'],
      [{ tuned: [entry], replicas: 3 }, 'model'],
    ];
    for (const [change, basis] of none) {
      const { plan: other } = await tasks.train.run(engine, { ...run, ...change }, { ...silent, tuned });
      expect(other.basis).toBe(basis);
    }
    // The bits are those of the plan, whatever it rests on.
    const { lanes, draws } = chosen;
    const pinned = await tasks.train.run(engine, { ...run, plan: { strategy, space, lanes, draws } }, silent);
    expect(pinned.weights).toEqual(followed.weights);
  });

  test('full batches too, as a sum and with several replicas, and each activation', async () => {
    const options = { ...tiny, batch: 'full', loss: 'sum', activation: 'gelu', noiseLaw: 'rademacher' } as const;
    const plan = { space: 'weight', strategy: 'tiled' } as const;
    // Every plan is checked as the tuner does; of one tile alone they are timed too.
    const setup = await openSetup(engine, options, silent.emit);
    const { problem, settings, start } = setup;
    const expected = expectation(setup);
    const { request } = problem.explain({ ...settings, steps: 100, plan });
    const choices = candidatesOf(request, plan, true).filter((one) => faultsOf(one, request, plan).length === 0);
    expect(new Set(choices.map(({ tile }) => tile)).size).toBeGreaterThan(2);
    for (const choice of choices) {
      problem.setWeights(start);
      await problem.train({ ...settings, steps: expected.steps, plan: choice }).finish();
      expect(expected.compare(await problem.weights()), inWords(choice)).toBeNull();
    }
    problem.dispose();
    const pinned = { ...plan, tile: choices[0].tile };
    const { entry, refused } = await tasks.tune.run(engine, { ...options, steps: 100, plan: pinned, budget }, silent);
    expect(refused).toEqual([]);
    expect(entry.shape).toMatchObject({ fullBatch: true, batch: 2, activation: 'gelu' });
  });

  test('tells a result that is slightly wrong from rounding, in every replica that it checks', async () => {
    const setup = await openSetup(engine, tiny, silent.emit);
    const { problem, settings } = setup;
    const expected = expectation(setup);
    await problem.train({ ...settings, steps: expected.steps }).finish();
    const right = await problem.weights();
    expect(expected.compare(right)).toBeNull();
    const moved = Math.max(...right.map((w, k) => Math.abs(w - setup.start[k])));
    for (const [at, by] of [
      [0, 0.01 * moved],
      [right.length - 1, -0.01 * moved],
      [4, Number.NaN],
    ]) {
      const wrong = right.slice();
      wrong[at] += by;
      expect(expected.compare(wrong)).toMatch(/^its weights differ by .* from the float64 reference after 200 steps; /);
    }
    // Steps of another batch, or one step less, are another computation.
    for (const change of [{ batch: 2 }, { steps: expected.steps - 1 }, { seed: 4 }]) {
      problem.setWeights(setup.start);
      await problem.train({ ...settings, steps: expected.steps, ...change }).finish();
      expect(expected.compare(await problem.weights())).not.toBeNull();
    }
    problem.dispose();
  });

  test('refuses steps that diverge, or move nothing', async () => {
    const at = (stepSize: number) => tasks.tune.run(engine, { ...tiny, stepSize, steps: 100, budget }, silent);
    await expect(at(100)).rejects.toMatchObject({ code: 'NOT_DEFINED', message: expect.stringContaining('diverges') });
    await expect(at(1e-9)).rejects.toMatchObject({ code: 'NOT_DEFINED', fix: 'Take a larger step size.' });
  });

  test('explain says what train does', async () => {
    const options = { ...tiny, steps: 50 };
    const explained = await tasks.explain.run(engine, options, silent);
    const run = await tasks.train.run(engine, { ...options, every: 50 }, silent);
    expect(explained.plan).toEqual(run.plan);
    const { place, kernels } = keyHere(engine.adapter, explained.request);
    expect(explained).toMatchObject({ place, kernels, adapter: engine.adapter });
    const { plan } = await tasks.explain.run(engine, { size: 'large', replicas: 1, steps: 10 }, silent);
    expect(plan.strategy).toBe('tiled');
  });
});
