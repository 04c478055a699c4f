import { fault, type NumberField, placeOf } from './fields.ts';

/** The step from what the file says to what float32 holds. */
export class Rounding {
  readonly #file: string;
  #share = 0;
  #where = '';
  #lost = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws NOT_FINITE with the place, also for what is beyond the range of float32 */
  round(part: string, { shape, values }: NumberField): Float32Array {
    const rounded = new Float32Array(values);
    for (let k = 0; k < values.length; k++) {
      const value = values[k];
      if (!Number.isFinite(rounded[k])) {
        const what = Number.isFinite(value) ? 'is outside the range of float32' : 'is not finite';
        const fix = Number.isFinite(value) ? 'Rescale the data.' : 'Remove it, or replace it by a number.';
        throw fault(
          this.#file,
          `${part}: ${value} at ${placeOf(k, shape)} (counted from 0) ${what}`,
          fix,
          'NOT_FINITE',
        );
      }
      if (value === 0) continue;
      if (rounded[k] === 0) this.#lost++;
      const share = Math.abs(rounded[k] / value - 1);
      if (share > this.#share) {
        this.#share = share;
        this.#where = `${part}, ${placeOf(k, shape)}`;
      }
    }
    return rounded;
  }

  notes(): string[] {
    if (this.#share === 0) return [];
    const lost = this.#lost === 0 ? '' : ` ${this.#lost} of them, too small for it, become 0.`;
    const most = `the largest relative change is ${this.#share.toPrecision(2)} (${this.#where})`;
    return [`Numbers are rounded to float32, in which the device computes: ${most}.${lost}`];
  }
}
