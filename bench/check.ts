import type { Check } from './document.ts';

/** The largest difference between two lists of numbers against a tolerance. `against` says what was expected. */
export function compareNumbers(
  got: ArrayLike<number>,
  wanted: ArrayLike<number> | ((k: number) => number),
  tolerance: number,
  against: string,
): Check {
  const want = typeof wanted === 'function' ? wanted : (k: number) => wanted[k];
  let error = 0;
  let where = -1;
  for (let k = 0; k < got.length; k++) {
    const difference = Math.abs(got[k] - want(k));
    if (difference <= error) continue;
    // What is no number is further off than any.
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    where = k;
  }
  const passed = error <= tolerance;
  return { passed, error, tolerance, note: passed ? against : `number ${where} is ${got[where]}, not ${want(where)}` };
}
