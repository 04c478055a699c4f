import { type Field, fault, type Source, short } from './fields.ts';

/** Words that other programs write for numbers that JSON does not have. */
const notNumbers = /(?<=[[,:\s])(-?Infinity|[+-]?NaN|nan)(?=[\],}\s])/g;

/**
 * An instance as JSON: an object, or one of a list of them, alone or under the key `instances`.
 * @throws BAD_ARGUMENT, saying where
 */
export function openJson(file: string, text: string, chosen?: string): Source {
  return openObject(file, choose(file, parseJson(file, text), chosen));
}

/** The names of an object, with what stands behind them. */
export function openObject(file: string, object: Entries): Source {
  return {
    file,
    names: Object.keys(object),
    columnExample: 'write [[1], [2], [3]]',
    read(name): Field | null {
      const value = object[name];
      if (value === null) return null;
      if (typeof value === 'string' && !isNotFinite(value)) return value;
      return toField(file, name, value);
    },
  };
}

/** Numbers that JSON does not have become the words 'NaN', 'Infinity', '-Infinity'. @throws BAD_ARGUMENT, saying where */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Python writes NaN and Infinity. As words they are found again where the numbers are looked at, with their place.
    try {
      return JSON.parse(text.replaceAll(notNumbers, '"$1"'));
    } catch {
      const reason = error instanceof Error ? error.message : String(error);
      const at = /position (\d+)/.exec(reason)?.[1];
      const lines = text.slice(0, Number(at)).split('\n');
      const place = at === undefined ? '' : ` (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`;
      throw fault(file, `it is no JSON: ${reason}${place}`, 'Write it with a JSON library.', 'BAD_ARGUMENT', error);
    }
  }
}

export type Entries = Record<string, unknown>;
export const isObject = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function choose(file: string, value: unknown, chosen: string | undefined): Entries {
  const list = Array.isArray(value)
    ? value
    : isObject(value) && Array.isArray(value.instances)
      ? value.instances
      : null;
  if (!list) {
    if (!isObject(value)) throw fault(file, 'it is no object', 'It must be {"activation": ..., "theta": ..., ...}.');
    if (chosen === undefined || value.id === chosen) return value;
    throw fault(file, `there is one instance, not several`, 'Leave out --instance.');
  }
  const names = list.map((one, k) => (isObject(one) && typeof one.id === 'string' ? one.id : String(k)));
  const some = names.length > 8 ? `${names.slice(0, 8).join(', ')}, ...` : names.join(', ');
  if (chosen === undefined && list.length !== 1) {
    throw fault(file, `there are ${list.length} instances in it`, `Choose one with --instance: ${some}.`);
  }
  const one = list[chosen === undefined ? 0 : names.indexOf(chosen)];
  if (!isObject(one)) throw fault(file, `there is no instance '${chosen ?? 0}'`, `There are: ${some}.`);
  return one;
}

export const isNotFinite = (value: string) => /^(-?Infinity|[+-]?NaN|nan)$/.test(value);

/** Deeper lists than any array has. */
const DEEPEST = 32;

/** @throws BAD_ARGUMENT for what is no number, BAD_SHAPE for rows of unequal length */
function toField(file: string, name: string, value: unknown): Field {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > DEEPEST) {
      throw fault(
        file,
        `${name}: its lists are nested more than ${DEEPEST} deep`,
        'Make it two-dimensional.',
        'BAD_SHAPE',
      );
    }
  }
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let count = 0;
  const visit = (part: unknown, place: readonly number[]) => {
    const where = placeText(place);
    if (place.length < shape.length) {
      if (!Array.isArray(part)) {
        throw fault(file, `${name}: ${where} is ${kindOf(part)}, not a list`, 'Make every row a list of numbers.');
      }
      if (part.length !== shape[place.length]) {
        const first = placeText(place.map(() => 0));
        const what = `${name}: ${where} has ${part.length} numbers, ${first} has ${shape[place.length]}`;
        throw fault(file, what, 'Give every row the same length.', 'BAD_SHAPE');
      }
      for (const [k, inner] of part.entries()) visit(inner, [...place, k]);
      return;
    }
    const number = typeof part === 'string' && isNotFinite(part) ? Number(part.replace('nan', 'NaN')) : part;
    if (typeof number !== 'number') {
      const fix = Array.isArray(part) ? 'Give every row the same depth.' : 'Replace it by a number.';
      throw fault(file, `${name}: ${where} is ${kindOf(part)}, not a number`, fix);
    }
    values[count++] = number;
  };
  visit(value, []);
  return { shape, values };
}

/** Counted from 0. */
function placeText(place: readonly number[]): string {
  if (place.length === 0) return 'the value';
  if (place.length === 1) return `row ${place[0]}`;
  return place.length === 2 ? `row ${place[0]}, column ${place[1]}` : `[${place.join(', ')}]`;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? `'${short(value)}'` : `${typeof value === 'object' ? 'an object' : String(value)}`;
}
