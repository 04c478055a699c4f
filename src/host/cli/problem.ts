/** What is trained, and how its plan is made: the same for `run`, `explain` and `tune`. */
import { type Command, Option } from 'commander';
import { type SizeName, sizeNames } from '../../../bench/problems.ts';
import { FlatwalkError, type PlanWish, type TunedEntry } from '../../engine/index.ts';
import { givenFlags, settingFlags } from '../config/flags.ts';
import { problemOptions, writtenSettings } from '../config/problem.ts';
import { readConfig } from '../config/read.ts';
import { resolve } from '../config/resolve.ts';
import type { Given, Settings } from '../config/table.ts';
import { type Files, type WholeData, wholeData } from '../config/whole.ts';
import { readBytes } from '../files/disk.ts';
import { readSamples, readWeights } from '../files/node.ts';
import { decodeText } from '../files/text.ts';
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

const readFiles: Files = { samples: readSamples, weights: readWeights };

/** @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place where the fault has one */
function readData(s: Settings, otherwise = 'Give --data and --target, or --generate.'): Promise<WholeData> {
  return wholeData(s, readFiles, otherwise);
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
