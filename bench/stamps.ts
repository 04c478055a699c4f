/** What pairs of timestamps say, and what they do not. Pure. */

/** What the device wrote at both ends of a pass, in nanoseconds. */
export interface Stamps {
  readonly begin: bigint;
  readonly end: bigint;
}

export type PassTime =
  /** Not written, or backwards: nothing of it can be used. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Shorter than the steps of the device's clock. */
  | { readonly kind: 'below resolution' }
  | { readonly kind: 'time'; readonly nanoseconds: number };

/** Steps of the device's clock that a time has at least, so that the steps are less than a tenth of it. */
export const FEWEST_QUANTA = 10;

/** `quantum` is the nanoseconds between two values of the device's clock. */
export function classifyStamps({ begin, end }: Stamps, quantum: number): PassTime {
  // A query that was never written resolves to zero, and no device began to count at the pass.
  if (begin === 0n || end === 0n) return { kind: 'invalid', reason: 'a timestamp was not written' };
  if (end < begin) return { kind: 'invalid', reason: 'a pass ends before it begins' };
  const nanoseconds = Number(end - begin);
  return nanoseconds === 0 || nanoseconds < quantum ? { kind: 'below resolution' } : { kind: 'time', nanoseconds };
}

/** The sum over the passes of a sample, or why there is none. Passes below the resolution count as nothing. */
export function sumOfPasses(passes: readonly Stamps[], quantum: number): number | string {
  if (passes.length === 0) return 'it has no passes that are timed';
  let sum = 0;
  for (const pass of passes) {
    const time = classifyStamps(pass, quantum);
    if (time.kind === 'invalid') return time.reason;
    if (time.kind === 'time') sum += time.nanoseconds;
  }
  return sum;
}

/** How many times longer the next trial may be, how often, and how many units more than by the wall clock at most. */
const GROWTH = 8;
const TRIALS = 4;
const MOST_LONGER = 64;

/** Nanoseconds a unit, one number a sample; or why there are none. */
export type DeviceTimes = { readonly times: readonly number[] } | { readonly reason: string };

/**
 * Samples of the device's time: as many units as fill a sample by the wall clock, and more where their passes add up to too few
 * steps of the device's clock. `once` does so many units and gives the stamps of their passes; null where they were more than
 * can be timed.
 */
export async function deviceSamples(
  once: (units: number) => Promise<readonly Stamps[] | null>,
  units: number,
  quantum: number,
  samples: number,
): Promise<DeviceTimes> {
  const least = FEWEST_QUANTA * quantum;
  const few = { reason: `its passes add up to less than ${FEWEST_QUANTA} steps of the device's clock` };
  const summed = async (count: number) => {
    const passes = await once(count);
    return passes ? sumOfPasses(passes, quantum) : 'it has more passes than can be timed';
  };
  let count = units;
  let sum = await summed(count);
  for (let trial = 0; typeof sum === 'number' && sum < least; trial++) {
    const more = Math.min(GROWTH, (1.5 * least) / Math.max(sum, quantum));
    const next = Math.min(Math.ceil(count * more), MOST_LONGER * units);
    if (trial === TRIALS || next === count) return few;
    count = next;
    sum = await summed(count);
  }
  const times: number[] = [];
  while (typeof sum === 'number') {
    if (sum < least) return few;
    times.push(sum / count);
    if (times.length === samples) return { times };
    sum = await summed(count);
  }
  return { reason: sum };
}
