/** From settings and data to what tasks run. */
import { FlatwalkError, type MetricName, type TunedEntry } from '../../engine/index.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { WeightsFile } from '../files/weights.ts';
import type { DataOptions, PlanOptions, Start } from '../tasks/setup.ts';
import type { TrainTaskOptions } from '../tasks/train.ts';
import type { Data } from './generate.ts';
import { formatSchedule, parseSchedule } from './schedules.ts';
import { type Given, keys, type Settings } from './table.ts';

/** 256 MiB of f32, and what the generator of the starting weights numbers. */
const MOST_WEIGHTS = 2 ** 26;

/** `weights`: where the settings name a file of them. @throws LIMIT before anything is allocated, BAD_SHAPE */
export function problemOptions(s: Settings, data: Data, weights: WeightsFile | null): DataOptions {
  const { inputs, labels, dimension } = data;
  const { width, activation, replicas, retractFirst, stepSize, noise, noiseLaw, batch, loss = 'mean', seed } = s;
  refuseSize(width, dimension, replicas);
  const training = { retractFirst, stepSize, noise, noiseLaw, batch, loss, replicas, seed };
  return {
    inputs,
    dimension,
    labels,
    width,
    activation,
    secondLayer: secondLayerOf(s, weights),
    start: startOf(s, weights),
    ...training,
  };
}

function planOptions({ steps, pin: plan }: Settings, tuned: readonly TunedEntry[]): PlanOptions {
  return { steps, plan, tuned };
}

/** How often there is a row, if nothing is said. */
function everyOf({ every, steps }: Settings): number {
  return every ?? Math.max(1, Math.ceil(steps / 100));
}

export function trainOptions(
  s: Settings,
  data: Data,
  weights: WeightsFile | null,
  tuned: readonly TunedEntry[],
): TrainTaskOptions {
  const metrics = s.metrics as MetricName[] | undefined;
  const { stopWhen, keepEvery } = s;
  const watching = { metrics, every: everyOf(s), stopWhen, keepEvery };
  return { ...problemOptions(s, data, weights), ...planOptions(s, tuned), ...schedulesOf(s), ...watching };
}

const schedules = ['stepSizeSchedule', 'noiseSchedule'] as const;

/** @throws BAD_ARGUMENT for one that does not fit the run's steps */
function schedulesOf(s: Settings): Partial<Record<(typeof schedules)[number], Schedule>> {
  const given = schedules.filter((key) => s[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, parseSchedule(key, s[key] as string, s.steps)]));
}

/** With what would otherwise follow from other settings: when rows are taken, and the ends of schedules. */
function withEnds(s: Settings): Settings {
  const texts = Object.entries(schedulesOf(s)).map(([key, schedule]) => [key, formatSchedule(schedule)]);
  return { ...s, ...Object.fromEntries(texts), every: everyOf(s) };
}

/** The settings of a run as its documents have them: with all that follows, in the order of the table. */
export function writtenSettings(s: Settings): Given {
  // Where its results are is no part of a run.
  const whole: Settings = { ...withEnds(s), out: undefined };
  return Object.fromEntries(keys.filter((key) => whole[key] !== undefined).map((key) => [key, whole[key]]));
}

function startOf({ init, initStd: std = 0, initRange: [low, high] = [] }: Settings, file: WeightsFile | null): Start {
  if (file) return { kind: 'weights', weights: file.theta };
  return init === 'gaussian' ? { kind: 'gaussian', std } : { kind: 'sign-matched', low, high };
}

/** @throws BAD_SHAPE for a list of another length */
function secondLayerOf({ secondLayer, width }: Settings, file: WeightsFile | null): readonly number[] | undefined {
  // What is said goes over what the file has.
  if (secondLayer === undefined) return file?.secondLayer && Array.from(file.secondLayer);
  if (secondLayer === 'ones') return undefined;
  if (secondLayer === 'signs') return Array.from({ length: width }, (_, j) => (j % 2 === 0 ? 1 : -1));
  if (secondLayer.length === width) return secondLayer;
  throw new FlatwalkError(
    'BAD_SHAPE',
    `The second layer has ${secondLayer.length} numbers for ${width} neurons`,
    `Give one for each neuron, or --width ${secondLayer.length}.`,
  );
}

/** Before anything is allocated. @throws LIMIT */
export function refuseSize(width: number, dimension: number, replicas: number): void {
  if (width * dimension * replicas <= MOST_WEIGHTS) return;
  const most = Math.floor(MOST_WEIGHTS / dimension / replicas);
  throw new FlatwalkError(
    'LIMIT',
    `--width ${width} with ${dimension} input columns and --replicas ${replicas} is more than ${MOST_WEIGHTS} weights`,
    most >= 1 ? `Use --width ${most} at most, or fewer replicas.` : 'Use fewer replicas.',
  );
}
