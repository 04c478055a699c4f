/** Kinds of values that settings may have: as JSON, as the text of a flag, and in words for whoever gave another. */

import { z } from 'zod';
import { FlatwalkError, type PlanWish, planFields } from '../../engine/index.ts';
import { activation, activationNames } from '../../model/activations.ts';
import { F32_MAX } from '../files/fields.ts';
import { didYouMean } from '../files/similar.ts';
import { checkMetricName } from './stop.ts';

export interface Kind<T> {
  /** Of the value as JSON. */
  readonly schema: z.ZodType<T>;
  /** The JSON value that the text of a flag stands for; what is wrong with it is the schema's to say. */
  readonly read: (text: string) => unknown;
  /** What it must be: "a whole number, 1 or more". */
  readonly allowed: string;
  /** What may have been meant by a value that is refused, a sentence; '' where that cannot be told. */
  readonly hint?: (value: unknown) => string;
}

/** Text that is a number becomes one; other text stays, for the schema to refuse. */
const toNumber = (text: string): unknown => {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
};

const items = (text: string): string[] => text.split(',').map((item) => item.trim());

/** A whole number from `least` to `most`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const end = most === Number.MAX_SAFE_INTEGER ? '' : `, ${most} at most`;
  return {
    schema: z.int().min(least).max(most),
    read: toNumber,
    allowed: `a whole number, ${least} or more${end}`,
    // JSON has rounded it, and another number would be meant.
    hint: (value) => (end === '' && typeof value === 'number' && value > most ? `The most is ${most}.` : ''),
  };
}

/** A number that f32 holds, 0 or more. */
export const size: Kind<number> = {
  schema: z.number().min(0).max(F32_MAX),
  read: toNumber,
  allowed: 'a number, 0 or more, within the range of f32',
};

/** A number that f32 holds, above 0. */
export const above0: Kind<number> = {
  schema: z.number().gt(0).max(F32_MAX),
  read: toNumber,
  allowed: 'a number above 0, within the range of f32',
};

/** Two sizes, the first not the larger. */
export const range: Kind<number[]> = {
  schema: z
    .array(z.number().min(0).max(F32_MAX))
    .length(2)
    .refine(([low, high]) => low <= high),
  read: (text) => items(text).map(toNumber),
  allowed: 'two numbers low,high with 0 <= low <= high',
};

export function orWord<T, Word extends string>(word: Word, kind: Kind<T>): Kind<T | Word> {
  return {
    schema: z.union([z.literal(word), kind.schema]),
    read: (text) => (text === word ? word : kind.read(text)),
    allowed: `${kind.allowed}, or '${word}'`,
  };
}

export function choice<const Words extends readonly [string, ...string[]]>(words: Words): Kind<Words[number]> {
  return {
    schema: z.enum(words),
    read: (text) => text,
    allowed: `one of ${words.join(', ')}`,
    hint: (value) => meant(value, words),
  };
}

export const yes: Kind<boolean> = { schema: z.boolean(), read: () => true, allowed: 'true or false' };

export const text: Kind<string> = { schema: z.string().min(1), read: (given) => given, allowed: 'a text' };

export const names: Kind<string[]> = {
  schema: z.array(z.string().min(1)).min(1),
  read: items,
  allowed: 'a list of names',
};

export const activationKind: Kind<string> = {
  schema: z.string().superRefine(explained((spec) => activation(spec))),
  read: (given) => given,
  allowed: 'an activation, name or name:parameter',
  hint: (value) => meant(typeof value === 'string' ? value.split(':')[0] : value, activationNames),
};

export const metricList: Kind<string[]> = {
  schema: z
    .array(z.string())
    .min(1)
    .superRefine(explained((list) => list.forEach(checkMetricName))),
  read: items,
  allowed: 'a list of metrics',
};

/** Parts of a plan: `field=value`, comma-separated, as text. What the values may be is the engine's to say. */
export const pins: Kind<PlanWish> = {
  schema: z.partialRecord(z.enum(planFields), z.union([z.string(), z.int().min(1)])) as z.ZodType<PlanWish>,
  read(given) {
    const pairs = items(given).map((pair) => pair.split('=').map((part) => part.trim()));
    if (pairs.some((pair) => pair.length !== 2 || pair.includes(''))) return given;
    return Object.fromEntries(pairs.map(([field, value]) => [field, /^\d+$/.test(value) ? Number(value) : value]));
  },
  allowed: `like strategy=lane,space=data; the fields are ${planFields.join(', ')}`,
};

/** A question after the names that were meant, or ''. */
export function meant(value: unknown, words: readonly string[]): string {
  return typeof value === 'string' && value !== '' ? didYouMean(value, words).trim() : '';
}

/** A check by the code that will use the value, whose words are the message. */
export function explained<T>(use: (value: T) => unknown): (value: T, context: z.RefinementCtx) => void {
  return (value, context) => {
    try {
      use(value);
    } catch (error) {
      if (!(error instanceof FlatwalkError)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { fix: error.fix } });
    }
  };
}

/** What is wrong with a value, in two sentences at most, and what to do; null if nothing is. */
export function complaint<T>(kind: Kind<T>, value: unknown): { readonly what: string; readonly fix: string } | null {
  const { success, error } = kind.schema.safeParse(value);
  // A record passes with that name in it, which is no field of anything.
  if (success && !(typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'))) return null;
  const hint = kind.hint?.(value) ?? '';
  for (const issue of error?.issues ?? []) {
    const fix: unknown = issue.code === 'custom' ? issue.params?.fix : undefined;
    if (typeof fix !== 'string') continue;
    const [what] = issue.message.split('\n');
    return { what: what.replace(/\.$/, ''), fix: hint || fix };
  }
  return { what: '', fix: `It must be ${kind.allowed}.${hint && ` ${hint}`}` };
}
