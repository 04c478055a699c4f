import { type ErrorCode, FlatwalkError } from '../../engine/index.ts';

/** Numbers in row-major order. A single number has the shape []. */
export interface NumberField {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** What a file has under a name. */
export type Field = NumberField | string;

/** A file as names with something behind each, which is read only when it is asked for. */
export interface Source {
  readonly file: string;
  readonly names: readonly string[];
  /** Null where the name stands for nothing. @throws what says where the value is damaged, or no array of numbers */
  readonly read: (name: string) => Field | null;
  /** How its kind of file writes an array of one column, for the sake of those who have to mend it. */
  readonly columnExample: string;
}

/** The largest number that f32 holds. */
export const F32_MAX = 3.4028234663852886e38;

/** A fault in a file: which one, what, and what to do about it. What the file says is shown, but not let loose. */
export function fault(file: string, what: string, fix: string, code: ErrorCode = 'BAD_ARGUMENT', cause?: unknown) {
  return new FlatwalkError(code, `${file}: ${oneLine(what)}`, oneLine(fix), { cause });
}

/** Line breaks and what a terminal would act upon become visible. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (one) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[one];
    return known ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The beginning of a text from a file, for messages. */
export function short(text: string): string {
  return text.length <= 60 ? text : `${[...text].slice(0, 50).join('')}...`;
}

export function shapeText(shape: readonly number[]): string {
  if (shape.length === 0) return 'a single number';
  return shape.length === 1 ? `${shape[0]} numbers in one dimension` : shape.join(' x ');
}

/** Where a number stands in an array. */
export function placeOf(index: number, shape: readonly number[]): string {
  if (shape.length === 0) return 'the value';
  if (shape.length === 1) return `index ${index}`;
  const at: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return at.length === 2 ? `row ${at[0]}, column ${at[1]}` : `[${at.join(', ')}]`;
}
