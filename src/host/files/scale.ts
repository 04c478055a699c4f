/** Scaling of inputs, on request, in float64 and before they are rounded; and what rounding to float32 changes. */
import { FlatwalkError } from '../../engine/index.ts';
import { placeOf } from './fields.ts';
import type { Samples } from './samples.ts';

export const scales = ['none', 'standardise', 'unit-norm', 'both'] as const;
export type Scale = (typeof scales)[number];

/** All that it takes to scale new data the same way: x -> (x - mean) / deviation, then x -> x / |x|, as far as done. */
export interface ScaleReport {
  readonly scale: Scale;
  /** Columns, in the order of `mean` and `deviation`. */
  readonly inputs: readonly string[];
  /** Of each column; null where it was not standardised. The deviation is that of all n rows: divided by n, not n - 1. */
  readonly mean: readonly number[] | null;
  readonly deviation: readonly number[] | null;
  /** Lengths of the rows before they were divided by them; null where they were not. */
  readonly norms: { readonly least: number; readonly most: number } | null;
}

/**
 * Inputs with columns of mean 0 and deviation 1 (`standardise`), rows of length 1 (`unit-norm`), or the second after the
 * first (`both`). Labels stay as they are. The notes of the samples end with what rounding to float32 will change, where
 * that matters; so it is said once, of the numbers that are rounded.
 * @throws BAD_ARGUMENT for a constant column, by its name, and for a row of zeros, by its number
 */
export function scaleSamples(samples: Samples, scale: Scale): { samples: Samples; report: ScaleReport } {
  const inputs = Float64Array.from(samples.inputs);
  const standardised = scale === 'standardise' || scale === 'both' ? standardise(inputs, samples) : null;
  const norms = scale === 'unit-norm' || scale === 'both' ? normalise(inputs, samples, standardised !== null) : null;
  const scaled = { ...samples, inputs };
  return {
    samples: { ...scaled, notes: [...samples.notes, ...roundingNotes(scaled)] },
    report: {
      scale,
      inputs: samples.inputNames,
      mean: standardised?.mean ?? null,
      deviation: standardised?.deviation ?? null,
      norms,
    },
  };
}

/** In place. */
function standardise(inputs: Float64Array, { samples: n, dimension: d, inputNames }: Samples) {
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let k = 0; k < d; k++) {
    const name = inputNames[k];
    const { least, most } = rangeOf(inputs, k, d);
    if (least === most) {
      const why = n === 1 ? 'there is one row' : `it is ${least} in every row`;
      const fix = n === 1 ? 'Give more rows, or do not standardise.' : 'Leave it out with --inputs.';
      throw new FlatwalkError('BAD_ARGUMENT', `Column '${name}' cannot be standardised: ${why}`, fix);
    }
    // Within half the range of the middle, so that neither sum nor square overflows or loses what is small.
    const middle = least / 2 + most / 2;
    const half = most / 2 - least / 2;
    let sum = 0;
    for (let i = k; i < inputs.length; i += d) sum += (inputs[i] - middle) / half;
    const offset = sum / n;
    let squares = 0;
    for (let i = k; i < inputs.length; i += d) squares += ((inputs[i] - middle) / half - offset) ** 2;
    const spread = Math.sqrt(squares / n);
    for (let i = k; i < inputs.length; i += d) inputs[i] = ((inputs[i] - middle) / half - offset) / spread;
    mean.push(middle + half * offset);
    deviation.push(half * spread);
  }
  return { mean, deviation };
}

function rangeOf(inputs: Float64Array, column: number, d: number): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let i = column; i < inputs.length; i += d) {
    least = Math.min(least, inputs[i]);
    most = Math.max(most, inputs[i]);
  }
  return { least, most };
}

/** In place. */
function normalise(inputs: Float64Array, { samples: n, dimension: d }: Samples, standardised: boolean) {
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const row = inputs.subarray(i * d, (i + 1) * d);
    const largest = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (largest === 0) {
      const after = standardised ? ' after standardising' : '';
      const what = `Row ${i} (counted from 0) is all zeros${after}, so it has no direction`;
      throw new FlatwalkError('BAD_ARGUMENT', what, 'Remove the row, or do not scale rows to unit norm.');
    }
    const norm = largest * Math.sqrt(row.reduce((sum, value) => sum + (value / largest) ** 2, 0));
    for (let k = 0; k < d; k++) row[k] /= norm;
    least = Math.min(least, norm);
    most = Math.max(most, norm);
  }
  return { least, most };
}

/** A change of less than this share of a column's range is no more than decimals have. */
const SMALL = 1e-5;

/**
 * What matters of the rounding to float32, in which the device computes: whole numbers that change, numbers that become 0,
 * and columns whose rows lie so close beside their distance from 0 that much of what distinguishes them is lost.
 */
function roundingNotes({ inputs, labels, dimension, inputNames, targetName }: Samples): string[] {
  const columns = [...inputNames.map((name, k) => ({ name, values: column(inputs, k, dimension) }))];
  return [...columns, { name: targetName, values: labels }].flatMap(({ name, values }) => {
    const note = noteOn(values);
    return note ? [`'${name}' changes when it is rounded to float32, in which the device computes: ${note}.`] : [];
  });
}

function noteOn(values: Float64Array): string | null {
  const { least, most } = rangeOf(values, 0, 1);
  let change = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const rounded = Math.fround(value);
    if (rounded === 0 && value !== 0) return `${value} (${placeOf(i, [values.length])}) becomes 0`;
    if (Number.isSafeInteger(value) && rounded !== value) {
      return `${value} (${placeOf(i, [values.length])}) becomes ${rounded}; whole numbers are exact up to 16777216`;
    }
    if (Math.abs(rounded - value) > change) {
      change = Math.abs(rounded - value);
      at = i;
    }
  }
  const share = change / (most - least);
  if (!(most > least && share > SMALL)) return null;
  const percent = Number((100 * share).toPrecision(2));
  return `by up to ${percent} % of its range (${placeOf(at, [values.length])}). Subtract its mean, as standardising does`;
}

function column(inputs: Float64Array, k: number, d: number): Float64Array {
  return Float64Array.from({ length: inputs.length / d }, (_, i) => inputs[i * d + k]);
}
