/** Grids of settings: `stepSize=0.01,0.1` and `seed=0,1` are four cells. */
import { FlatwalkError } from '../../engine/index.ts';
import { complaint, meant } from './kinds.ts';
import { entry, type Given, type Key, keys } from './table.ts';

/** What a sweep varies, and the values that it takes. */
export interface Axis {
  readonly key: Key;
  readonly values: readonly unknown[];
}

/** One combination. Its name says which, and may be that of a folder. */
export interface Cell {
  readonly name: string;
  readonly settings: Given;
}

/** Results have a place for each cell, and what was recorded is of one run. */
const fixed: readonly string[] = ['out', 'samples', 'dimension', 'dataChecksum'];

/** From `key=value,value`; values that have commas in them are parted by `;`. @throws BAD_ARGUMENT */
export function parseAxis(text: string): Axis {
  const [name, ...rest] = text.split('=');
  const list = rest.join('=');
  const camel = name
    .trim()
    .replace(/^-+/, '')
    .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const key = keys.find((one) => one === camel && !fixed.includes(one));
  if (!key) {
    const near = meant(
      camel,
      keys.filter((one) => !fixed.includes(one)),
    );
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `There is no setting '${name}' to vary`,
      near || 'Write stepSize=0.01,0.1.',
    );
  }
  const { kind, flag } = entry(key);
  const texts = list.split(list.includes(';') ? ';' : ',').map((one) => one.trim());
  const values = texts.map((one) => {
    const value = flag?.includes(' <') ? kind.read(one) : one === 'true' ? true : one === 'false' ? false : one;
    const wrong = complaint(kind, value);
    if (!wrong) return value;
    throw new FlatwalkError('BAD_ARGUMENT', wrong.what || `${key}: there is the value '${one}'`, wrong.fix);
  });
  return { key, values };
}

/** Every combination, the last axis the quickest. @throws BAD_ARGUMENT for a setting or a value that is there twice */
export function cellsOf(axes: readonly Axis[]): Cell[] {
  let cells: Cell[] = [{ name: '', settings: {} }];
  for (const { key, values } of axes) {
    cells = cells.flatMap(({ name, settings }) =>
      values.map((value) => ({
        name: `${name}${name && ','}${key}=${wordOf(value)}`,
        settings: { ...settings, [key]: value },
      })),
    );
  }
  const twice = cells.find(({ name }, at) => cells.findIndex((cell) => cell.name === name) !== at);
  if (twice || new Set(axes.map(({ key }) => key)).size < axes.length) {
    throw new FlatwalkError('BAD_ARGUMENT', 'A setting or a value is varied twice', 'Name each once.');
  }
  return cells;
}

function wordOf(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[^\w.+-]+/g, '_');
}
