/** What is trained, and how its plan is made: the same for `run`, `explain` and `tune`. */
import { type Command, Option } from 'commander';
import { type SizeName, sizeNames } from '../../../bench/problems.ts';
import { FlatwalkError, type PlanWish, type TunedEntry } from '../../engine/index.ts';
import { recordData } from '../config/checksum.ts';
import { givenFlags, settingFlags } from '../config/flags.ts';
import { type Data, generateData } from '../config/generate.ts';
import { problemOptions, writtenSettings } from '../config/problem.ts';
import { readConfig } from '../config/read.ts';
import { resolve } from '../config/resolve.ts';
import type { Given, Settings } from '../config/table.ts';
import { withWeights } from '../config/weights.ts';
import { readBytes } from '../files/disk.ts';
import { readSamples, readWeights } from '../files/node.ts';
import { type ScaleReport, scaleSamples } from '../files/scale.ts';
import { decodeText } from '../files/text.ts';
import type { WeightsFile } from '../files/weights.ts';
import { TunedFile, tunedPath } from '../node/tuned-file.ts';
import type { DataOptions, SizeOptions } from '../tasks/setup.ts';
import { refuseFlags } from './options.ts';

/** A config file, and flags over it. */
export function configArgument(command: Command): Command {
  return command.argument('[config]', 'JSON file of settings, or a document of flatwalk run; flags go over it');
}

export const problemGroups = ['data', 'generated', 'network', 'training'] as const;

/** For commands that take one of the benchmarks' problems as well. */
export function problemFlags(command: Command): Command {
  return settingFlags(configArgument(command), problemGroups, ['stepSizeSchedule', 'noiseSchedule']).addOption(
    new Option('--size <size>', "one of the benchmarks' problems instead of data").choices(sizeNames),
  );
}

/** What a config file says. @throws BAD_ARGUMENT, with the file and the place in it */
export function readGiven(config: string): Given {
  return readConfig(config, decodeText(config, readBytes(config)));
}

/** @throws BAD_ARGUMENT, with the file and the place in it, or the flag */
export function readSettings(config: string | undefined, flags: Given): Settings {
  return resolve({ flags, file: config === undefined ? undefined : readGiven(config) });
}

interface ReadData {
  /** Whole, also where weights from a file decide a part. */
  readonly settings: Settings;
  readonly data: Data;
  readonly weights: WeightsFile | null;
  /** The settings with what was found out about the data. */
  readonly config: object;
  /** What documents say about how inputs were scaled. */
  readonly facts: { readonly scaling?: ScaleReport };
  readonly notes: readonly string[];
}

/** @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place where the fault has one */
async function readData(s: Settings, otherwise = 'Give --data and --target, or --generate.'): Promise<ReadData> {
  const { data, found, facts, notes } = readPoints(s, otherwise);
  const weights = s.weights === undefined ? null : readWeights(s.weights);
  const settings = weights ? withWeights(s, weights, data) : s;
  const layers = weights ? [weights.theta, weights.secondLayer ?? []] : [];
  const config = { ...settings, ...found, ...(await recordData(settings, data, layers)) };
  return { settings, data, weights, config, facts, notes: [...notes, ...(weights?.notes ?? [])] };
}

function readPoints(s: Settings, otherwise: string) {
  if (s.data === undefined) {
    if (s.generate === undefined) throw new FlatwalkError('BAD_ARGUMENT', 'There is no problem', otherwise);
    return { data: generateData(s), found: {}, facts: {}, notes: [] };
  }
  const read = readSamples(s.data, s);
  const { scale = 'none' } = s;
  const { samples, report } = scaleSamples(read, scale);
  const { inputNames, targetName, notes, ...data } = samples;
  const found = { inputs: inputNames, target: s.target ?? targetName };
  return { data, found, facts: scale === 'none' ? {} : { scaling: report }, notes: [...scaledWords(report), ...notes] };
}

function scaledWords({ mean, norms }: ScaleReport): string[] {
  const short = (value: number) => value.toPrecision(3);
  return [
    ...(mean
      ? [`Standardised ${mean.length} columns; their means and deviations are in the document, under scaling.`]
      : []),
    ...(norms ? [`Scaled rows of length ${short(norms.least)} to ${short(norms.most)} to length 1.`] : []),
  ];
}

export interface SizeFlags {
  readonly size?: SizeName;
}

/** What goes with a size; it decides the rest. */
const besideSize = [
  ...['size', 'replicas', 'steps', 'pin', 'plan', 'budget'],
  ...['in', 'adapter', 'json', 'quiet', 'verbose'],
];

export interface ReadProblem {
  readonly options: (DataOptions | SizeOptions) & { readonly steps: number; readonly plan?: PlanWish };
  readonly config: object;
  readonly notes: readonly string[];
  readonly basis: Settings['plan'];
}

/** A problem of data or of a size. @throws BAD_ARGUMENT where neither or both are given */
export async function readProblem(
  config: string | undefined,
  flags: SizeFlags,
  command: Command,
): Promise<ReadProblem> {
  const { size } = flags;
  const s = readSettings(config, givenFlags(flags));
  const { steps, pin, plan: basis, replicas } = s;
  if (size === undefined) {
    const read = await readData(s, 'Give --data and --target, or --generate, or --size.');
    const { settings, data, weights, config, notes } = read;
    return { options: { ...problemOptions(settings, data, weights), steps, plan: pin }, config, notes, basis };
  }
  if (config !== undefined) {
    throw new FlatwalkError('BAD_ARGUMENT', 'There are two problems', 'Give a config or --size alone.');
  }
  const others = command.options.map((option) => option.attributeName()).filter((name) => !besideSize.includes(name));
  refuseFlags(command, others, '--size decides the problem');
  return {
    options: { size, replicas, steps, plan: pin },
    config: { size, replicas, steps, pin, plan: basis },
    notes: [],
    basis,
  };
}

export async function tunedFile(): Promise<TunedFile> {
  return new TunedFile(await tunedPath(), (text) => process.stderr.write(`flatwalk: ${text}\n`));
}

/** What has been measured, if that is to decide. */
export async function loadTuned(basis: Settings['plan']): Promise<TunedEntry[]> {
  return basis === 'model' ? [] : (await tunedFile()).load();
}

/** The settings of a run once nothing but the adapter's part is open. */
export async function readRun(file: string | undefined, flags: Given) {
  const s = readSettings(file, flags);
  const { config: found, ...read } = await readData(s);
  return { ...read, config: writtenSettings(found as Settings), tuned: await loadTuned(s.plan) };
}
