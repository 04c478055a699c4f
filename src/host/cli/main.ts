#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type ErrorCode, FlatwalkError } from '../../engine/index.ts';
import { adapterWishes } from '../node/index.ts';
import { reproduceCommand } from './reproduce.ts';
import { runCommand } from './run.ts';
import { verifyCommand } from './verify.ts';
import { version } from './version.ts';
import { places } from './where.ts';

/** 0 done, 1 a check failed, then: */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  NO_WEBGPU: 3,
  NO_ADAPTER: 3,
  DEVICE_LOST: 4,
  ABORTED: 130,
};
const BAD_USAGE = 2;

// A variable that is set to nothing is not a choice.
if (process.env.FLATWALK_ADAPTER === '') delete process.env.FLATWALK_ADAPTER;

const program = new Command('flatwalk')
  .description('Label-noise SGD on two-layer networks, and the sharpness it lowers, on WebGPU.')
  .version(version)
  .exitOverride();

/** Options that every command has. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .addOption(new Option('--in <place>', 'where to compute').choices(places).default('node'))
    .addOption(
      new Option('--adapter <name>', 'which adapter to use')
        .choices(adapterWishes)
        .default('auto')
        .env('FLATWALK_ADAPTER'),
    )
    .option('--json', 'print one JSON document on stdout, and everything else on stderr', false);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '') {
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  }
  return value;
}

export function realNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || text.trim() === '') throw new InvalidArgumentError('It must be a number.');
  return value;
}

command('reproduce', "hold the paper's claims against measurements")
  .option('--quick', 'within a minute on a software adapter', false)
  .option('--out <folder>', 'results folder (default: results/reproduce-<time>)')
  .addHelpText('after', '\nExample: flatwalk reproduce --quick --out results/first')
  .action(reproduceCommand);

command('verify', 'check every kernel against the float64 reference on this adapter')
  .option('--quick', 'fewer shapes', false)
  .addHelpText('after', '\nExample: flatwalk verify --in chrome')
  .action(verifyCommand);

command('run', 'train on a CSV or TSV file')
  .requiredOption('--data <file>', 'CSV or TSV file with a header line')
  .requiredOption('--target <column>', 'the column with the labels')
  .option('--inputs <columns>', 'comma-separated input columns (default: all but the target)')
  .option('--width <m>', 'neurons', wholeNumber, 16)
  .option('--activation <name>', 'activation, name or name:parameter', 'cubic_linear:1')
  .option('--init-std <std>', 'standard deviation of the starting weights', realNumber, 0.3)
  .option('--retract-first', 'start on the zero-loss manifold', false)
  .option('--step-size <eta>', "step size, or 'auto'", (t) => (t === 'auto' ? 'auto' : realNumber(t)), 'auto')
  .option('--noise <sigma>', 'standard deviation of the label noise, in units of the label', realNumber, 0.1)
  .addOption(
    new Option('--noise-law <law>', 'law of the label noise').choices(['gaussian', 'rademacher']).default('gaussian'),
  )
  .option('--batch <b>', "samples a step, or 'full'", (t) => (t === 'full' ? 'full' : wholeNumber(t)), 1)
  .addOption(new Option('--loss <kind>', 'for the full batch').choices(['mean', 'sum']).default('mean'))
  .option('--steps <count>', 'steps', wholeNumber, 100_000)
  .option('--replicas <count>', 'networks trained at once', wholeNumber, 1)
  .option('--seed <seed>', 'seed of starting weights and noise', wholeNumber, 0)
  .option('--metrics <names>', 'comma-separated metrics (default: those that cost little)')
  .option('--every <steps>', 'steps between two rows (default: a hundredth of the run)', wholeNumber)
  .option('--out <folder>', 'results folder (default: results/run-<time>)')
  .addHelpText(
    'after',
    '\nExample: flatwalk run --data houses.csv --target price --width 32 --noise 0.5 --steps 200000',
  )
  .action(runCommand);

program.addHelpText(
  'after',
  '\nExit codes: 0 done, 1 a check failed, 2 bad usage or input, 3 no adapter, 4 device lost, 130 interrupted.',
);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has printed its own message; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
  if (error instanceof FlatwalkError) {
    process.stderr.write(`flatwalk: ${error.message}\n`);
    if (process.env.FLATWALK_DEBUG) process.stderr.write(`${error.stack}\n`);
    return exitCodes[error.code] ?? BAD_USAGE;
  }
  process.stderr.write(
    `flatwalk: this should not have happened. Please report it.\n${(error as Error)?.stack ?? error}\n`,
  );
  return 70;
}
