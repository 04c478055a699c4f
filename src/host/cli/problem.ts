/** The flags that say what is trained, and how its plan is made: the same for `run`, `explain` and `tune`. */
import { type Command, Option } from 'commander';
import { type SizeName, sizeNames } from '../../../bench/problems.ts';
import { FlatwalkError, type PlanWish, type TunedEntry } from '../../engine/index.ts';
import { readSamples } from '../files/node.ts';
import { TunedFile, tunedPath } from '../node/tuned-file.ts';
import type { DataOptions, SizeOptions } from '../tasks/setup.ts';
import { list, MOST_STEPS, orWord, pins, refuseFlags, size, whole } from './options.ts';

export interface DataFlags extends Omit<DataOptions, 'inputs' | 'labels'> {
  readonly data: string;
  readonly target: string;
  readonly inputs?: string[];
}

export interface PlanFlags {
  readonly steps: number;
  readonly pin?: PlanWish;
  readonly plan: 'model' | 'tuned';
}

export function dataFlags(command: Command, required: boolean): Command {
  const withFile = required
    ? command
        .requiredOption('--data <file>', 'CSV or TSV file with a header line')
        .requiredOption('--target <column>', 'the column with the labels')
    : command
        .option('--data <file>', 'CSV or TSV file with a header line')
        .option('--target <column>', 'the column with the labels')
        .addOption(new Option('--size <size>', "one of the benchmarks' problems instead of data").choices(sizeNames));
  return withFile
    .option('--inputs <columns>', 'comma-separated input columns (default: all but the target)', list)
    .option('--width <m>', 'neurons', whole(1), 16)
    .option('--activation <name>', 'activation, name or name:parameter', 'cubic_linear:1')
    .option('--init-std <std>', 'standard deviation of the starting weights', size, 0.3)
    .option('--retract-first', 'start on the zero-loss manifold', false)
    .option('--step-size <eta>', "step size, or 'auto'", orWord('auto', size), 'auto')
    .option('--noise <sigma>', 'standard deviation of the label noise, in units of the label', size, 0.1)
    .addOption(
      new Option('--noise-law <law>', 'law of the label noise').choices(['gaussian', 'rademacher']).default('gaussian'),
    )
    .option('--batch <b>', "samples a step, or 'full'", orWord('full', whole(1)), 1)
    .addOption(new Option('--loss <kind>', 'for the full batch').choices(['mean', 'sum']).default('mean'))
    .option('--steps <count>', 'steps', whole(0, MOST_STEPS), 100_000)
    .option('--replicas <count>', 'networks trained at once', whole(1), 1)
    .option('--seed <seed>', 'seed of starting weights and noise', whole(0), 0);
}

export function pinFlag(command: Command): Command {
  return command.option('--pin <fields>', 'pin parts of the plan, as in strategy=lane,space=data,lanes=4', pins);
}

export function planFlags(command: Command): Command {
  return pinFlag(command).addOption(
    new Option('--plan <basis>', 'what the plan rests on: predictions, or what flatwalk tune has measured here')
      .choices(['model', 'tuned'])
      .default('tuned'),
  );
}

/** 256 MiB of f32, and what the generator of the starting weights numbers. */
const MOST_WEIGHTS = 2 ** 26;

/** Samples from the file, and the settings once all are known. @throws BAD_ARGUMENT, LIMIT */
export function readData<O extends DataFlags>(o: O) {
  const { inputs, labels, inputNames, samples, dimension } = readSamples(o.data, o);
  refuseSize(o.width, dimension, o.replicas);
  const rows = Array.from({ length: samples }, (_, i) => [...inputs.subarray(i * dimension, (i + 1) * dimension)]);
  return {
    options: { ...o, inputs: rows, labels: [...labels] },
    config: { ...o, inputs: inputNames, samples, dimension },
  };
}

export type ProblemFlags = Partial<DataFlags> & SizedFlags & Omit<DataFlags, 'data' | 'target'>;
interface SizedFlags extends Pick<SizeOptions, 'replicas'> {
  readonly size?: SizeName;
}

/** What goes with a size; it decides the rest. */
const besideSize = ['size', 'replicas', 'steps', 'pin', 'plan', 'budget', 'in', 'adapter', 'json'];

/** A problem from a file or of a size. @throws BAD_ARGUMENT where neither or both are given */
export function readProblem<O extends ProblemFlags>(
  o: O,
  command: Command,
): { options: Omit<O, keyof DataFlags> & (DataOptions | SizeOptions); config: object } {
  if (o.size === undefined) {
    if (o.data === undefined || o.target === undefined) {
      throw new FlatwalkError('BAD_ARGUMENT', 'There is no problem', 'Give --data and --target, or --size.');
    }
    return readData({ ...o, data: o.data, target: o.target });
  }
  const others = command.options.map((option) => option.attributeName()).filter((name) => !besideSize.includes(name));
  refuseFlags(command, others, '--size decides the problem');
  const kept = Object.fromEntries(Object.entries(o).filter(([name]) => besideSize.includes(name)));
  return { options: kept as unknown as Omit<O, keyof DataFlags> & SizeOptions, config: kept };
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

export async function tunedFile(): Promise<TunedFile> {
  return new TunedFile(await tunedPath(), (text) => process.stderr.write(`flatwalk: ${text}\n`));
}

/** What has been measured, if that is to decide. */
export async function loadTuned(basis: PlanFlags['plan']): Promise<TunedEntry[]> {
  return basis === 'model' ? [] : (await tunedFile()).load();
}
