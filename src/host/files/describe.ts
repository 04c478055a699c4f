/** What a person should know of data before a network is trained on them: sizes, ranges, rank, and what contradicts itself. */
// Not by the engine's index, whose size is held: what reads data needs nothing else of it.
import { symmetricEigenvalues } from '../../engine/eigenvalues.ts';
import type { Samples } from './samples.ts';

export interface DataSummary {
  /** n. */
  readonly samples: number;
  /** d. */
  readonly dimension: number;
  readonly labels: Spread;
  /** How many labels there are in each of equal parts of their range. */
  readonly histogram: readonly number[];
  /** Of the inputs as they are trained on. */
  readonly inputs: Spread;
  /** Least and greatest length of a row of X. */
  readonly lengths: { readonly least: number; readonly most: number };
  /** Columns that have one value in all rows. */
  readonly constant: readonly string[];
  /** Rows of zeros, which no weights can lead anywhere, counted from 0. */
  readonly zeroRows: readonly number[];
  /** Rows that have the same inputs in float32 and different labels, so that no network fits both; the first few. */
  readonly conflicts: readonly Conflict[];
  readonly conflictCount: number;
  readonly spectrum: Spectrum | { readonly notComputed: string };
}

export interface Spread {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
}

/** Two rows, counted from 0. */
interface Conflict {
  readonly row: number;
  readonly as: number;
}

interface Spectrum {
  readonly rank: number;
  /** Of X: greatest over least singular value; Infinity where its rank is less than n and d. */
  readonly condition: number;
  /** Of X X^T, n x n; Infinity where the rows are dependent. */
  readonly gramCondition: number;
  /** Whether the rows of X are linearly independent. */
  readonly independent: boolean;
}

/** Eigenvalues of a larger matrix would let a person wait. */
const LARGEST_GRAM = 512;
/** Multiplications, half a second or so. */
const MOST_WORK = 1e9;
const MOST_SHOWN = 3;
const BINS = 24;

/** Of data as they are trained on, scaled already; `raw` are those before. Everything is computed in float64. */
export function describeSamples(samples: Samples, raw: Samples = samples): DataSummary {
  const { samples: n, dimension: d, inputs, labels, inputNames } = samples;
  const { lengths, zeroRows } = rowsOf(samples);
  const { conflicts, count } = conflictsOf(samples);
  return {
    samples: n,
    dimension: d,
    labels: spreadOf(labels),
    histogram: histogramOf(labels),
    inputs: spreadOf(inputs),
    lengths,
    constant: n > 1 ? inputNames.filter((_, k) => isConstant(raw.inputs, k, d)) : [],
    zeroRows,
    conflicts,
    conflictCount: count,
    spectrum: spectrumOf(inputs, n, d),
  };
}

function spreadOf(values: Float64Array): Spread {
  let [least, most, mean] = [Infinity, -Infinity, 0];
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    least = Math.min(least, value);
    most = Math.max(most, value);
    // A running mean stays within the range, where a sum might not.
    mean += (value - mean) / (k + 1);
  }
  return { least, most, mean };
}

function histogramOf(values: Float64Array): number[] {
  const { least, most } = spreadOf(values);
  const bins = Array.from({ length: BINS }, () => 0);
  if (least === most) return [values.length];
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((BINS * (value - least)) / (most - least)))]++;
  return bins;
}

function rowsOf({ inputs, samples: n, dimension: d }: Samples) {
  const zeroRows: number[] = [];
  let [least, most] = [Infinity, 0];
  for (let i = 0; i < n; i++) {
    const row = inputs.subarray(i * d, (i + 1) * d);
    const largest = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (largest === 0) zeroRows.push(i);
    const length = largest === 0 ? 0 : largest * Math.sqrt(row.reduce((sum, x) => sum + (x / largest) ** 2, 0));
    least = Math.min(least, length);
    most = Math.max(most, length);
  }
  return { lengths: { least, most }, zeroRows };
}

function isConstant(inputs: Float64Array, column: number, d: number): boolean {
  for (let i = column + d; i < inputs.length; i += d) if (inputs[i] !== inputs[column]) return false;
  return true;
}

/** Every row beside the first one that has its inputs. */
function conflictsOf({ inputs, labels, samples: n, dimension: d }: Samples) {
  const rounded = Float32Array.from(inputs);
  const words = new Uint32Array(rounded.buffer);
  const byHash = new Map<number, number[]>();
  const conflicts: Conflict[] = [];
  let count = 0;
  for (let i = 0; i < n; i++) {
    let hash = 0x811c9dc5;
    // -0 and 0 are the same input.
    for (let k = i * d; k < (i + 1) * d; k++) hash = Math.imul(hash ^ (rounded[k] === 0 ? 0 : words[k]), 0x01000193);
    const known = byHash.get(hash);
    const first = known?.find((j) => sameRow(rounded, i, j, d));
    if (first === undefined) byHash.set(hash, [...(known ?? []), i]);
    else if (Math.fround(labels[first]) !== Math.fround(labels[i])) {
      if (count++ < MOST_SHOWN) conflicts.push({ row: i, as: first });
    }
  }
  return { conflicts, count };
}

function sameRow(values: Float32Array, i: number, j: number, d: number): boolean {
  for (let k = 0; k < d; k++) if (values[i * d + k] !== values[j * d + k]) return false;
  return true;
}

/** By the eigenvalues of the smaller of X X^T and X^T X. */
function spectrumOf(inputs: Float64Array, n: number, d: number): DataSummary['spectrum'] {
  const wide = n <= d;
  const [size, length] = wide ? [n, d] : [d, n];
  if (size > LARGEST_GRAM) {
    return { notComputed: `not computed: the smaller of n and d is ${size}, and up to ${LARGEST_GRAM} it is` };
  }
  if ((size * (size + 1) * length) / 2 > MOST_WORK) {
    return { notComputed: `not computed: ${n} x ${d} numbers would take long` };
  }
  const values = symmetricEigenvalues(gramOf(inputs, n, d), size);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  // What rounding alone leaves of a 0.
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const nothing = most * Math.max(n, d) * Number.EPSILON;
  const rank = values.reduce((count, value) => count + (value > nothing ? 1 : 0), 0);
  const ratio = rank === size ? most / least : Infinity;
  return {
    rank,
    condition: Math.sqrt(ratio),
    gramCondition: wide ? ratio : Infinity,
    independent: rank === n,
  };
}

/** Of inputs over their largest, so that no product overflows. */
function gramOf(inputs: Float64Array, n: number, d: number): Float64Array {
  const wide = n <= d;
  const [size, length] = wide ? [n, d] : [d, n];
  const largest = inputs.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const rows = new Float64Array(size * length);
  for (let i = 0, at = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      rows[wide ? at : k * n + i] = inputs[at] / largest;
      at++;
    }
  }
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let a = i * length, b = j * length, end = a + length; a < end; a++, b++) sum += rows[a] * rows[b];
      gram[i * size + j] = sum;
      gram[j * size + i] = sum;
    }
  }
  return gram;
}
