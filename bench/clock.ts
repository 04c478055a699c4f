/** The clock, and how finely it ticks: browsers round it to 5 or 100 µs, or worse. */

/** Milliseconds. */
export type Clock = () => number;

export const wallClock: Clock = () => performance.now();

/** The smallest step that the clock was seen to make, in milliseconds; `patience` bounds how long it is watched. */
export function clockResolution(clock: Clock = wallClock, steps = 20, patience = 200): number {
  let smallest = Number.POSITIVE_INFINITY;
  const began = clock();
  for (let k = 0; k < steps; k++) {
    const before = clock();
    let after = clock();
    while (after === before) after = clock();
    smallest = Math.min(smallest, after - before);
    if (after - began > patience) break;
  }
  return smallest;
}
