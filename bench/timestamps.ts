import type { Gpu } from '../src/engine/gpu.ts';
import { BufferUsage } from '../src/engine/usage.ts';
import { FEWEST_QUANTA, type Stamps } from './stamps.ts';

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

  /** The stamps of every pass since the last call, in order; null if there were more than can be timed. */
  async take(): Promise<Stamps[] | null> {
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
    const stamps = Array.from({ length: passes }, (_, k) => ({ begin: times[2 * k], end: times[2 * k + 1] }));
    return missed > 0 ? null : stamps;
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

/** A pass that took so long by the wall clock, and so long by the device's own, in nanoseconds; NaN where it was not stamped. */
export interface TimedPass {
  readonly wall: number;
  readonly device: number;
}

/** Differences that all are multiples of less than this are not called quantised. */
const COARSE = 1000;
/** Fewer passes tell neither steps nor rate. */
const FEWEST_PASSES = 4;
/** By how much the device's clock may run faster than the wall clock. */
const FASTER = 1.1;
/** Share of a submission that its one pass is at least, the way from here to the device and back being the rest. */
const LEAST_SHARE = 0.2;

/**
 * Whether the device's clock runs, runs at the rate of the wall clock, and in what steps. Strict, for a wrong time is worse than
 * none: every pass must have been stamped, no pass may be longer than the submission it was in, and what a step of the clock
 * may add is bounded by the passes, which have to be many steps long.
 */
export function judgeTimestamps(passes: readonly TimedPass[]): TimestampQuality {
  const device = passes.map((p) => p.device);
  const not = (reason: string): TimestampQuality => ({ real: false, resolution: null, reason });
  if (passes.length === 0) return not('the device was opened without timestamps');
  if (device.some((t) => !Number.isFinite(t))) return not('some timestamps are not written');
  if (device.every((t) => t === 0)) return not('all timestamps are equal');
  if (device.some((t) => t < 0)) return not('timestamps run backwards');
  if (device.some((t) => t === 0)) return not('some passes take no time by them');
  if (passes.length < FEWEST_PASSES) return not(`only ${passes.length} of the passes could be timed`);
  if (new Set(device).size === 1) return not('every pass takes equally long by them');
  const step = greatestDivisor(device);
  if (Math.max(...device) < FEWEST_QUANTA * step) {
    return not(`the longest pass has less than ${FEWEST_QUANTA} steps of the device's clock (${step} ns each)`);
  }
  const against = (p: TimedPass) => `(${p.device} ns against ${p.wall})`;
  const beyond = passes.find((p) => p.device > FASTER * p.wall + step);
  if (beyond) return not(`by the device's clock a pass takes longer than by the wall clock ${against(beyond)}`);
  // A wall time may have been disturbed, but not most of them.
  const short = passes.filter((p) => p.device < LEAST_SHARE * p.wall - step);
  if (short.length > passes.length / 4) {
    return not(`the device's clock does not agree with the wall clock ${against(short[0])}`);
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
