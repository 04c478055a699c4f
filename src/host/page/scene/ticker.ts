/**
 * Draws when something has changed, and not otherwise: one frame at a time, each when the device has finished the one before, and no more
 * than a share of the time, so that on a processor that pretends to be a GPU a run is not kept from its work.
 */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls back when a picture can be shown; not while the page is hidden. */
  soon(call: () => void): void;
  later(call: () => void, milliseconds: number): void;
}

export const clock: Clock = {
  now: () => performance.now(),
  // Workers of some browsers have no frames of their own.
  soon: (call) => {
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame(call);
    else setTimeout(call, 16);
  },
  later: (call, milliseconds) => {
    setTimeout(call, milliseconds);
  },
};

export class Ticker {
  readonly #draw: () => Promise<void>;
  readonly #share: number;
  readonly #clock: Clock;
  #changed = false;
  #waiting = false;
  #stopped = false;

  /** `draw` must not reject. `share` is the part of the time that frames may take, above 0 and up to 1. */
  constructor(draw: () => Promise<void>, share: number, by: Clock = clock) {
    this.#draw = draw;
    this.#share = share;
    this.#clock = by;
  }

  /** Something has changed: a frame follows. */
  touch(): void {
    this.#changed = true;
    if (this.#waiting || this.#stopped) return;
    this.#waiting = true;
    this.#clock.soon(() => void this.#frame());
  }

  stop(): void {
    this.#stopped = true;
  }

  async #frame(): Promise<void> {
    if (this.#stopped) return;
    this.#changed = false;
    const began = this.#clock.now();
    await this.#draw();
    const took = this.#clock.now() - began;
    const rest = () => {
      this.#waiting = false;
      if (this.#changed) this.touch();
    };
    const pause = took * (1 / this.#share - 1);
    if (pause > 0) this.#clock.later(rest, pause);
    else rest();
  }
}
