/** Scripts by which shells complete commands, flags and their values: made from the tree of commands, with nothing to run at a key press. */
import type { Argument, Command, Option } from 'commander';
import { metricNames } from '../../engine/index.ts';
import { activationNames } from '../../model/activations.ts';
import { groupNames } from '../tasks/inspect.ts';
import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { zsh } from './completion/zsh.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What may stand in a place: one of some words, several of them with commas between, a file, or something that nobody can guess. */
export type Value =
  | { readonly kind: 'words' | 'list'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'text' };

export interface Flag {
  readonly long: string;
  readonly short?: string;
  readonly description: string;
  /** null where it takes none. */
  readonly value: Value | null;
  /** It takes all words up to the next flag. */
  readonly variadic: boolean;
}

/** A command, named by the words that lead to it; the program itself by none. */
export interface Level {
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly Flag[];
  /** What its words are that are no flags; null where it takes none. */
  readonly operand: Value | null;
}

export function completionCommand(shell: Shell, _: unknown, command: Command): void {
  process.stdout.write(completionScript(shell, command.parent as Command));
}

/** Pure. */
export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](levels(program, []));
}

function levels(command: Command, path: readonly string[]): Level[] {
  const help = command.createHelp();
  const visible = help.visibleCommands(command);
  const commands = visible.map((one) => ({ name: one.name(), description: one.description() }));
  const flags = help.visibleOptions(command).map(flagOf);
  const level = { path, commands, flags, operand: operandOf(command.registeredArguments) };
  const below = visible.map((one): Level[] => {
    if (one.name() !== 'help') return levels(one, [...path, one.name()]);
    const words = commands.map(({ name }) => name).filter((name) => name !== 'help');
    return [{ path: [...path, 'help'], commands: [], flags: [], operand: { kind: 'words', words } }];
  });
  return [level, ...below.flat()];
}

function flagOf(option: Option): Flag {
  const { long, short, description, variadic, required, optional } = option;
  return {
    long: long as string,
    short: short ?? undefined,
    description,
    value: required || optional ? valueIn(option) : null,
    variadic,
  };
}

/** Values that are known, though others may be too. */
const known: Readonly<Record<string, Value>> = {
  activation: { kind: 'words', words: activationNames },
  metrics: { kind: 'list', words: metricNames },
  only: { kind: 'list', words: groupNames },
};

const files = /<(file|folder|program)>/;

function valueIn(option: Option): Value {
  const { argChoices, flags } = option;
  if (argChoices) return { kind: 'words', words: argChoices };
  return known[option.attributeName()] ?? { kind: files.test(flags) ? 'file' : 'text' };
}

/** Words that are no flags are files, but for those that can be named. */
function operandOf([first]: readonly Argument[]): Value | null {
  if (!first) return null;
  return first.argChoices ? { kind: 'words', words: first.argChoices } : { kind: 'file' };
}
