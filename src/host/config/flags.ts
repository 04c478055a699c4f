/** The settings as flags of commands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { complaint } from './kinds.ts';
import { entry, type Given, type Group, groups, type Key, keys } from './table.ts';

/** Flags of all settings of some groups, but those left out. None has a default of its own: see `givenFlags`. */
export function settingFlags(command: Command, of: readonly Group[], leftOut: readonly Key[] = []): Command {
  for (const key of keys) {
    const { group, flag } = entry(key);
    if (flag !== null && of.includes(group) && !leftOut.includes(key)) {
      command.addOption(
        settingOption(key, { help: `${entry(key).help}${remarks(key)}` }).helpGroup(`${groups[group]}:`),
      );
    }
  }
  return command;
}

/** The flag of a setting, for commands in which it has a default or a meaning of its own. */
export function settingOption(key: Key, own: { readonly help?: string; readonly default?: unknown } = {}): Option {
  const { flag, kind, help } = entry(key);
  const option = new Option(flag as string, own.help ?? help);
  if (own.default !== undefined) option.default(own.default);
  if (!/ <.*>$/.test(flag as string)) return option;
  // For help and completion; what is refused is the schema's to say.
  if (kind.schema instanceof z.ZodEnum) option.argChoices = kind.schema.options.map(String);
  return option.argParser((text: string) => {
    const value = kind.read(text);
    const wrong = complaint(kind, value);
    if (wrong) throw new InvalidArgumentError([wrong.what && `${wrong.what}.`, wrong.fix].filter(Boolean).join(' '));
    return value;
  });
}

/** What was said by flags, of the settings alone. */
export function givenFlags(options: object): Given {
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => (keys as readonly string[]).includes(name) && value !== undefined,
    ),
  );
}

/** Every setting of a group, for the tables of the documentation. */
export function keysOf(group: Group): Key[] {
  return keys.filter((key) => entry(key).group === group);
}

/** The default in words, '' where there is none. */
export function defaultOf(key: Key): string {
  const { default: value, otherwise } = entry(key);
  if (value === undefined) return otherwise ?? '';
  return value === false ? '' : Array.isArray(value) ? value.join(',') : String(value);
}

/** What stands behind the help of a flag: its unit and its default. */
function remarks(key: Key): string {
  const { unit } = entry(key);
  const usual = defaultOf(key);
  const words = [unit && `unit: ${unit}`, usual && `default: ${usual}`].filter(Boolean);
  return words.length === 0 ? '' : ` (${words.join('; ')})`;
}
