import { type Law, packSettings } from '../model/draws.ts';
import { FlatwalkError } from '../model/errors.ts';
import { type Schedule, scheduleNumbers } from '../model/schedule.ts';
import { checkLaw, count, type NumberList, real, toFloat32 } from './arrays.ts';
import { type Checkpoint, checksum } from './checkpoint.ts';
import type { MetricName, MetricOptions } from './metrics.ts';
import { type Network, RUNNING } from './network.ts';
import type { Plan, PlanWish } from './plan.ts';
import type { TunedEntry } from './plans/tuned.ts';
import type { MetricRow } from './rows.ts';
import type { Schedules } from './schedules.ts';

export interface TrainOptions {
  /** eta, one for all replicas or one for each. */
  readonly stepSize: number | NumberList;
  /** sigma, the standard deviation of the label noise, one for all replicas or one for each; 0 if not given. */
  readonly noise?: number | NumberList;
  /** How the step size changes from step to step, by a factor for all replicas; constant if not given. */
  readonly stepSizeSchedule?: Schedule;
  /** The same for the standard deviation of the label noise. */
  readonly noiseSchedule?: Schedule;
  readonly noiseLaw?: Law;
  /** Samples a step, drawn with replacement, or 'full'; 1 if not given. Their mean is taken. */
  readonly batch?: number | 'full';
  /** Whether the full batch takes the mean (as mini-batches do) or the sum of the per-sample losses. */
  readonly loss?: 'mean' | 'sum';
  readonly steps: number;
  /** Seed of the draws, one for all replicas (whose draws still differ, each being drawn for its number) or one for each. */
  readonly seed?: number | NumberList;
  readonly metrics?: readonly MetricName[];
  readonly metricOptions?: MetricOptions;
  /** Steps between two rows; a row is also given before the first step and after the last. `steps` if not given. */
  readonly every?: number;
  readonly signal?: AbortSignal;
  /** Ends the run after a row for which it gives true, or the reason in words. */
  readonly stopWhen?: (row: MetricRow) => boolean | string;
  /**
   * Milliseconds that a submission should take, 40 if not given: short enough for every watchdog. A page that draws on the same GPU
   * has its frames in time with 8. No bits depend on it.
   */
  readonly submission?: number;
  /** Pins parts of the plan. */
  readonly plan?: PlanWish;
  /**
   * Steps that the plan is to be good for; `steps` if not given. Say the whole length where a run is the first part of a
   * longer one, which goes on from a checkpoint with the same plan.
   */
  readonly plannedSteps?: number;
  /** Findings of the tuner, of any adapter and shape: where one fits, the plan rests on it instead of the model. */
  readonly tuned?: readonly TunedEntry[];
  /** Goes on from a checkpoint of the same problem and settings. */
  readonly resume?: Checkpoint;
  /** Draws to be used instead of random ones, the same for every replica: steps x batch samples and standardised noises. */
  readonly draws?: { readonly samples: NumberList; readonly noises: NumberList };
}

export interface Settings {
  readonly steps: number;
  readonly every: number;
  readonly submission: number;
  readonly batch: number;
  readonly fullBatch: boolean;
  readonly law: Law;
  readonly seed: number;
  /** What each replica has of its own: see packSettings. */
  readonly own: Uint32Array;
  readonly draws: Uint32Array | null;
  /** Of step size and noise; null where both are constant. */
  readonly schedules: Schedules | null;
  /** Checksum of what else decides the bits of a step: step sizes, noise, its law, seeds, the batch, recorded draws, schedules. */
  readonly sum: number;
}

export function readSettings(network: Network, o: TrainOptions): Settings {
  const { samples, replicas } = network;
  const steps = count('steps', o.steps, 0);
  if (steps >= RUNNING) {
    throw new FlatwalkError(
      'LIMIT',
      `A run has at most ${RUNNING - 1} steps, not ${steps}`,
      'Split it by checkpoints.',
    );
  }
  const every = count('every', o.every ?? Math.max(1, steps), 1);
  const submission = real('submission', o.submission ?? 40, 1);
  const fullBatch = o.batch === 'full';
  const batch = o.batch === 'full' ? samples : count('batch', o.batch ?? 1);
  const stepSizes = forReplicas('stepSize', o.stepSize, replicas);
  const noises = forReplicas('noise', o.noise ?? 0, replicas);
  const share = fullBatch && o.loss === 'sum' ? 1 : batch;
  if (o.loss === 'sum' && !fullBatch) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      "loss 'sum' is for the full batch only",
      "Set batch: 'full', or leave out loss.",
    );
  }
  const constant = { kind: 'constant' } as const;
  const both = [o.stepSizeSchedule ?? constant, o.noiseSchedule ?? constant] as const;
  const read = both.map((schedule, k) => scheduleNumbers(k ? 'noiseSchedule' : 'stepSizeSchedule', schedule));
  const schedules = read.every(([, warmup, , level]) => warmup < 2 && level === 1) ? null : both;
  const seeds = forReplicas('seed', o.seed ?? 0, replicas, (name, value) => count(name, value, 0));
  const own = new Uint32Array(replicas * 4);
  for (let r = 0; r < replicas; r++) {
    const factor = Math.fround((-2 * stepSizes[r]) / share);
    const [longest, loudest] = [factor, noises[r]].map((value, k) => Math.fround(value * Math.max(1, read[k][3])));
    if (!Number.isFinite(longest) || !Number.isFinite(loudest)) {
      throw new FlatwalkError(
        'NOT_FINITE',
        `A step size of ${stepSizes[r]} with noise ${noises[r]} is outside the range of f32`,
        'Take smaller ones, or schedules of a smaller final.',
      );
    }
    own.set(packSettings(factor, noises[r], seeds[r]), r * 4);
  }
  const draws = o.draws ? recordedDraws(o.draws, steps, batch, samples) : null;
  const law = checkLaw('noiseLaw', o.noiseLaw ?? 'gaussian');
  const kinds = Uint32Array.of(batch, fullBatch ? 1 : 0, law === 'gaussian' ? 0 : 1);
  const sum = checksum(own, kinds, draws ?? kinds, ...(schedules ? [new Float64Array(read.flat())] : []));
  const settings = { steps, every, submission, batch, fullBatch, law, seed: seeds[0], own, draws, schedules, sum };
  if (o.resume) checkResume(network, o.resume, settings);
  return settings;
}

function forReplicas(
  name: string,
  value: number | NumberList,
  replicas: number,
  check: (name: string, value: number) => number = (what, number) => real(what, number, 0),
): number[] {
  if (typeof value === 'number') return new Array(replicas).fill(check(name, value));
  const { values } = toFloat32(name, value);
  if (values.length !== replicas) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${name} has ${values.length} values for ${replicas} replicas`,
      'Give one for each.',
    );
  }
  return Array.from(value as ArrayLike<number>, (v) => check(name, v));
}

function recordedDraws(
  given: NonNullable<TrainOptions['draws']>,
  steps: number,
  batch: number,
  n: number,
): Uint32Array {
  const samples = toFloat32('draws.samples', given.samples).values;
  const noises = toFloat32('draws.noises', given.noises).values;
  const needed = steps * batch;
  if (samples.length !== needed || noises.length !== needed) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `draws has ${samples.length} samples and ${noises.length} noises; ${steps} steps of ${batch} need ${needed} of each`,
      'Record a sample and a noise for every position of every step.',
    );
  }
  const bits = new Uint32Array(noises.buffer);
  const words = new Uint32Array(2 * needed);
  for (let k = 0; k < needed; k++) {
    if (!Number.isInteger(samples[k]) || samples[k] < 0 || samples[k] >= n) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `draws.samples: ${samples[k]} is not one of ${n} samples`,
        'Count from 0.',
      );
    }
    words[2 * k] = samples[k];
    words[2 * k + 1] = bits[k];
  }
  return words;
}

function checkResume(network: Network, c: Checkpoint, { seed, steps, sum }: Settings): void {
  const here = checkpointShape(network);
  for (const key of Object.keys(here) as (keyof typeof here)[]) {
    if (c.shape[key] !== here[key]) {
      throw new FlatwalkError(
        'BAD_SHAPE',
        `The checkpoint is of another problem: its ${key} is ${c.shape[key]}, this one's is ${here[key]}`,
        'Resume it with the problem that it was made from.',
      );
    }
  }
  const state = stateLength(network, c.plan);
  const what =
    c.data !== network.dataSum
      ? 'its inputs, labels or second layer are others'
      : c.seed !== seed
        ? `its seed is ${c.seed}, not ${seed}`
        : c.settings !== sum
          ? 'its step size, noise, schedules, seeds, batch or draws are others'
          : c.step > steps
            ? `it is at step ${c.step} of a run of ${steps}`
            : c.state.length !== state
              ? `its state has ${c.state.length} numbers instead of ${state}`
              : null;
  if (what) {
    throw new FlatwalkError('BAD_ARGUMENT', `The checkpoint does not fit this run: ${what}`, 'Give the same settings.');
  }
}

export function checkpointShape({ samples, width, dimension, replicas, activation }: Network): Checkpoint['shape'] {
  return { samples, width, dimension, replicas, activation: activation.spec };
}

/** Numbers in the state of a run. */
export function stateLength({ replicas, width, samples, dimension }: Network, plan: Plan): number {
  return replicas * width * (plan.space === 'data' ? samples : dimension);
}
