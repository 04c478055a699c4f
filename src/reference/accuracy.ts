import type { Activation, ActivationName } from '../model/activations.ts';
import {
  add,
  divide,
  multiply,
  negative,
  type Operand,
  type Rounded,
  root,
  rounded,
  scaled,
  subtract,
  TINY,
  ULP,
  within,
} from './rounding.ts';

/** An activation's value and derivatives, as the f32 fragment has them. */
export interface RoundedActivation {
  readonly phi: (z: Operand) => Rounded;
  readonly dphi: (z: Operand) => Rounded;
  readonly d2phi: (z: Operand) => Rounded;
  readonly d3phi: (z: Operand) => Rounded;
}

type Formula = (z: number, p: number) => Rounded;
type Formulas = readonly [phi: Formula, dphi: Formula, d2phi: Formula, d3phi: Formula];

const orders = ['phi', 'dphi', 'd2phi', 'd3phi'] as const;

/**
 * The activation with the rounding error of its fragment in shaders/activation/: the formula below, written as there,
 * says how large that is; the value itself is the float64 one. What z is off by already is carried on by the change of
 * the function over that stretch, which also covers kinks.
 */
export function roundedActivation(activation: Activation): RoundedActivation {
  const formulas = fragments[activation.name];
  const [phi, dphi, d2phi, d3phi] = orders.map((order, k) => {
    const exact = activation[order];
    const own = formulas ? formulas[k] : contract(exact);
    return (z: Operand): Rounded => {
      const { value: at, error: off } = rounded(z);
      const value = exact(at);
      const formula = own(at, activation.parameter);
      const carried = off > 0 ? Math.max(Math.abs(exact(at + off) - value), Math.abs(exact(at - off) - value)) : 0;
      // Where the formula overflows on its way, so does the fragment, and only where the true value does.
      const error = Number.isFinite(formula.error) ? formula.error + Math.abs(formula.value - value) : 0;
      return { value, error: error + carried * (1 + ULP) };
    };
  });
  return { phi, dphi, d2phi, d3phi };
}

/**
 * What an activation without an entry below must keep to: a value off by 16 units in the last place, at an argument off
 * by as many.
 */
function contract(exact: (z: number) => number): Formula {
  return (z) => {
    const value = exact(z);
    const shift = 16 * ULP * Math.abs(z);
    const sideways = Math.max(Math.abs(exact(z + shift) - value), Math.abs(exact(z - shift) - value));
    return { value, error: within(16, value).error + sideways };
  };
}

const constant = (value: number): Formula => {
  return () => rounded(value);
};
const parameter: Formula = (_z, p) => within(0.5, p);
const itself: Formula = (z) => rounded(z);
const six: Formula = (z) => multiply(6, z);

/** The fragments once more. An entry makes the tests of its activation as sharp as its formula is. */
const fragments: { readonly [Name in ActivationName]?: Formulas } = {
  cubic: [(z) => multiply(z, z, z), (z) => multiply(3, z, z), six, constant(6)],
  cubic_linear: [
    (z, p) => multiply(z, add(multiply(z, z), within(0.5, p))),
    (z, p) => add(multiply(3, z, z), within(0.5, p)),
    six,
    constant(6),
  ],
  square: [(z) => multiply(z, z), (z) => scaled(z, 2), constant(2), constant(0)],
  identity: [itself, constant(1), constant(0), constant(0)],
  relu: [(z) => rounded(Math.max(z, 0)), (z) => rounded(z > 0 ? 1 : 0), constant(0), constant(0)],
  leaky_relu: [
    (z, p) => (z > 0 ? rounded(z) : multiply(within(0.5, p), z)),
    (z, p) => (z > 0 ? rounded(1) : parameter(z, p)),
    constant(0),
    constant(0),
  ],
  exp: [exponential, exponential, exponential, exponential],
  sinh: [sinh, cosh, sinh, cosh],
  sqp: [
    (z) => {
      const cut = Math.max(z, -1e4);
      return add(scaled(multiply(cut, squareplus(cut)), 0.5), scaled(arcsinh(z), 0.5));
    },
    squareplus,
    (z) => {
      const cut = Math.min(z, 1e4);
      return z > 0 ? add(1, divide(cut, hypotenuse(cut))) : divide(squareplus(cut), hypotenuse(cut));
    },
    (z) => {
      const s = divide(1, hypotenuse(z));
      return multiply(s, s, s);
    },
  ],
  softplus: [
    (z) => add(Math.max(z, 0), logOnePlus(exponential(-Math.abs(z)))),
    logistic,
    logisticSlope,
    (z) => multiply(-1, logisticSlope(z), tanh(0.5 * z)),
  ],
  sigmoid: [
    logistic,
    logisticSlope,
    (z) => multiply(-1, logisticSlope(z), tanh(0.5 * z)),
    (z) => multiply(logisticSlope(z), subtract(1, multiply(6, logisticSlope(z)))),
  ],
  silu: [
    (z) => multiply(z, logistic(z)),
    (z) => add(logistic(z), multiply(z, logisticSlope(z))),
    (z) => multiply(logisticSlope(z), subtract(2, multiply(z, tanh(0.5 * z)))),
    (z) => {
      const slope = logisticSlope(z);
      const outer = multiply(z, subtract(1, multiply(6, slope)));
      return multiply(slope, subtract(outer, multiply(3, tanh(0.5 * z))));
    },
  ],
  tanh: [
    tanh,
    tanhSlope,
    (z) => multiply(-2, tanh(z), tanhSlope(z)),
    (z) => multiply(tanhSlope(z), subtract(multiply(6, tanh(z), tanh(z)), 2)),
  ],
  gelu: [
    (z) => subtract(Math.max(z, 0), multiply(Math.abs(z), normalTail(Math.abs(z)))),
    (z) => {
      const c = at20(z);
      const tail = normalTail(Math.abs(c));
      return add(z > 0 ? subtract(1, tail) : tail, multiply(c, normalDensity(c)));
    },
    (z) => {
      const c = at20(z);
      return multiply(subtract(2, multiply(c, c)), normalDensity(c));
    },
    (z) => {
      const c = at20(z);
      return multiply(c, subtract(multiply(c, c), 4), normalDensity(c));
    },
  ],
};

/**
 * shaders/lib/exp.wgsl: the reduced argument is off by 1 unit of |r| <= 0.35 and of k·2.1e-4 <= 0.03; the polynomial's
 * last addition by 1 unit of the result and the one before by 1 unit of 0.42, which is 0.6 of the smallest result, 0.7;
 * its fit by 0.03: 2.2 units in all, 3 with the smaller terms. Below 2^-126 the result is 0, and above f32's range
 * infinite.
 */
function exponential(x: Operand): Rounded {
  const { value, error } = rounded(x);
  const result = Math.exp(value);
  return { value: result, error: result * (3 * ULP + error) + TINY };
}

function sinh(z: number): Rounded {
  // The series: its terms after the first are together below 0.18 of the value, and the next left out is 0.2 units.
  if (Math.abs(z) <= 1) return within(2.5, Math.sinh(z));
  const h = half(z);
  const size = subtract(h, divide(0.25, h));
  return z < 0 ? negative(size) : size;
}

function cosh(z: number): Rounded {
  const h = half(z);
  return add(h, divide(0.25, h));
}

/** e^|z|/2, which overflows later than e^|z|. */
function half(z: number): Rounded {
  return within(3, Math.exp(Math.abs(z)) / 2);
}

function logistic(z: number): Rounded {
  const e = exponential(-Math.abs(z));
  return divide(z >= 0 ? 1 : e, add(1, e));
}

function logisticSlope(z: number): Rounded {
  const e = exponential(-Math.abs(z));
  const s = divide(1, add(1, e));
  return multiply(e, s, s);
}

function tanh(x: number): Rounded {
  const a = Math.abs(x);
  // x + x³P: the second term is below 0.12 of the value.
  if (a <= 0.625) return within(2, Math.tanh(x));
  const e = exponential(-2 * Math.min(a, 100));
  const size = subtract(1, divide(scaled(e, 2), add(1, e)));
  return x < 0 ? negative(size) : size;
}

function tanhSlope(z: number): Rounded {
  return scaled(logisticSlope(2 * Math.max(-100, Math.min(100, z))), 4);
}

/** log(1+x) for x in [0, 1]: either log_one_plus_reduced(x), or the logarithm of 1+x, which has been rounded. */
function logOnePlus(x: Rounded): Rounded {
  if (x.value <= 0.41421356) return { ...within(2, Math.log1p(x.value)), error: reduced(x.value) + x.error };
  const sum = add(1, x);
  return { value: Math.log(sum.value), error: logarithm(sum.value) + sum.error / sum.value };
}

/** Error of log_one_plus_reduced: its own last place, and 3 units of f²/2, the term it is corrected by. */
function reduced(f: number): number {
  return (Math.abs(Math.log1p(f)) + 1.5 * f * f) * ULP + TINY;
}

/** Error of logarithm(x): that of the reduced part, then two additions of which none exceeds |log x| + 0.35. */
function logarithm(x: number): number {
  const size = Math.abs(Math.log(x));
  return reduced(0.41421356) + (2 * size + 0.35) * ULP;
}

function hypotenuse(z: number): Rounded {
  const a = Math.abs(z);
  return a > 1e4 ? within(0.1, a) : root(add(1, multiply(a, a)));
}

function squareplus(z: number): Rounded {
  const a = Math.abs(z);
  if (z > 0) return add(z, hypotenuse(z));
  return a > 1e4 ? divide(0.5, a) : divide(1, add(a, hypotenuse(a)));
}

function arcsinh(z: number): Rounded {
  const a = Math.abs(z);
  // z + z³P: the second term is below 0.05 of the value.
  if (a <= 0.5) return within(2, Math.asinh(z));
  const inner = a > 1e4 ? rounded(a) : scaled(add(a, hypotenuse(a)), 0.5);
  const size = Math.log(inner.value);
  const total = add(within(0.5, Math.LN2), { value: size, error: logarithm(inner.value) + inner.error / inner.value });
  return z < 0 ? negative(total) : total;
}

const TAIL = [
  0.016579587, -0.0627919063, 0.051651936, 0.0284362119, 0.0127116162, 0.0866569951, 0.0719993785, 0.0955157354,
  0.0994925573, 0.0997479036,
];

function normalTail(t: number): Rounded {
  const c = Math.min(t, 20);
  const s = divide(1, add(1, 0.25 * c));
  const p = TAIL.map((coefficient) => within(0.5, coefficient)).reduce((sum, next) => add(multiply(sum, s), next));
  return multiply(exponential(multiply(-0.5 * c, c)), s, p);
}

function normalDensity(z: number): Rounded {
  return multiply(within(0.5, 0.39894228), exponential(multiply(-0.5 * z, z)));
}

function at20(z: number): number {
  return Math.max(-20, Math.min(20, z));
}
