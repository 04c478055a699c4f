import { FlatwalkError } from '../src/model/errors.ts';
import { type Clock, clockResolution, wallClock } from './clock.ts';

/** One of the things that are timed against each other. */
export interface Contender {
  readonly name: string;
  /** Does `count` units of work and resolves when they are done. */
  run(count: number): Promise<void>;
}

export interface MeasureOptions {
  /** Samples of each contender; 30 if not given. */
  readonly samples?: number;
  /** How long a sample should take; 20 ms if not given, and never less than 100 ticks of the clock. */
  readonly sampleMs?: number;
  /** Time for all contenders together, after which no round begins; 10 s if not given. A few rounds are always taken. */
  readonly budgetMs?: number;
  /** Rounds that are always taken; 5 if not given, or 3 where the time is spent twice. */
  readonly least?: number;
  readonly signal?: AbortSignal;
  /** Everything has been done once, so that nothing is left to be compiled. */
  readonly warm?: boolean;
  /** Milliseconds; for tests. */
  readonly clock?: Clock;
}

/** Nanoseconds a unit, one number a sample, in the order taken. */
export interface Samples {
  readonly name: string;
  readonly perUnit: readonly number[];
  readonly unitsPerSample: number;
}

/** Rounds that are taken where the budget is spent, and where it is spent twice. */
const FEW_ROUNDS = 5;
const LEAST_ROUNDS = 3;
const TICKS_PER_SAMPLE = 100;
/** How much longer than the last one the next trial may be expected to take. */
const GROWTH = 8;
const MOST_UNITS = 2 ** 30;
/** Share of a sample that may be there whatever the count, and how many times longer samples may become for it. */
const AROUND = 0.03;
const MOST_AIMS = 5;
/** Milliseconds that no slow moment explains. */
const BEYOND_DOUBT = 2000;
/** How much longer twice the count takes at least, where units are most of it. */
const HONEST_GROWTH = 1.5;

/**
 * Warm-up, calibrated counts, then samples of all contenders in turn (A B C, C A B, ...), so that drift meets all alike.
 * @throws ABORTED, and what a contender throws
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  {
    samples = 30,
    sampleMs = 20,
    budgetMs = 10_000,
    least,
    signal,
    warm = false,
    clock = wallClock,
  }: MeasureOptions = {},
): Promise<Samples[]> {
  const began = clock();
  const aim = Math.max(sampleMs, TICKS_PER_SAMPLE * clockResolution(clock));
  const calibrations: Calibration[] = [];
  for (const contender of contenders) calibrations.push(await calibrate(contender, aim, clock, signal, warm));
  const units = calibrations.map(({ count }) => count);
  // Where single units are long enough, the trials were a round.
  const tried = warm && calibrations.every(({ count }) => count === 1);
  const times = calibrations.map(({ took }) => (tried ? [took * 1e6] : []));
  for (let round = tried ? 1 : 0; round < samples; round++) {
    const spent = clock() - began;
    if (spent > budgetMs && round >= (least ?? (spent > 2 * budgetMs ? LEAST_ROUNDS : FEW_ROUNDS))) break;
    for (const k of turn(contenders.length, round)) {
      checkSignal(signal);
      const before = clock();
      await contenders[k].run(units[k]);
      times[k].push(((clock() - before) * 1e6) / units[k]);
    }
  }
  return contenders.map(({ name }, k) => ({ name, perUnit: times[k], unitsPerSample: units[k] }));
}

/** The order of a round: 0 1 2, then 2 0 1, then 1 2 0. */
export function turn(length: number, round: number): number[] {
  return Array.from({ length }, (_, k) => (((k - round) % length) + length) % length);
}

export interface Calibration {
  /** Units in a sample, at least 1. */
  readonly count: number;
  /** Milliseconds of the last trial. */
  readonly took: number;
}

/**
 * How many units take `aim` milliseconds; found by trials that also warm up. What does not grow with the count (handing work
 * in, the word of its end) would be measured as if it did: where it is more than a little, the count is raised. Twice the
 * count tells it, and also when a trial was long only because the machine did something else.
 */
export async function calibrate(
  contender: Contender,
  aim: number,
  clock: Clock = wallClock,
  signal?: AbortSignal,
  warm = false,
): Promise<Calibration> {
  const timed = async (count: number) => {
    checkSignal(signal);
    const before = clock();
    await contender.run(count);
    return clock() - before;
  };
  // The first units compile and allocate.
  if (!warm) await timed(1);
  let count = 1;
  let took = await timed(1);
  for (;;) {
    while (took < aim && count < MOST_UNITS) {
      // A little more than needed, because a trial has the start and the end of its work in it.
      const factor = took > 0 ? Math.min(GROWTH, (1.2 * aim) / took) : GROWTH;
      count = Math.min(MOST_UNITS, Math.ceil(count * factor));
      took = await timed(count);
    }
    if (took > BEYOND_DOUBT || 2 * count > MOST_UNITS) return { count, took };
    const twice = await timed(2 * count);
    if (twice < HONEST_GROWTH * took) {
      count *= 2;
      took = twice;
      continue;
    }
    const unit = (twice - took) / count;
    const around = took - unit * count;
    const wanted = Math.min(around / AROUND, MOST_AIMS * Math.max(aim, around));
    return { count: Math.min(MOST_UNITS, Math.max(count, Math.ceil((wanted - around) / unit))), took };
  }
}

function checkSignal(signal?: AbortSignal): void {
  if (signal?.aborted) throw new FlatwalkError('ABORTED', 'The measurement was stopped', 'Run it again.');
}
