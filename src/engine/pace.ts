import type { Gpu } from './gpu.ts';

const FIRST_STEPS = 16;
/** Operations in the first submission at most, well under a second on a software adapter. */
const FIRST_WORK = 1 << 28;
const MOST_STEPS = 1 << 20;

/**
 * How many steps go into a submission, from the measured time of those before. The results do not depend on it: a step's
 * number, not its place in a dispatch, feeds the generator.
 */
export class Pace {
  steps: number;
  readonly #gpu: Gpu;
  readonly #aim: number;
  readonly #most: number;
  #before: Promise<number> = Promise.resolve(performance.now());

  /**
   * `work` is an estimate of the operations in a step, `aim` how many ms a submission should take, `most` the largest number of
   * steps in one.
   */
  constructor(gpu: Gpu, work: number, aim: number, most: number = MOST_STEPS) {
    this.#gpu = gpu;
    this.#aim = aim;
    this.#most = most;
    this.steps = Math.min(FIRST_STEPS, Math.max(1, Math.floor(FIRST_WORK / work)));
  }

  /** Waits until the submission before the last one is done, so that the device always has one waiting. */
  async after(steps: number): Promise<void> {
    const before = this.#before;
    this.#before = this.#gpu.device.queue.onSubmittedWorkDone().then(() => performance.now());
    const start = await this.#gpu.race(before);
    // The submissions of a queue follow each other, so a submission takes from the end of the one before to its own.
    this.#before.then(
      (end) => this.#adapt(steps, end - start),
      // The device is going away; whoever waits for it next is told why.
      () => {},
    );
    await this.#gpu.settled();
  }

  #adapt(steps: number, milliseconds: number): void {
    // Too few of them, cut off by a row, say little about the time of many.
    if (4 * steps < this.steps) return;
    const factor = Math.min(4, Math.max(0.25, this.#aim / Math.max(milliseconds, 0.1)));
    if (factor < 0.7 || factor > 1.4) this.steps = Math.min(this.#most, Math.max(1, Math.round(steps * factor)));
  }
}
