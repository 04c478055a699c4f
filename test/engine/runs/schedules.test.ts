import { describe, expect, test, vi } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, type Schedule, type TrainOptions } from '../../../src/engine/index.ts';
import { SCHEDULED } from '../../../src/engine/schedules.ts';
import { scheduleFactor } from '../../../src/model/schedule.ts';
import { preactivations, withTheta } from '../../../src/reference/network.ts';
import { generatedDraws, type Mode, type TrainingOptions, train } from '../../../src/reference/training.ts';
import { bits, failure, made, openTestEngine, plans, reference, runFresh } from './support.ts';

// Software adapters take their time to compile, all the more while other tests run.
vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
const [m, n, d] = [4, 3, 5];
const data = made({ n, d, m, replicas: 2 });
const [STEP_SIZES, NOISES, SEED] = [[0.02, 0.01], [0.5, 1], 9];

type Schedules = Pick<TrainOptions, 'stepSizeSchedule' | 'noiseSchedule'>;
const cosine: Schedule = { kind: 'cosine', steps: 60, final: 0.1, warmup: 10 };
const decay: Schedule = { kind: 'step', every: 20, factor: 0.3, warmup: 5 };
const both: Schedules = { stepSizeSchedule: cosine, noiseSchedule: decay };

/** Every kind for the step size and for the noise, falling and rising, alone and together. */
const schedules: Readonly<Record<string, Schedules>> = {
  'cosine, and noise by steps': both,
  'by steps, and noise with a warm-up': { stepSizeSchedule: decay, noiseSchedule: { kind: 'constant', warmup: 70 } },
  'warm-up alone': { stepSizeSchedule: { kind: 'constant', warmup: 80 } },
  'noise that rises': { noiseSchedule: { kind: 'cosine', steps: 90, final: 3 } },
};

/** Lanes with their draws made ahead too. */
const ways = plans.flatMap(({ name, plan, batch }) => [
  { name, plan: { ...plan, draws: 'inside' as const }, batch },
  ...(plan.strategy === 'lane'
    ? [{ name: `${name}, draws ahead`, plan: { ...plan, draws: 'ahead' as const }, batch }]
    : []),
]);

function settings(batch: TrainOptions['batch'], more: Partial<TrainOptions> = {}): TrainOptions {
  return { stepSize: STEP_SIZES, noise: NOISES, steps: 100, seed: SEED, batch, ...more };
}

/** What the reference is told of replica r. */
function options(
  batch: TrainOptions['batch'],
  r: number,
  more: Schedules,
  steps = 100,
  firstStep = 0,
): TrainingOptions {
  const mode: Mode = batch === 'full' ? 'full-mean' : 'mini';
  const draws = generatedDraws({ mode, n, batch: 2, seed: SEED, replica: r });
  return { mode, stepSize: STEP_SIZES[r], sigma: NOISES[r], draws, steps, firstStep, ...more };
}

const problem = reference(data);

const largest = (values: Iterable<number>) => Math.max(...Array.from(values, Math.abs));

/**
 * What f32 may make of a run, to first order: of each step the roundings of the state, and of as many operations as follow each
 * other in an update, relative to the sizes of the terms that cancel in the residual. Normals have an error of 2e-6. Errors of
 * earlier steps do not grow, because the walk contracts.
 */
function tolerance(o: TrainingOptions): number {
  const ulp = 2 ** -24;
  const operations = 3 * (d + n) + m + 2e-6 / ulp + 16;
  const { firstStep = 0 } = o;
  let now = problem;
  let total = 0;
  for (let step = firstStep; step < firstStep + o.steps; step++) {
    const z = preactivations(now);
    const { phi, dphi } = now.activation;
    // No factor here is above 3, and the mean over the samples is no more than the largest.
    const terms =
      m * largest(z.map(phi)) + largest(problem.y) + 3 * o.sigma * largest(Array.from(o.draws(step).noises));
    const update = 2 * o.stepSize * terms * largest(z.map(dphi)) * largest(problem.X);
    total += ulp * (largest(now.theta) + operations * update);
    now = withTheta(problem, train(now, { ...o, firstStep: step, steps: 1 }));
  }
  return total;
}

/** The largest difference between replica r of a run and the float64 reference. */
function error(weights: Float32Array, r: number, want: Float64Array): number {
  return largest(want.map((w, k) => w - weights[r * m * d + k]));
}

describe('every kind in every strategy and space, against float64', () => {
  for (const { name, plan, batch } of ways) {
    test(name, async () => {
      for (const [what, of] of Object.entries(schedules)) {
        const { weights } = await runFresh(engine, data, settings(batch, { ...of, plan }));
        for (const r of [0, 1]) {
          const o = options(batch, r, of);
          const room = tolerance(o);
          expect(error(weights, r, train(problem, o)), `${what}, replica ${r}`).toBeLessThan(room);
          // Without the schedules it would be elsewhere by far.
          expect(error(weights, r, train(problem, options(batch, r, {}))), what).toBeGreaterThan(10 * room);
        }
      }
    });
  }
});

describe('steps above 2^24 have their own factors', () => {
  const START = 2 ** 31 - 3;
  // Within these few steps the warm-up ends, or a decay begins, or a whole wave passes.
  const late: readonly Schedules[] = [
    {
      stepSizeSchedule: { kind: 'cosine', steps: START + 12, warmup: START + 2 },
      noiseSchedule: { kind: 'constant', warmup: 2 ** 32 - 1 },
    },
    {
      stepSizeSchedule: { kind: 'step', every: 2 ** 29 + 1, factor: 0.5 },
      noiseSchedule: { kind: 'step', every: START + 7, factor: 0.1 },
    },
    { stepSizeSchedule: { kind: 'step', every: 2 ** 13, factor: 0.99999 } },
  ];
  for (const { name, plan, batch } of ways) {
    test(name, async () => {
      for (const of of late) {
        const o = settings(batch, { ...of, plan });
        const { checkpoint } = await runFresh(engine, data, { ...o, steps: 0 });
        const resume = { ...checkpoint, step: START };
        const { weights } = await runFresh(engine, data, { ...o, steps: START + 20, resume });
        for (const r of [0, 1]) {
          const wanted = options(batch, r, of, 20, START);
          const room = tolerance(wanted);
          expect(error(weights, r, train(problem, wanted))).toBeLessThan(room);
          expect(error(weights, r, train(problem, options(batch, r, {}, 20, START)))).toBeGreaterThan(10 * room);
        }
      }
    });
  }
});

describe('the factors themselves', () => {
  const START = 2 ** 31 + 12_345;
  const some: readonly Schedule[] = [
    { kind: 'constant', warmup: 2 ** 32 - 1 },
    { kind: 'cosine', steps: START + 10 },
    { kind: 'cosine', steps: START + 1000, warmup: START - 1000, final: 2 },
    // Its power here would be off by a third of a percent, had it been rounded to f32 before.
    { kind: 'step', every: 2 ** 13, factor: 0.99999 },
  ];
  const one = { inputs: [[1]], width: 1, activation: 'identity', weights: [0] };

  /** The size of the weight after one step from 0 on r = w, where the gradient is 2 (w - y + zeta). */
  async function moved(step: number, label: number, o: Partial<TrainOptions>): Promise<number> {
    const problem = { ...one, labels: [label] };
    const all: TrainOptions = { stepSize: 0.5, noiseLaw: 'rademacher', batch: 'full', steps: 0, ...o };
    const { checkpoint } = await runFresh(engine, problem, all);
    const { weights } = await runFresh(engine, problem, { ...all, steps: step + 1, resume: { ...checkpoint, step } });
    return Math.abs(weights[0]);
  }

  for (const { name, plan } of ways) {
    test(`${name}: those of float64, rounded`, async () => {
      for (const schedule of some) {
        for (const step of [0, START - 1, START, START + 9]) {
          const stepSize = await moved(step, 1, { plan, stepSizeSchedule: schedule });
          const noise = await moved(step, 0, { plan, noise: 1, noiseSchedule: schedule });
          const want = scheduleFactor(schedule, step);
          // The factor is rounded, and the numbers that it is multiplied with are powers of two.
          for (const got of [stepSize, noise]) expect(got, JSON.stringify({ schedule, step })).toBe(Math.fround(want));
        }
      }
    });
  }
});

describe('the bits do not depend on how a run is cut', () => {
  for (const { name, plan, batch } of ways) {
    test(`${name}: watched, resumed, step by step`, async () => {
      const o = settings(batch, { ...both, plan });
      const whole = await runFresh(engine, data, o);
      const watched = await runFresh(engine, data, { ...o, every: 7, metrics: ['loss', 'retractedTrace'] });
      expect(bits(watched.weights)).toEqual(bits(whole.weights));
      let resume: TrainOptions['resume'];
      for (const steps of [1, 2, 33, 34, 70, 100]) {
        const { checkpoint } = await runFresh(engine, data, { ...o, steps, resume });
        resume = decodeCheckpoint(encodeCheckpoint(checkpoint));
      }
      expect(bits(resume?.state ?? new Float32Array())).toEqual(bits(whole.checkpoint.state));
    });
  }

  test('a constant schedule gives the bits of none, and the same checkpoint', async () => {
    for (const { plan, batch } of plans) {
      const none = await runFresh(engine, data, settings(batch, { plan }));
      const stepSizeSchedule: Schedule = { kind: 'constant', warmup: 1 };
      const noiseSchedule: Schedule = { kind: 'step', every: 3, factor: 1 };
      const one = await runFresh(engine, data, settings(batch, { plan, stepSizeSchedule, noiseSchedule }));
      expect(encodeCheckpoint(one.checkpoint)).toEqual(encodeCheckpoint(none.checkpoint));
    }
  });

  test('draws ahead are those inside, longer than the factors that the device has at once', async () => {
    const steps = 3 * SCHEDULED + 100;
    const of: Schedules = { stepSizeSchedule: { kind: 'cosine', steps }, noiseSchedule: { ...decay, every: 20_000 } };
    const o = settings(2, { steps, stepSize: 1e-3, ...of });
    const run = (draws: 'inside' | 'ahead', more: Partial<TrainOptions> = {}) =>
      runFresh(engine, data, { ...o, ...more, plan: { strategy: 'lane', space: 'data', draws } });
    const inside = await run('inside');
    const ahead = await run('ahead');
    const watched = await run('ahead', { every: 250, metrics: ['loss'] });
    expect(watched.rows).toHaveLength(1 + Math.ceil(steps / 250));
    expect(bits(ahead.weights)).toEqual(bits(inside.weights));
    expect(bits(watched.weights)).toEqual(bits(inside.weights));
    let resume: TrainOptions['resume'];
    for (const end of [SCHEDULED - 1, SCHEDULED + 1, 2 * SCHEDULED, steps]) {
      resume = (await run('inside', { steps: end, resume })).checkpoint;
    }
    expect(bits(resume?.state ?? new Float32Array())).toEqual(bits(inside.checkpoint.state));
  });
});

describe('checkpoints', () => {
  test('are resumed by the same schedule however it is written, and by no other', async () => {
    const o = settings(2, { ...both, steps: 10 });
    const { checkpoint: resume } = await runFresh(engine, data, o);
    const same: Schedule = { warmup: 10, final: 0.1, steps: 60, kind: 'cosine' };
    const rest = await runFresh(engine, data, { ...o, stepSizeSchedule: same, steps: 20, resume });
    expect(rest.outcome).toEqual({ kind: 'finished', step: 20 });
    for (const other of [{ ...cosine, final: 0.2 }, { ...cosine, warmup: 9 }, undefined] as const) {
      const wrong = { ...o, stepSizeSchedule: other, steps: 20, resume };
      expect(await failure(() => runFresh(engine, data, wrong))).toMatchObject({
        code: 'BAD_ARGUMENT',
        message: expect.stringContaining('its step size, noise, schedules, seeds, batch or draws are others'),
      });
    }
    const swapped = { ...o, stepSizeSchedule: decay, noiseSchedule: cosine, steps: 20, resume };
    expect(await failure(() => runFresh(engine, data, swapped))).toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('a plan', () => {
  test('is that of the run without a schedule', async () => {
    const made = await engine.problem(data);
    const { plan, candidates } = made.explain(settings(1, { steps: 1000 }));
    const varied = made.explain(settings(1, { steps: 1000, ...both }));
    expect([varied.plan, varied.candidates]).toEqual([plan, candidates]);
    expect(made.train(settings(1, { steps: 1000, ...both })).plan).toEqual(plan);
    made.dispose();
  });
});

describe('refused at once', () => {
  const wrong: readonly (readonly [Partial<TrainOptions>, string, string])[] = [
    [{ stepSizeSchedule: { kind: 'cosine', steps: 0 } }, 'BAD_ARGUMENT', 'stepSizeSchedule has steps 0'],
    [{ stepSizeSchedule: { kind: 'step', every: 5, factor: 0 } }, 'BAD_ARGUMENT', 'stepSizeSchedule has factor 0'],
    [{ noiseSchedule: { kind: 'cosine', steps: 9, final: Number.NaN } }, 'BAD_ARGUMENT', 'noiseSchedule has final NaN'],
    [{ noiseSchedule: { kind: 'sine' } as unknown as Schedule }, 'BAD_ARGUMENT', 'its kind is sine'],
    [{ noise: 10, noiseSchedule: { kind: 'cosine', steps: 9, final: 1e38 } }, 'NOT_FINITE', 'outside the range of f32'],
    [{ stepSize: 9, stepSizeSchedule: { kind: 'cosine', steps: 9, final: 1e38 } }, 'NOT_FINITE', 'outside the range'],
  ];
  for (const [o, code, message] of wrong) {
    test(`${message}: ${JSON.stringify(o)}`, async () => {
      const made = await engine.problem(data);
      const expected = { code, message: expect.stringContaining(message) };
      expect(await failure(() => made.train(settings(2, o)))).toMatchObject(expected);
      expect(await failure(() => made.explain(settings(2, o)))).toMatchObject(expected);
      made.dispose();
    });
  }

  test('a rise that no run survives ends as a divergence, in the last finite state', async () => {
    const noiseSchedule: Schedule = { kind: 'cosine', steps: 40, final: 1e25 };
    for (const { plan, batch } of plans) {
      const { outcome, weights } = await runFresh(engine, data, settings(batch, { plan, noiseSchedule }));
      expect(outcome.kind).toBe('diverged');
      expect(weights.every(Number.isFinite)).toBe(true);
    }
  });
});
