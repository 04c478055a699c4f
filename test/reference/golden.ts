import { readFileSync } from 'node:fs';

/**
 * Expected values computed once in float64 by an independent numpy program; its conventions are in `_readme`. Matrices are
 * nested rows.
 */
export interface Golden {
  readonly instances: readonly Instance[];
  readonly sgd: readonly Trajectory[];
  readonly flow: readonly Flow[];
  readonly philox: { readonly rows: readonly PhiloxRow[]; readonly mulhi: readonly (readonly number[])[] };
  readonly philox_sgd: PhiloxSgd;
}

type Matrix = readonly (readonly number[])[];

interface Shape {
  readonly activation: string;
  readonly m: number;
  readonly d: number;
  readonly n: number;
  readonly X: Matrix;
  readonly y: readonly number[];
}

export interface Instance extends Shape {
  readonly id: string;
  readonly theta: Matrix;
  readonly v: Matrix;
  readonly expect: Readonly<Record<string, Expected | null>>;
  readonly on_M?: Readonly<Record<string, Expected>>;
}

/** A null in the file stands for what is not defined. */
export type Expected = number | readonly number[] | Matrix | { readonly rademacher: number; readonly gaussian: number };

export interface Trajectory extends Shape {
  readonly theta0: Matrix;
  readonly eta: number;
  readonly idx: readonly number[];
  readonly zeta: readonly number[];
  readonly theta_after: Readonly<Record<string, Matrix>>;
  readonly loss_after_40: number;
  readonly minibatch_mean_b3?: { readonly idx: Matrix; readonly zeta: Matrix; readonly theta_after_10: Matrix };
  readonly full_mean?: { readonly zeta: Matrix; readonly theta_after_10: Matrix };
  readonly full_sum?: { readonly eta: number; readonly zeta: Matrix; readonly theta_after_10: Matrix };
}

export interface Flow extends Shape {
  readonly theta0: Matrix;
  readonly rho: number;
  readonly Fstar: number;
  readonly F0: number;
  readonly points: readonly { t: number; F: number; stable_rank_Z: number; disagreement_Z: number }[];
}

export interface PhiloxRow {
  readonly ctr: readonly number[];
  readonly key: readonly number[];
  readonly out: readonly number[];
  readonly u_open0: readonly number[];
  readonly u_half: readonly number[];
  readonly normals: readonly number[];
  readonly index_n5: number;
  readonly index_n7: number;
}

export interface PhiloxSgd extends Shape {
  readonly theta0: Matrix;
  readonly eta: number;
  readonly sigma: number;
  readonly seed: number;
  readonly runs: readonly {
    replica: number;
    idx_first10: readonly number[];
    zeta_first10: readonly number[];
    theta_after_200: Matrix;
    loss: number;
  }[];
}

export const golden: Golden = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8'));

/** All numbers of a value, in order. */
export function flat(value: Expected): number[] {
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? value.flat() : Object.values(value);
}

/** Largest difference over the largest expected size (or over `scale`, where the expected value may be zero). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = 0): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let size = scale;
  for (let k = 0; k < expected.length; k++) {
    const error = Math.abs(actual[k] - expected[k]);
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, error);
    if (scale === 0) size = Math.max(size, Math.abs(expected[k]));
  }
  return difference === 0 ? 0 : difference / size;
}
