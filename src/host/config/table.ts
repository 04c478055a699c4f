/**
 * Every setting of a run: one entry each. From it come the flags of `run`, `explain` and `tune`, the check of config files,
 * docs/config.schema.json and the tables in docs/command-line.md.
 */
import { inputKinds } from '../../model/data.ts';
import { scales } from '../files/scale.ts';
import {
  above0,
  activationKind,
  choice,
  type Kind,
  metricList,
  names,
  orWord,
  pins,
  range,
  size,
  text,
  whole,
  yes,
} from './kinds.ts';
import { scheduleText, secondLayer, stopText } from './own-kinds.ts';

/** Steps are counted in 32 bits, and the last number of them means "still running". */
export const MOST_STEPS = 2 ** 32 - 2;

export const groups = {
  data: 'Data from a file',
  generated: 'Generated data',
  network: 'Network and start',
  training: 'Training',
  plan: 'Plan',
  watching: 'What is measured, and until when',
  results: 'Results',
  recorded: 'Recorded, in config files only',
} as const;
export type Group = keyof typeof groups;

export interface Setting<T> {
  /** In reports. */
  readonly label: string;
  /** `--name <value>`; null for what only config files have. */
  readonly flag: string | null;
  readonly kind: Kind<T>;
  readonly group: Group;
  readonly help: string;
  readonly unit?: string;
  readonly default?: T;
  /** What holds where it is not given, in words, where that is no fixed value. */
  readonly otherwise?: string;
  /** Where this one is given, there is no default. */
  readonly unless?: string;
  /** The setting that must be given, or have one of these values, for this one to have a part in anything. */
  readonly needs?: { readonly key: string; readonly of?: readonly unknown[] };
}

export const table = {
  data: {
    label: 'Data file',
    flag: '--data <file>',
    kind: text,
    group: 'data',
    help: '.csv or .tsv with a header line, .json, .npz, .npy or .safetensors, also packed as .gz',
  },
  target: {
    label: 'Label column',
    flag: '--target <column>',
    kind: text,
    group: 'data',
    help: 'the column with the labels; or their array, or for .npy another file',
    otherwise: 'y in .npz and JSON',
    needs: { key: 'data' },
  },
  inputs: {
    label: 'Input columns',
    flag: '--inputs <columns>',
    kind: names,
    group: 'data',
    help: 'comma-separated input columns or arrays',
    otherwise: 'all but the target; X',
    needs: { key: 'data' },
  },
  scale: {
    label: 'Scaling of the inputs',
    flag: '--scale <how>',
    kind: choice(scales),
    group: 'data',
    help: 'inputs as they are, with columns of mean 0 and deviation 1, with rows of length 1, or one after the other',
    default: 'none',
    needs: { key: 'data' },
  },
  generate: {
    label: 'Generated inputs',
    flag: '--generate <kind>',
    kind: choice(inputKinds),
    group: 'generated',
    help: 'data points instead of a file: normal entries; orthonormal; normal, of length 1; uniform in [0, 1) as in Fig. 1 of the paper',
  },
  n: {
    label: 'Samples n',
    flag: '--n <count>',
    kind: whole(1),
    group: 'generated',
    help: 'how many data points',
    default: 8,
    needs: { key: 'generate' },
  },
  d: {
    label: 'Dimension d',
    flag: '--d <count>',
    kind: whole(1),
    group: 'generated',
    help: 'their dimensions',
    default: 32,
    needs: { key: 'generate' },
  },
  labels: {
    label: 'Labels',
    flag: '--labels <kind>',
    kind: choice(['random', 'teacher']),
    group: 'generated',
    help: 'labels of random size and sign, or what a random network of the same activation says',
    default: 'random',
    needs: { key: 'generate' },
  },
  labelRange: {
    label: 'Sizes of the labels',
    flag: '--label-range <low,high>',
    kind: range,
    group: 'generated',
    help: 'sizes of random labels, drawn uniformly',
    unit: 'label',
    default: [2, 4],
    needs: { key: 'labels', of: ['random'] },
  },
  labelSigns: {
    label: 'Signs of the labels',
    flag: '--label-signs <signs>',
    kind: choice(['random', 'positive']),
    group: 'generated',
    help: 'signs of random labels; positive for activations without negative values',
    default: 'random',
    needs: { key: 'labels', of: ['random'] },
  },
  teacherWidth: {
    label: 'Neurons of the teacher',
    flag: '--teacher-width <m>',
    kind: whole(1),
    group: 'generated',
    help: 'neurons of the teacher',
    default: 1,
    needs: { key: 'labels', of: ['teacher'] },
  },
  teacherStd: {
    label: 'Pre-activations of the teacher, deviation',
    flag: '--teacher-std <std>',
    kind: above0,
    group: 'generated',
    help: "standard deviation of the teacher's pre-activations, on average over the data",
    unit: 'pre-activation',
    default: 1,
    needs: { key: 'labels', of: ['teacher'] },
  },
  dataSeed: {
    label: 'Seed of the data',
    flag: '--data-seed <seed>',
    kind: whole(0),
    group: 'generated',
    help: 'seed of data points and labels',
    default: 0,
    needs: { key: 'generate' },
  },
  weights: {
    label: 'Starting weights',
    flag: '--weights <file>',
    kind: text,
    group: 'network',
    help: 'starting weights, and their second layer if it is there, from .npz, .safetensors, .npy or .json',
  },
  width: {
    label: 'Neurons m',
    flag: '--width <m>',
    kind: whole(1),
    group: 'network',
    help: 'neurons',
    default: 16,
    unless: 'weights',
  },
  activation: {
    label: 'Activation φ',
    flag: '--activation <name>',
    kind: activationKind,
    group: 'network',
    help: 'activation, name or name:parameter',
    default: 'cubic_linear:1',
  },
  secondLayer: {
    label: 'Second layer a',
    flag: '--second-layer <a>',
    kind: secondLayer,
    group: 'network',
    help: 'the fixed second layer: ones, signs (1, -1, 1, ...), or a comma-separated list of m numbers',
    unit: 'label',
    default: 'ones',
    unless: 'weights',
  },
  init: {
    label: 'Start',
    flag: '--init <kind>',
    kind: choice(['gaussian', 'sign-matched']),
    group: 'network',
    help: 'starting weights: independent normals, or pre-activations with the signs of the labels, for the pure cubic',
    default: 'gaussian',
    unless: 'weights',
  },
  initStd: {
    label: 'Standard deviation of the starting weights',
    flag: '--init-std <std>',
    kind: size,
    group: 'network',
    help: 'standard deviation of normal starting weights',
    unit: 'weight',
    default: 0.3,
    needs: { key: 'init', of: ['gaussian'] },
  },
  initRange: {
    label: 'Sizes of the first pre-activations',
    flag: '--init-range <low,high>',
    kind: range,
    group: 'network',
    help: 'sizes of sign-matched pre-activations, drawn uniformly',
    unit: 'pre-activation',
    default: [0.3, 0.9],
    needs: { key: 'init', of: ['sign-matched'] },
  },
  retractFirst: {
    label: 'Start moved onto the zero-loss manifold',
    flag: '--retract-first',
    kind: yes,
    group: 'network',
    help: 'start on the zero-loss manifold',
    default: false,
  },
  stepSize: {
    label: 'Step size η',
    flag: '--step-size <eta>',
    kind: orWord('auto', size),
    group: 'training',
    help: "step size, or 'auto': 0.2 / the largest |grad r_i|² at the start",
    unit: 'weight²/label²',
    default: 'auto',
  },
  stepSizeSchedule: {
    label: 'Step size schedule',
    flag: '--step-size-schedule <schedule>',
    kind: scheduleText,
    group: 'training',
    help: 'factor of the step size, as in constant,warmup=500 or cosine,final=0.01,warmup=500 or step,every=10000,factor=0.5',
    otherwise: 'constant',
  },
  noise: {
    label: 'Label noise σ',
    flag: '--noise <sigma>',
    kind: size,
    group: 'training',
    help: 'standard deviation of the label noise',
    unit: 'label',
    default: 0.1,
  },
  noiseSchedule: {
    label: 'Label noise schedule',
    flag: '--noise-schedule <schedule>',
    kind: scheduleText,
    group: 'training',
    help: 'factor of the label noise, as for the step size',
    otherwise: 'constant',
  },
  noiseLaw: {
    label: 'Law of the label noise',
    flag: '--noise-law <law>',
    kind: choice(['gaussian', 'rademacher']),
    group: 'training',
    help: 'law of the label noise',
    default: 'gaussian',
  },
  batch: {
    label: 'Samples a step',
    flag: '--batch <b>',
    kind: orWord('full', whole(1)),
    group: 'training',
    help: "samples a step, or 'full'",
    default: 1,
  },
  loss: {
    label: 'Loss of the full batch',
    flag: '--loss <kind>',
    kind: choice(['mean', 'sum']),
    group: 'training',
    help: 'for the full batch: what a step goes down, of the losses of the samples',
    default: 'mean',
    needs: { key: 'batch', of: ['full'] },
  },
  steps: {
    label: 'Steps',
    flag: '--steps <count>',
    kind: whole(0, MOST_STEPS),
    group: 'training',
    help: 'steps',
    default: 100_000,
  },
  replicas: {
    label: 'Replicas',
    flag: '--replicas <count>',
    kind: whole(1),
    group: 'training',
    help: 'networks trained at once, each from its own start with its own draws',
    default: 1,
    unless: 'weights',
  },
  seed: {
    label: 'Seed',
    flag: '--seed <seed>',
    kind: whole(0),
    group: 'training',
    help: 'seed of starting weights and noise',
    default: 0,
  },
  pin: {
    label: 'Pinned parts of the plan',
    flag: '--pin <fields>',
    kind: pins,
    group: 'plan',
    help: 'pin parts of the plan, as in strategy=lane,space=data,lanes=4',
    otherwise: 'nothing',
  },
  plan: {
    label: 'Plans',
    flag: '--plan <basis>',
    kind: choice(['model', 'tuned']),
    group: 'plan',
    help: 'what the plan rests on: predictions, or what flatwalk tune has measured here',
    default: 'tuned',
  },
  metrics: {
    label: 'Metrics',
    flag: '--metrics <names>',
    kind: metricList,
    group: 'watching',
    help: 'comma-separated metrics',
    otherwise: 'those that cost little',
  },
  every: {
    label: 'Steps between two rows',
    flag: '--every <steps>',
    kind: whole(1),
    group: 'watching',
    help: 'steps between two rows',
    unit: 'steps',
    otherwise: 'a hundredth of the run',
  },
  stopWhen: {
    label: 'Stops when',
    flag: '--stop-when <rule>',
    kind: stopText,
    group: 'watching',
    help: "end after a row at which all replicas meet a rule, as in 'loss<1e-6 and stableRank<1.001'",
    otherwise: 'never',
  },
  keepEvery: {
    label: 'Steps between two kept weights',
    flag: '--keep-every <steps>',
    kind: whole(1),
    group: 'results',
    help: 'steps after which the weights are kept, again and again',
    unit: 'steps',
    otherwise: 'only the last',
  },
  out: {
    label: 'Results folder',
    flag: '--out <folder>',
    kind: text,
    group: 'results',
    help: 'results folder',
    otherwise: 'results/run-<time>',
  },
  samples: {
    label: 'Samples n',
    flag: null,
    kind: whole(1),
    group: 'recorded',
    help: 'how many data points there were: the run is refused with another number of them',
  },
  dimension: {
    label: 'Dimension d',
    flag: null,
    kind: whole(1),
    group: 'recorded',
    help: 'their dimensions',
  },
  dataChecksum: {
    label: 'Checksum of the data',
    flag: null,
    kind: text,
    group: 'recorded',
    help: 'SHA-256 of data points, labels, and weights from a file, as float32: the run is refused with others',
  },
} as const satisfies Record<string, Setting<unknown>>;

type Table = typeof table;
export type Key = keyof Table;
type Value<S> = S extends { kind: Kind<infer T> } ? T : never;
type Always = {
  [K in Key]: Table[K] extends { default: unknown } ? (Table[K] extends { needs: unknown } ? never : K) : never;
}[Key];

/** What was said, in a file or by flags. */
export type Given = { readonly [K in Key]?: Value<Table[K]> };
/** With the defaults of what has a part in the run. */
export type Settings = Given & { readonly [K in Always]-?: Value<Table[K]> };

export const keys = Object.keys(table) as Key[];
export const entry = (key: Key): Setting<unknown> => table[key] as Setting<unknown>;
