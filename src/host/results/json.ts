import { FlatwalkError } from '../../model/errors.ts';

/** An error as documents tell it: without its stack. */
export function failure(error: unknown): { code: string; message: string; fix: string } {
  if (!(error instanceof FlatwalkError)) return { code: 'INTERNAL', message: reason(error), fix: '' };
  const { code, message, fix } = error;
  return { code, message: message.replace(`\n  ${fix}`, ''), fix };
}

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A list of numbers over several lines; strings have no line breaks in JSON. */
const numbersOverLines = /\[\n\s*((?:-?[\d.eE+-]+,\n\s*)*-?[\d.eE+-]+)\n\s*\]/g;

/**
 * JSON has no NaN and no infinities: they become the strings 'NaN', 'Infinity', '-Infinity', which no number reads as.
 * Lists of numbers stay on one line.
 */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_, v) => {
      if (v instanceof Error) return failure(v);
      if (typeof v === 'number' && !Number.isFinite(v)) return String(v);
      return ArrayBuffer.isView(v) ? Array.from(v as Float64Array) : v;
    },
    indent,
  );
  return text.replaceAll(numbersOverLines, (_, list: string) => `[${list.replaceAll(/\n\s*/g, ' ')}]`);
}
