import { type Eigensystem, symmetricEigenEntries, symmetricEigensystem } from '../../eigenvalues.ts';
import { BASIS_RECORD } from './kernels.ts';

/** What the device has said of bases that grow slot by slot: see shaders/geometry/basis_decide.wgsl. */
export interface BasisRecords {
  readonly vectors: number;
  readonly stride: number;
  /** Slots that are done. */
  readonly done: number;
  /** slots x vectors x stride: row k has what the product of the vector in slot k - 1 had of slots 0 ... k - 1. */
  readonly projected: Float32Array;
  /** slots x vectors x 2: the length of what was left for slot k, and whether the slot is empty. */
  readonly records: Float32Array;
}

/** A stretch of a basis that a random vector began. */
export interface Stretch {
  /** Basis vectors, those of earlier stretches not counted. */
  readonly length: number;
  /** Whether it ended by itself: the space is invariant up to rounding. */
  readonly invariant: boolean;
}

/** The matrix A on the space of a basis: B = b_i^T A b_k, k x k, in float64. */
export interface Projection {
  readonly size: number;
  readonly matrix: Float64Array;
  /** Where the basis vectors are. */
  readonly slots: readonly number[];
  /** Where the space was left open: how long A b was outside of it, for basis vector `index`. */
  readonly ends: readonly { readonly index: number; readonly beta: number }[];
  readonly stretches: readonly Stretch[];
}

/**
 * Reads off the projection on the slots below `end` of basis `vector`, without the last basis vector where its product has
 * not been taken yet. `leave`: how many of the last stretches are left out.
 */
export function projectionOf(basis: BasisRecords, vector: number, end: number, leave = 0): Projection {
  const { vectors, stride, projected, records } = basis;
  const at = (slot: number) => (slot * vectors + vector) * BASIS_RECORD;
  const empty = (slot: number) => records[at(slot) + 1] !== 0;
  const before = (slot: number) => (slot === 0 ? 0 : scaleBefore(slot));
  const scaleBefore = (slot: number) => Math.sqrt(projected[(slot * vectors + vector) * stride + slot]);
  // Stretches of slots in a row that are not empty and whose products are known.
  const found: { slots: number[]; invariant: boolean }[] = [];
  let largest = 0;
  for (let slot = 0; slot + 1 < end; slot++) {
    if (empty(slot)) continue;
    if (slot === 0 || empty(slot - 1)) found.push({ slots: [], invariant: false });
    const own = found[found.length - 1];
    own.slots.push(slot);
    largest = Math.max(largest, before(slot + 1));
    own.invariant = empty(slot + 1) && records[at(slot + 1)] <= largest * 2 ** -17;
  }
  const taken = found.slice(0, found.length - leave);
  const slots = taken.flatMap((one) => one.slots);
  const size = slots.length;
  const matrix = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const row = ((slots[k] + 1) * vectors + vector) * stride;
    for (let i = 0; i <= k; i++) matrix[i * size + k] = matrix[k * size + i] = projected[row + slots[i]];
  }
  const ends = slots.flatMap((slot, index) =>
    slots[index + 1] === slot + 1 ? [] : [{ index, beta: records[at(slot + 1)] }],
  );
  const stretches = taken.map(({ slots: own, invariant }) => ({ length: own.length, invariant }));
  return { size, matrix, slots, ends, stretches };
}

/** Eigenvalues of a projection, ascending, and a bound on how far each is from solving A v = value v. */
export interface RitzValues {
  readonly values: Float64Array;
  readonly estimates: Float64Array;
  /** The largest |value|, which is at most the norm of A. */
  readonly norm: number;
}

/** For a Ritz vector b s, |A b s - value b s| is at most the root of sum (beta s_index)^2 over the open ends. */
export function ritzValuesOf({ size, matrix, ends }: Projection): RitzValues {
  const rows = ends.map(({ index }) => index);
  const { values, entries } = symmetricEigenEntries(matrix.slice(), size, rows);
  const estimates = Float64Array.from(values, (_, k) => Math.hypot(...ends.map(({ beta }, e) => beta * entries[e][k])));
  return { values, estimates, norm: Math.max(Math.abs(values[0] ?? 0), Math.abs(values[size - 1] ?? 0)) };
}

/** With the eigenvectors of the projection: those of A are the same combinations of basis vectors. */
export function ritzVectorsOf({ size, matrix }: Projection): Eigensystem {
  return symmetricEigensystem(matrix.slice(), size);
}

/** A Gauss rule: eigenvalues with the squares of the first entries of their vectors (Golub and Welsch, Math. Comp. 23, 1969). */
export function gaussRuleOf({ size, matrix }: Projection): { nodes: Float64Array; weights: Float64Array } {
  const { values, entries } = symmetricEigenEntries(matrix.slice(), size, [0]);
  return { nodes: values, weights: entries[0].map((entry) => entry * entry) };
}
