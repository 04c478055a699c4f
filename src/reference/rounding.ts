/**
 * Numbers that know how wrong an f32 kernel may have them: float64 values with a first-order bound on the rounding
 * error of the same computation in f32 (running error analysis, Wilkinson 1963). An oracle is a kernel's formula in
 * such numbers, so every tolerance follows from the computation, and none is chosen.
 *
 * WGSL leaves open in which direction an operation rounds, so one is off by up to a unit in the last place, at most
 * 2^-23 of the result; a quotient by 2.5 units, an inverse root by 2, and a root as a quotient of both. Numbers below
 * 2^-126 may be flushed to 0, on reading and on writing.
 */
export interface Rounded {
  readonly value: number;
  /** Bound on |f32 result − value|. */
  readonly error: number;
}

/** A number that the kernel reads or writes as it is. */
export type Operand = number | Rounded;

export const ULP = 2 ** -23;
/** Smallest normal f32: what flushing may take away. */
export const TINY = 2 ** -126;
const QUOTIENT = 2.5 * ULP;
const INVERSE_ROOT = 2 * ULP;
const ROOT = INVERSE_ROOT + QUOTIENT;

export function rounded(x: Operand): Rounded {
  if (typeof x !== 'number') return x;
  const size = Math.abs(x);
  return { value: x, error: size < TINY ? size : 0 };
}

/** A constant that f32 holds only to its last place, or a quantity known with that relative accuracy, in units. */
export function within(units: number, value: number): Rounded {
  return { value, error: Math.abs(value) * units * ULP + TINY };
}

export function add(x: Operand, y: Operand): Rounded {
  const a = rounded(x);
  const b = rounded(y);
  const value = a.value + b.value;
  return { value, error: a.error + b.error + Math.abs(value) * ULP + TINY };
}

export function subtract(x: Operand, y: Operand): Rounded {
  return add(x, negative(y));
}

export function negative(x: Operand): Rounded {
  const a = rounded(x);
  return { value: -a.value, error: a.error };
}

export function absolute(x: Operand): Rounded {
  const a = rounded(x);
  return { value: Math.abs(a.value), error: a.error };
}

export function multiply(...factors: Operand[]): Rounded {
  return factors.map(rounded).reduce((a, b) => {
    const value = a.value * b.value;
    const error = Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error;
    return { value, error: error + Math.abs(value) * ULP + TINY };
  });
}

/** x times a power of two: exact but for flushing. */
export function scaled(x: Operand, power: number): Rounded {
  const a = rounded(x);
  return { value: a.value * power, error: a.error * power + (Math.abs(a.value * power) < TINY ? TINY : 0) };
}

export function divide(x: Operand, y: Operand): Rounded {
  const a = rounded(x);
  const b = rounded(y);
  const value = a.value / b.value;
  const error = (a.error + Math.abs(value) * b.error) / Math.abs(b.value);
  return { value, error: error + Math.abs(value) * QUOTIENT + TINY };
}

export function root(x: Operand): Rounded {
  const a = rounded(x);
  const value = Math.sqrt(a.value);
  return { value, error: a.error / (2 * value) + value * ROOT + TINY };
}

/**
 * A sum in any order in which no term passes through more than `additions` additions: the bound holds for a chain, a
 * tree, and everything that a compiler may make of them.
 */
export class Sum {
  #value = 0;
  #error = 0;
  #size = 0;

  add(x: Operand): void {
    const a = rounded(x);
    this.#value += a.value;
    this.#error += a.error;
    this.#size += Math.abs(a.value);
  }

  after(additions: number): Rounded {
    return { value: this.#value, error: this.#error + this.#size * additions * ULP + additions * TINY };
  }
}

/**
 * Sum of count terms that the kernels add up in blocks of 64: a term meets the additions of its block, then the
 * blocks'.
 */
export function blockSum(count: number, term: (k: number) => Operand): Rounded {
  const sum = new Sum();
  for (let k = 0; k < count; k++) sum.add(term(k));
  return sum.after(Math.min(count, 64) + Math.ceil(count / 64));
}

/** Sum of count terms, one after the other. */
export function chainSum(count: number, term: (k: number) => Operand): Rounded {
  const sum = new Sum();
  for (let k = 0; k < count; k++) sum.add(term(k));
  return sum.after(count);
}
