/** Runs the command that was typed, and tells a failure in two lines. */
import { inspect } from 'node:util';
import { type Command, CommanderError } from 'commander';
import { FlatwalkError } from '../../engine/index.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { BAD_USAGE, exitCodes, INTERNAL } from './exit.ts';
import { program } from './main.ts';
import { brokenOutput, onBrokenOutput } from './output.ts';
import { printDocument } from './session.ts';
import { isVerbose } from './terminal.ts';
import { usageError } from './usage.ts';

/** Sets the exit code of the process. Never throws. */
export async function start(): Promise<void> {
  // A variable that is set to nothing is not a choice.
  if (process.env.FLATWALK_ADAPTER === '') delete process.env.FLATWALK_ADAPTER;

  onBrokenOutput(endAtOnce);

  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Whoever reads the output may have had enough of it, as `head` has; a file that it goes to may be full. */
function endAtOnce(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  process.exit(report(brokenOutput(error)));
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(error);
  if (process.env.FLATWALK_DEBUG || isVerbose()) process.stderr.write(`${inspect(error)}\n`);
  if (error instanceof FlatwalkError) {
    process.stderr.write(`flatwalk: ${error.message}\n`);
    return exitCodes[error.code];
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `flatwalk: this should not have happened: ${message}\n  Please report it, with what --verbose adds.\n`,
  );
  return INTERNAL;
}

/** Commander has printed its own message; help and version are no failures. */
function reportUsage({ exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  const words = process.argv.slice(2);
  if (words.includes('--json') || words.includes('--print-config')) {
    const known = (parent: Command, word: string) => parent.commands.find((c) => c.name() === word);
    const first = known(program, words[0]);
    const name = [first, first && known(first, words[1])].flatMap((c) => c?.name() ?? []).join(' ');
    const outcome = outcomeOf(usageError(message, `See flatwalk ${name} --help`));
    printDocument({ ...documentHead(name), outcome });
  }
  return BAD_USAGE;
}
