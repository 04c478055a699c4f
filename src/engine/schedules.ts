import { type Schedule, scheduleFactor } from '../model/schedule.ts';
import type { Gpu } from './gpu.ts';

/** Schedules of the step size and of the noise. */
export type Schedules = readonly [stepSize: Schedule, noise: Schedule];

/**
 * Steps whose factors are on the device at once, 16 bytes each, and so the most that are submitted together: a power of two,
 * so that a step's place is its lowest bits.
 */
export const SCHEDULED = 1 << 15;

/**
 * Writes the factors of steps to come behind the settings of the replicas, where shaders/schedule/varying.wgsl reads them.
 * Made for at most SCHEDULED steps, before they are submitted.
 */
export function factorWriter(gpu: Gpu, settings: GPUBuffer, replicas: number, schedules: Schedules) {
  const factors = new Float32Array(4 * SCHEDULED);
  return (first: number, steps: number): void => {
    const end = first + steps;
    for (let step = first; step < end; step++) {
      schedules.forEach((schedule, k) => {
        factors[4 * (step % SCHEDULED) + k] = scheduleFactor(schedule, step);
      });
    }
    // What goes past the end of the list goes on at its beginning.
    for (let at = first; at < end; ) {
      const place = at % SCHEDULED;
      const count = Math.min(end - at, SCHEDULED - place);
      gpu.write(settings, factors.subarray(4 * place, 4 * (place + count)), 16 * (replicas + place));
      at += count;
    }
  };
}
