/** Grids of two settings for phase diagrams, as text: `stepSize:1e-4..1e-2:8,noise:0.1..4:8`. */
import { FlatwalkError } from '../../engine/index.ts';
import { complaint, meant } from './kinds.ts';
import { entry, type Settings } from './table.ts';

/** Settings that may be an axis. All are above zero, and their values are spaced by equal factors. */
export const gridKeys = ['stepSize', 'noise', 'width', 'n'] as const;
export type GridKey = (typeof gridKeys)[number];

/** `count` values from `low` to `high`, each the same factor above the one before. */
export interface GridAxis {
  readonly key: GridKey;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface Grid {
  /** From left to right. */
  readonly x: GridAxis;
  /** From below to above. */
  readonly y: GridAxis;
}

/** Values on an axis: more cells than that can hardly be told apart on a screen. */
export const MOST_VALUES = 16;
/** Values are rounded to so many digits, so that what is shown is what is computed. */
const DIGITS = 3;
const EXAMPLE = 'Write for instance stepSize:1e-4..1e-2:8,noise:0.1..4:8.';

/** Settings that give the network another shape: each of their values needs an ensemble of its own. */
export const isShape = (key: GridKey) => key === 'width' || key === 'n';

/** @throws BAD_ARGUMENT for what is no grid, saying what is wrong with it */
export function parseGrid(text: string): Grid {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length !== 2) throw bad(`A grid has two axes, and this has ${parts.length}`, EXAMPLE);
  const [x, y] = parts.map(parseAxisRange);
  return checkGrid({ x, y });
}

export function formatGrid({ x, y }: Grid): string {
  return [x, y].map(({ key, low, high, count }) => `${key}:${low}..${high}:${count}`).join(',');
}

/** @throws BAD_ARGUMENT */
export function checkGrid(grid: Grid): Grid {
  checkAxis(grid.x);
  checkAxis(grid.y);
  if (grid.x.key === grid.y.key) throw bad(`Both axes are ${grid.x.key}`, 'Choose two different ones.');
  return grid;
}

/** The values of an axis, rising; fewer than asked for where whole numbers between the ends are fewer. */
export function axisValues({ key, low, high, count }: GridAxis): number[] {
  const values = Array.from({ length: count }, (_, k) => {
    const value = count === 1 ? low : low * (high / low) ** (k / (count - 1));
    return isShape(key) ? Math.round(value) : Number(value.toPrecision(DIGITS));
  });
  return values.filter((value, k) => k === 0 || value > values[k - 1]);
}

/**
 * A grid that has something to show for most settings: step sizes from a hundredth of the largest stable one to beyond it, and
 * noise around what is set. `side`: values on each axis.
 */
export function suggestGrid({ noise, stepSize }: Settings, stable: number | null, side: number): Grid {
  const middle = stable ?? (typeof stepSize === 'number' && stepSize > 0 ? 5 * stepSize : 0.05);
  const strength = noise > 0 ? noise : 1;
  const short = (value: number) => Number(value.toPrecision(2));
  return {
    x: { key: 'stepSize', low: short(middle / 100), high: short(2 * middle), count: side },
    y: { key: 'noise', low: short(strength / 8), high: short(2 * strength), count: side },
  };
}

function parseAxisRange(text: string): GridAxis {
  const [, name, low, high, count] = /^(\w+):([^:]+)\.\.([^:]+):([^:]+)$/.exec(text) ?? [];
  if (count === undefined) throw bad(`'${text}' is no axis`, EXAMPLE);
  const key = gridKeys.find((one) => one === name);
  if (!key) {
    throw bad(`'${name}' cannot be an axis`, `${meant(name, gridKeys)} There are: ${gridKeys.join(', ')}.`.trim());
  }
  const numbers = [low, high, count].map((one) => (one.trim() === '' ? Number.NaN : Number(one)));
  return { key, low: numbers[0], high: numbers[1], count: numbers[2] };
}

function checkAxis(axis: GridAxis): void {
  const { key, low, high, count } = axis;
  const { label } = entry(key);
  if (!(low > 0 && low <= high && Number.isFinite(high))) {
    throw bad(`${label}: there is no range from ${low} to ${high}`, 'Take two numbers above 0, the smaller one first.');
  }
  if (!Number.isInteger(count) || count < 1 || count > MOST_VALUES) {
    throw bad(`${label}: there cannot be ${count} values`, `Take a whole number from 1 to ${MOST_VALUES}.`);
  }
  if (count > 1 && low === high) throw bad(`${label}: ${count} values from ${low} to ${high}`, 'Take another end.');
  for (const value of axisValues(axis)) {
    const wrong = complaint(entry(key).kind, value);
    if (wrong) throw bad(`${label}: ${value} is not allowed${wrong.what && `, ${wrong.what}`}`, wrong.fix);
  }
}

function bad(what: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', what, fix);
}
