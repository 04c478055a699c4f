/**
 * Values on their way through the wall between Node and a page, as text. JSON, and beyond it: numbers that are not finite,
 * minus zero, typed arrays (which become plain ones) and errors. Each is an object with one key that begins with `$`;
 * keys of the values themselves that begin with it are given a second.
 */

import type { AdapterDescription } from '../../engine/index.ts';
import { type ErrorCode, errorCodes, FlatwalkError } from '../../model/errors.ts';
import type { TaskEvent } from '../tasks/task.ts';

/** What the page tells while it runs a task; the last is `done` or `failed`. */
export type Message =
  | { readonly kind: 'opened'; readonly adapter: AdapterDescription }
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

export const encode = (value: unknown): string => JSON.stringify(toPlain(value));
export const decode = (text: string): unknown => fromPlain(JSON.parse(text));

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

function toPlain(value: unknown): Plain {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      if (value === null) return null;
      if (value instanceof Error) return { $error: toPlain(describeError(value)) };
      if (Array.isArray(value)) return value.map(toPlain);
      if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
        return Array.from(value as unknown as ArrayLike<number>, toPlain);
      }
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, v]) => v !== undefined)
          .map(([key, v]) => [key.startsWith('$') ? `$${key}` : key, toPlain(v)]),
      );
    case 'undefined':
      return null;
    default:
      throw new TypeError(`a ${typeof value} cannot leave the page`);
  }
}

function fromPlain(value: Plain): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  if ('$number' in value) return Number(value.$number);
  if ('$error' in value) return reviveError(fromPlain(value.$error) as ErrorDescription);
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [key.startsWith('$') ? key.slice(1) : key, fromPlain(v)]),
  );
}

interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Empty unless it is a FlatwalkError. */
  readonly code: ErrorCode | '';
  readonly fix: string;
  readonly cause?: unknown;
}

function describeError(error: Error): ErrorDescription {
  const { name, message, stack = '', cause } = error;
  const isOurs = error instanceof FlatwalkError;
  const fix = isOurs ? error.fix : '';
  return {
    name,
    // The constructor writes the fix below the message, and will do so again.
    message: fix && message.endsWith(`\n  ${fix}`) ? message.slice(0, -fix.length - 3) : message,
    stack,
    code: isOurs ? error.code : '',
    fix,
    ...(cause instanceof Error ? { cause } : {}),
  };
}

function reviveError({ name, message, stack, code, fix, cause }: ErrorDescription): Error {
  const options = cause === undefined ? undefined : { cause };
  const known = errorCodes.find((c) => c === code);
  const error = known ? new FlatwalkError(known, message, fix, options) : new Error(message, options);
  if (error.name !== name) error.name = name;
  // Where it happened is in the page.
  if (stack) error.stack = stack;
  return error;
}
