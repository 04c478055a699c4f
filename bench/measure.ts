import { FlatwalkError } from '../src/model/errors.ts';
import { type Clock, clockResolution, wallClock } from './clock.ts';

/** One of the things that are timed against each other. */
export interface Contender {
  readonly name: string;
  /** Does `count` units of work and resolves when they are done. */
  run(count: number): Promise<void>;
  /**
   * The work is queued when `run` returns, before its promise resolves, and what is queued is done in order. Where all
   * contenders are such, the next sample is queued before the last one is done, so that the time from the end of a
   * submission to the word of it is in no sample.
   */
  readonly queued?: true;
}

export interface MeasureOptions {
  /** Samples of each contender; 30 if not given. */
  readonly samples?: number;
  /** How long a sample should take; 20 ms if not given, and never less than 100 ticks of the clock. */
  readonly sampleMs?: number;
  /** Time for all contenders together, after which no round begins; 10 s if not given. A few rounds are always taken. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds; for tests. */
  readonly clock?: Clock;
}

/** Nanoseconds a unit, one number a sample, in the order taken. */
export interface Samples {
  readonly name: string;
  readonly perUnit: readonly number[];
  readonly unitsPerSample: number;
}

/** Rounds that are taken even where the budget is spent. */
const LEAST_ROUNDS = 5;
const TICKS_PER_SAMPLE = 100;
/** How much longer than the last one the next trial may be expected to take. */
const GROWTH = 8;
const MOST_UNITS = 2 ** 30;

/**
 * Warm-up, calibrated counts, then samples of all contenders in turn (A B C, C A B, ...), so that drift meets all alike.
 * @throws ABORTED, and what a contender throws
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  { samples = 30, sampleMs = 20, budgetMs = 10_000, signal, clock = wallClock }: MeasureOptions = {},
): Promise<Samples[]> {
  const began = clock();
  const aim = Math.max(sampleMs, TICKS_PER_SAMPLE * clockResolution(clock));
  const units: number[] = [];
  for (const contender of contenders) units.push(await calibrate(contender, aim, clock, signal));
  const times = contenders.map(() => [] as number[]);
  const inFlight = contenders.every((c) => c.queued) ? 2 : 1;
  const line = new Line(inFlight, clock, (k, milliseconds) => times[k].push((milliseconds * 1e6) / units[k]));
  // What is on its way when the line is begun is no sample: it makes the first one begin behind other work, as all do.
  if (inFlight > 1) await line.add(null, () => contenders[0].run(units[0]));
  for (let round = 0; round < samples; round++) {
    if (round >= Math.min(LEAST_ROUNDS, samples) && clock() - began > budgetMs) break;
    for (const k of turn(contenders.length, round)) {
      checkSignal(signal);
      await line.add(k, () => contenders[k].run(units[k]));
    }
  }
  await line.drain();
  return contenders.map(({ name }, k) => ({ name, perUnit: times[k], unitsPerSample: units[k] }));
}

/** The order of a round: 0 1 2, then 2 0 1, then 1 2 0. */
export function turn(length: number, round: number): number[] {
  return Array.from({ length }, (_, k) => (((k - round) % length) + length) % length);
}

/** How many units take `aim` milliseconds; found by trials that also warm up. At least 1. */
export async function calibrate(
  contender: Contender,
  aim: number,
  clock: Clock = wallClock,
  signal?: AbortSignal,
): Promise<number> {
  // The first units compile and allocate.
  await contender.run(1);
  for (let count = 1; ; ) {
    checkSignal(signal);
    const before = clock();
    await contender.run(count);
    const took = clock() - before;
    if (took >= aim || count >= MOST_UNITS) return count;
    // A little more than needed, because a trial has the start and the end of a submission in it.
    const factor = took > 0 ? Math.min(GROWTH, (1.2 * aim) / took) : GROWTH;
    count = Math.min(MOST_UNITS, Math.ceil(count * factor));
  }
}

/** Runs that follow each other on one queue, a few in flight; each takes from the end of the one before to its own. */
class Line {
  readonly #depth: number;
  readonly #clock: Clock;
  readonly #took: (key: number, milliseconds: number) => void;
  readonly #waiting: { readonly key: number | null; readonly started: number; readonly ended: Promise<number> }[] = [];
  #last = Number.NEGATIVE_INFINITY;

  constructor(depth: number, clock: Clock, took: (key: number, milliseconds: number) => void) {
    this.#depth = depth;
    this.#clock = clock;
    this.#took = took;
  }

  async add(key: number | null, run: () => Promise<void>): Promise<void> {
    const started = this.#clock();
    const ended = run().then(() => this.#clock());
    // Another one may fail first; whoever waits for this one is told of it then.
    ended.catch(() => {});
    this.#waiting.push({ key, started, ended });
    if (this.#waiting.length >= this.#depth) await this.#next();
  }

  async drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#next();
  }

  async #next(): Promise<void> {
    const { key, started, ended } = this.#waiting.shift()!;
    const end = await ended;
    if (key !== null) this.#took(key, end - Math.max(started, this.#last));
    this.#last = end;
  }
}

function checkSignal(signal?: AbortSignal): void {
  if (signal?.aborted) throw new FlatwalkError('ABORTED', 'The measurement was stopped', 'Run it again.');
}
