import type { Gpu } from '../src/engine/gpu.ts';
import { BufferUsage } from '../src/engine/usage.ts';

/** Passes that can be timed before their times are read. */
const PASSES = 1024;
const BYTES = 8;
/** The specification's numbers for usages of buffers that the engine has no need of. */
const QUERY_RESOLVE = 0x0200;

/** The clock of the device, by timestamps at the ends of passes. */
export class Timestamps {
  readonly #gpu: Gpu;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #used = 0;
  #missed = 0;

  private constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#queries = gpu.scoped('timestamps', () =>
      gpu.device.createQuerySet({ label: 'timestamps', type: 'timestamp', count: 2 * PASSES }),
    );
    this.#resolved = gpu.buffer('timestamps', 2 * PASSES * BYTES, QUERY_RESOLVE | BufferUsage.COPY_SRC);
  }

  /** Null where the device was not opened with the feature. */
  static of(gpu: Gpu): Timestamps | null {
    return gpu.device.features.has('timestamp-query') ? new Timestamps(gpu) : null;
  }

  /** Where the next pass shall write its times. */
  readonly next = (): GPUComputePassTimestampWrites | undefined => {
    if (this.#used === PASSES) {
      this.#missed++;
      return undefined;
    }
    const at = 2 * this.#used++;
    return { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  };

  /** Nanoseconds of every pass since the last call, in order; null if there were more than can be timed. */
  async take(): Promise<number[] | null> {
    const passes = this.#used;
    const missed = this.#missed;
    this.#used = 0;
    this.#missed = 0;
    if (passes === 0) return missed > 0 ? null : [];
    this.#gpu.scoped('timestamps', () => {
      const encoder = this.#gpu.device.createCommandEncoder();
      encoder.resolveQuerySet(this.#queries, 0, 2 * passes, this.#resolved, 0);
      this.#gpu.device.queue.submit([encoder.finish()]);
    });
    const [bytes] = await this.#gpu.read([{ buffer: this.#resolved, size: 2 * passes * BYTES }]);
    const times = new BigUint64Array(bytes);
    const took = Array.from({ length: passes }, (_, k) => Number(times[2 * k + 1] - times[2 * k]));
    return missed > 0 ? null : took;
  }

  dispose(): void {
    this.#queries.destroy();
    this.#gpu.free(this.#resolved);
  }
}

export interface TimestampQuality {
  /** Whether device times mean something. */
  readonly real: boolean;
  /** Nanoseconds between two values that they can have; null where that could not be told. */
  readonly resolution: number | null;
  /** In words. */
  readonly reason: string;
}

/** A pass that took so long by the wall clock, and so long by the device's own, both in nanoseconds. */
export interface TimedPass {
  readonly wall: number;
  readonly device: number;
}

/** Differences that all are multiples of less than this are not called quantised. */
const COARSE = 1000;

/** Whether the device's clock runs, runs at the rate of the wall clock, and in what steps. */
export function judgeTimestamps(passes: readonly TimedPass[]): TimestampQuality {
  const device = passes.map((p) => p.device);
  const not = (reason: string): TimestampQuality => ({ real: false, resolution: null, reason });
  if (passes.length === 0) return not('the device was opened without timestamps');
  if (device.every((t) => t === 0)) return not('all timestamps are equal');
  if (device.some((t) => t < 0)) return not('timestamps run backwards');
  if (passes.length > 2 && new Set(device).size === 1) return not('every pass takes equally long by them');
  const step = greatestDivisor(device);
  // A pass lies within the time of its submission, and here it is nearly all of it.
  const wrong = passes.filter((p) => p.device > 1.1 * p.wall + 2 * step || p.device < 0.2 * p.wall - 2 * step);
  if (wrong.length > passes.length / 4) {
    return not(
      `the device's clock does not agree with the wall clock (${wrong[0].device} ns against ${wrong[0].wall})`,
    );
  }
  return {
    real: true,
    resolution: step,
    reason: step >= COARSE ? `timestamps are multiples of ${step / 1000} µs` : 'timestamps are fine',
  };
}

function greatestDivisor(values: readonly number[]): number {
  return values.reduce((a, b) => {
    while (b !== 0) [a, b] = [b, a % b];
    return a;
  }, 0);
}
