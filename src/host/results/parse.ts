/** The files of a results folder, from text to values. Nothing here touches a file system. */
import type * as z from 'zod';
import { FlatwalkError } from '../../model/errors.ts';
import {
  featuresSchema,
  RESULTS_SCHEMA,
  rowSchema,
  type StoredFeatures,
  type StoredRow,
  type Summary,
  summarySchema,
} from './schema.ts';

/** @throws BAD_ARGUMENT where it is no summary of flatwalk's, or one of a later form */
export function parseSummary(text: string, place: string): Summary {
  const value = parseJson(text, place);
  const { schema, command } = Object(value) as Record<string, unknown>;
  if (typeof schema !== 'number' || typeof command !== 'string') {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${place} is not a summary of flatwalk: it has no ${typeof schema === 'number' ? 'command' : 'schema'}`,
      'Give a folder that flatwalk run, reproduce or flow wrote.',
    );
  }
  if (schema > RESULTS_SCHEMA) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${place} has form ${schema}; this flatwalk reads forms up to ${RESULTS_SCHEMA}`,
      'Use a later version of flatwalk.',
    );
  }
  return checked(summarySchema, value, place);
}

export function parseRow(line: string, place: string): StoredRow {
  const { run, step, time, diverged, ...values } = checked(rowSchema, parseJson(line, place), place);
  return { run, step, ...(time === undefined ? {} : { time }), values, diverged };
}

export function parseFeatures(line: string, place: string): StoredFeatures {
  const features = checked(featuresSchema, parseJson(line, place), place);
  const { values, width, samples } = features;
  if (values.length === width * samples) return features;
  throw damaged(place, `it has ${values.length} values instead of ${width} x ${samples}`);
}

/**
 * The lines of a file, each read by `parse`, which is told its place. Of a run that goes on, a last line without its end is
 * still being written, and left out. @throws BAD_ARGUMENT naming the line that is damaged
 */
export function parseLines<T>(
  bytes: Uint8Array,
  file: string,
  running: boolean,
  parse: (line: string, place: string) => T,
): T[] {
  const decoder = new TextDecoder();
  const found: T[] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const place = `${file}, line ${number}`;
    const end = bytes.indexOf(10, start);
    if (end < 0) {
      if (running) break;
      throw damaged(place, 'it is cut off');
    }
    found.push(parse(decoder.decode(bytes.subarray(start, end)), place));
    start = end + 1;
  }
  return found;
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(place, `it is no JSON (${(cause as Error).message})`);
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, place: string): z.output<S> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { path, message } = error.issues[0];
  throw damaged(place, `${path.join('.') || 'the whole'}: ${message}`);
}

function damaged(place: string, why: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `${place} is damaged: ${why}`, 'Copy it again, or repeat the run.');
}
