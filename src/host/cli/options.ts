/** Values of options, read from text. What is wrong becomes a usage error that names the option. */
import { type Command, InvalidArgumentError } from 'commander';
import { FlatwalkError } from '../../engine/index.ts';
import { F32_MAX } from '../files/fields.ts';

/** A whole number from `least` to `most`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || text.trim() === '') {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    if (value > most) throw new InvalidArgumentError(`It must be ${most} at most.`);
    return value;
  };
}

/** A number that f32 holds, 0 or more. */
export function size(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= F32_MAX) || text.trim() === '') {
    throw new InvalidArgumentError('It must be a number, 0 or more, within the range of f32.');
  }
  return value;
}

/** A number that f32 holds, above 0. */
export function above0(text: string): number {
  const value = size(text);
  if (value === 0) throw new InvalidArgumentError('It must be above 0.');
  return value;
}

/** A comma-separated list. */
export function list(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** Comma-separated numbers that f32 holds, 0 or more, ascending. */
export function ascending(text: string): number[] {
  const values = list(text).map(size);
  if (values.some((value, k) => k > 0 && value <= values[k - 1])) {
    throw new InvalidArgumentError('They must ascend.');
  }
  return values;
}

/** Flags, by the names of their values, that were given and do nothing. @throws BAD_ARGUMENT with the reason */
export function refuseFlags(command: Command, names: readonly string[], why: string): void {
  const idle = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (idle === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === idle)?.long;
  throw new FlatwalkError('BAD_ARGUMENT', `${why}, so ${flag} has no part in it`, 'Leave it out.');
}

/** What `read` reads; its refusal becomes a usage error that names the option. */
export function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FlatwalkError)) throw error;
    throw new InvalidArgumentError(error.message.replace('\n  ', '. '));
  }
}
