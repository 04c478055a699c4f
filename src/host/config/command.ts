/** Settings as the command that has them. */
import { entry, type Given, type Key, keys } from './table.ts';

/**
 * `flatwalk run` with the flags that say these settings, quoted for a POSIX shell; defaults and what only documents record are
 * left out. null where no flag can say one of them, as a column's name with a comma in it: a config file can.
 */
export function commandOf(settings: Given): string | null {
  const words = ['flatwalk', 'run'];
  for (const key of keys) {
    const { flag } = entry(key);
    if (flag === null || isUsual(key, settings)) continue;
    const said = flagOf(key, settings[key]);
    if (!said) return null;
    words.push(...said);
  }
  return words.map(quoted).join(' ');
}

function isUsual(key: Key, settings: Given): boolean {
  const { default: usual, unless } = entry(key);
  const value = settings[key];
  if (value === undefined) return true;
  // Beside the other one it has no default, and is what was said.
  if (unless !== undefined && unless in settings) return false;
  return same(value, usual);
}

/** The flag with its text, if that is read as the same value. */
function flagOf(key: Key, value: unknown): string[] | null {
  const { flag, kind } = entry(key);
  const [name, place] = (flag as string).split(' ');
  if (!place) return value === true ? [name] : null;
  const text = textOf(value);
  return same(kind.read(text), value) ? [name, text] : null;
}

/** A value as flags and addresses have it. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([field, part]) => `${field}=${part}`)
    .join(',');
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
