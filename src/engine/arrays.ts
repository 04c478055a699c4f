import type { Law } from '../model/draws.ts';
import { FlatwalkError } from '../model/errors.ts';

/** Numbers as callers have them: a typed array or view, a plain array, or rows of numbers. Converted by value. */
export type NumberList = ArrayLike<number> | ReadonlyArray<ArrayLike<number>>;

const LARGEST_F32 = 3.4028234663852886e38;

/**
 * Numbers as the f32 values that the device will hold, with the number of rows if they came as rows.
 * Rounding to f32 is by nearest; a number outside f32's range is an error, never an infinity.
 * @throws BAD_ARGUMENT for something else than numbers, BAD_SHAPE for rows of unequal length,
 *   NOT_FINITE naming the first NaN, infinity or unrepresentable number.
 */
export function toFloat32(name: string, list: NumberList): { values: Float32Array; rows: number | null } {
  if (list === null || typeof list !== 'object' || typeof (list as ArrayLike<number>).length !== 'number') {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name} must be an array of numbers, not ${typeof list}`,
      'Pass an array.',
    );
  }
  if (list.length > 0 && typeof list[0] === 'object' && list[0] !== null) {
    const rows = list as ReadonlyArray<ArrayLike<number>>;
    const columns = rows[0].length;
    const values = new Float32Array(rows.length * columns);
    for (let i = 0; i < rows.length; i++) {
      if (rows[i]?.length !== columns) {
        throw new FlatwalkError(
          'BAD_SHAPE',
          `${name}: row ${i} has ${rows[i]?.length ?? 'no'} numbers, row 0 has ${columns}`,
          'Give every row the same length.',
        );
      }
      for (let k = 0; k < columns; k++) values[i * columns + k] = one(name, rows[i][k], i, k);
    }
    return { values, rows: rows.length };
  }
  const flat = list as ArrayLike<number>;
  const values = new Float32Array(flat.length);
  for (let i = 0; i < flat.length; i++) values[i] = one(name, flat[i], i);
  return { values, rows: null };
}

function one(name: string, value: unknown, index: number, column?: number): number {
  if (typeof value === 'number' && Math.abs(value) <= LARGEST_F32) return Math.fround(value);
  const where = column === undefined ? `index ${index}` : `row ${index}, column ${column}`;
  if (typeof value !== 'number') {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name}: the value at ${where} is a ${typeof value}, not a number`,
      typeof value === 'bigint' ? 'Convert 64-bit integers to numbers first.' : 'Pass numbers.',
    );
  }
  const why = Number.isFinite(value) ? 'is outside the range of f32' : 'is not finite';
  throw new FlatwalkError('NOT_FINITE', `${name}: the value ${value} at ${where} ${why}`, 'Remove or rescale it.');
}

/** @throws BAD_ARGUMENT unless value is an integer of at least `least`. */
export function count(name: string, value: number, least = 1): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name} must be a whole number of at least ${least}, not ${value}`,
      `Set ${name} to ${least} or more.`,
    );
  }
  return value;
}

/** @throws BAD_ARGUMENT unless value is a finite number of at least `least`. */
export function real(name: string, value: number, least = -Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
    const bound = least === -Infinity ? '' : ` of at least ${least}`;
    throw new FlatwalkError('BAD_ARGUMENT', `${name} must be a finite number${bound}, not ${value}`, `Change ${name}.`);
  }
  return value;
}

/** @throws BAD_ARGUMENT unless value is a law. */
export function checkLaw(name: string, value: Law): Law {
  if (value !== 'gaussian' && value !== 'rademacher') {
    throw new FlatwalkError('BAD_ARGUMENT', `${name} is '${value}'`, "Set it to 'gaussian' or 'rademacher'.");
  }
  return value;
}
