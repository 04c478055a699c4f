import { type BasisRecords, projectionOf, ritzValuesOf } from './ritz.ts';

/** What is looked for at both ends of a spectrum. */
export interface Wish {
  readonly largest: number;
  readonly smallest: number;
  /** Residuals that count as converged, as a share of the norm. */
  readonly tolerance: number;
}

/** Estimates must be below this share of the tolerance, so that the residuals, with the rounding of f32, are below it. */
const MARGIN = 0.1;

/**
 * What a basis needs next: more products; to be closed, and go on with another random vector; or nothing.
 *
 * A Krylov space of one start has one vector for each eigenvalue, so that copies of multiple ones are missed, and so is what
 * the start happens to be orthogonal to. Therefore what has converged is held against another random start, orthogonal to
 * all that was found: only when a stretch as long as the first one, or an invariant one, has brought nothing new, is
 * the answer complete.
 */
export function progressOf(
  basis: BasisRecords,
  vector: number,
  length: number,
  wish: Wish,
): 'more' | 'close' | 'complete' {
  const projection = projectionOf(basis, vector, basis.done);
  const { size, stretches } = projection;
  if (size === length) return 'complete';
  if (size < Math.max(wish.largest, wish.smallest)) return 'more';
  const ritz = ritzValuesOf(projection);
  const now = wanted(ritz.values, wish);
  if (!now.every((k) => ritz.estimates[k] <= MARGIN * wish.tolerance * ritz.norm)) return 'more';
  const last = stretches[stretches.length - 1];
  if (stretches.length > 1) {
    if (!last.invariant && last.length < stretches[0].length) return 'more';
    const before = ritzValuesOf(projectionOf(basis, vector, basis.done, 1));
    const then = before.values.length < Math.max(wish.largest, wish.smallest) ? [] : wanted(before.values, wish);
    const same = (k: number, i: number) =>
      Math.abs(ritz.values[k] - before.values[then[i]]) <= wish.tolerance * ritz.norm;
    if (then.length === now.length && now.every(same)) return 'complete';
  }
  return last.invariant ? 'more' : 'close';
}

/** Which of the ascending Ritz values are asked for: the smallest, then the largest. */
export function wanted(values: Float64Array, { largest, smallest }: Pick<Wish, 'largest' | 'smallest'>): number[] {
  const k = values.length;
  return [
    ...Array.from({ length: Math.min(smallest, k) }, (_, i) => i),
    ...Array.from({ length: Math.min(largest, k) }, (_, i) => k - 1 - i),
  ];
}
