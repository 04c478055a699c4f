import { FlatwalkError } from './errors.ts';
import { hypotenuse, logistic, logisticSlope, newtonFromRight, normalDensity, normalTail } from './special.ts';

/** Values an activation takes. A finite end is attained or only approached; an infinite one never is. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly attained: boolean;
}

/** An activation as data: its value and three derivatives in float64, everything else follows from them. */
export interface Activation {
  readonly name: ActivationName;
  /** ν of `cubic_linear`, the slope of `leaky_relu`; 0 where there is none. */
  readonly parameter: number;
  /** The string that gives this activation back: `name`, or `name:parameter`. */
  readonly spec: string;
  /** As a person writes it. */
  readonly label: string;
  readonly phi: (z: number) => number;
  readonly dphi: (z: number) => number;
  readonly d2phi: (z: number) => number;
  readonly d3phi: (z: number) => number;
  /** Points where φ' jumps. There φ' takes its left value, so φ'(0) = 0 for relu. */
  readonly kinks: readonly number[];
  /**
   * φ⁻¹ on its range; the branch z >= 0 for `square` and `relu`. Absent where φ is not monotone and no branch is natural.
   * Throws NOT_DEFINED for an argument outside the range.
   */
  readonly inverse?: (u: number) => number;
  readonly range: Range;
  /** Whether φ' > 0 and φ''' > 0, the assumption under which rank one is the only stationary point. */
  readonly simple: boolean;
}

/** One row of the table. `p` is the parameter; rows without one ignore it. */
interface Definition {
  readonly label: (p: number) => string;
  /** Names used elsewhere for the same function. */
  readonly aliases?: readonly string[];
  readonly parameter?: { readonly name: string; readonly default: number; readonly rule: '>= 0' | '> 0' };
  readonly phi: (z: number, p: number) => number;
  readonly dphi: (z: number, p: number) => number;
  readonly d2phi: (z: number, p: number) => number;
  readonly d3phi: (z: number, p: number) => number;
  readonly kinks?: readonly number[];
  readonly inverse?: (u: number, p: number) => number;
  readonly range: Range;
  readonly simple?: (p: number) => boolean;
}

const reals: Range = { low: -Infinity, high: Infinity, attained: false };
const always = () => true;
const zero = () => 0;

/**
 * The table. A new activation is one entry here and one file `shaders/activation/<name>.wgsl`; nothing else names it.
 * Every form is chosen so that no finite z gives NaN, and an infinity only where the true value overflows.
 */
const table = {
  cubic: {
    label: () => 'x³',
    aliases: ['cube'],
    phi: (z) => z * z * z,
    dphi: (z) => 3 * z * z,
    d2phi: (z) => 6 * z,
    d3phi: () => 6,
    inverse: Math.cbrt,
    range: reals,
  },
  cubic_linear: {
    label: (p) => (p === 1 ? 'x³ + x' : `x³ + ${p}x`),
    aliases: ['cube_lin'],
    parameter: { name: 'ν', default: 1, rule: '>= 0' },
    phi: (z, p) => z * (z * z + p),
    dphi: (z, p) => 3 * z * z + p,
    d2phi: (z) => 6 * z,
    d3phi: () => 6,
    // z³+νz−|u| is convex on z > 0 and not negative at ∛|u| nor at |u|/ν.
    inverse: (u, p) => {
      const a = Math.abs(u);
      const start = p > 0 ? Math.min(Math.cbrt(a), a / p) : Math.cbrt(a);
      const root = newtonFromRight(
        (z) => z * (z * z + p) - a,
        (z) => 3 * z * z + p,
        start,
      );
      return u < 0 ? -root : root;
    },
    range: reals,
    simple: (p) => p > 0,
  },
  sinh: {
    label: () => 'sinh x',
    phi: Math.sinh,
    dphi: Math.cosh,
    d2phi: Math.sinh,
    d3phi: Math.cosh,
    inverse: Math.asinh,
    range: reals,
    simple: always,
  },
  exp: {
    label: () => 'eˣ',
    phi: Math.exp,
    dphi: Math.exp,
    d2phi: Math.exp,
    d3phi: Math.exp,
    inverse: Math.log,
    range: { low: 0, high: Infinity, attained: false },
    simple: always,
  },
  // The integral of squareplus: φ' = z+√(1+z²), φ = (zφ'+asinh z)/2. Both terms have the sign of z: nothing cancels.
  sqp: {
    label: () => '∫ squareplus',
    phi: (z) => 0.5 * z * squareplus(z) + 0.5 * Math.asinh(z),
    dphi: squareplus,
    d2phi: (z) => (z > 0 ? 1 + z / hypotenuse(z) : squareplus(z) / hypotenuse(z)),
    d3phi: (z) => (1 / hypotenuse(z)) ** 3,
    // With w = 2 asinh z: 4φ = e^w − 1 + w, increasing and convex in w.
    inverse: (u) => {
      const w = newtonFromRight(
        (x) => Math.expm1(x) + x - 4 * u,
        (x) => Math.exp(x) + 1,
        u > 0 ? Math.log1p(4 * u) : 4 * u - Math.expm1(4 * u),
      );
      return Math.sinh(w / 2);
    },
    range: reals,
    simple: always,
  },
  softplus: {
    label: () => 'softplus',
    phi: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    dphi: logistic,
    d2phi: logisticSlope,
    d3phi: (z) => -logisticSlope(z) * Math.tanh(z / 2),
    inverse: (u) => u + Math.log(-Math.expm1(-u)),
    range: { low: 0, high: Infinity, attained: false },
  },
  sigmoid: {
    label: () => 'sigmoid',
    phi: logistic,
    dphi: logisticSlope,
    d2phi: (z) => -logisticSlope(z) * Math.tanh(z / 2),
    d3phi: (z) => logisticSlope(z) * (1 - 6 * logisticSlope(z)),
    inverse: (u) => Math.log(u) - Math.log1p(-u),
    range: { low: 0, high: 1, attained: false },
  },
  // tanh' = 4 logistic'(2z): the square 1−tanh² would lose the tail.
  tanh: {
    label: () => 'tanh x',
    phi: Math.tanh,
    dphi: (z) => 4 * logisticSlope(2 * z),
    d2phi: (z) => -8 * Math.tanh(z) * logisticSlope(2 * z),
    d3phi: (z) => 4 * logisticSlope(2 * z) * (6 * Math.tanh(z) ** 2 - 2),
    inverse: Math.atanh,
    range: { low: -1, high: 1, attained: false },
  },
  relu: {
    label: () => 'relu',
    phi: (z) => Math.max(z, 0),
    dphi: (z) => (z > 0 ? 1 : 0),
    d2phi: zero,
    d3phi: zero,
    kinks: [0],
    inverse: (u) => u,
    range: { low: 0, high: Infinity, attained: true },
  },
  leaky_relu: {
    label: (p) => `leaky relu (slope ${p})`,
    parameter: { name: 'slope', default: 0.01, rule: '> 0' },
    phi: (z, p) => (z > 0 ? z : p * z),
    dphi: (z, p) => (z > 0 ? 1 : p),
    d2phi: zero,
    d3phi: zero,
    kinks: [0],
    inverse: (u, p) => (u > 0 ? u : u / p),
    range: reals,
  },
  // Exact (erf) form z·Φ(z) = max(z,0) − |z| Q(|z|) with Q the upper normal tail: relative accuracy on both sides.
  gelu: {
    label: () => 'gelu',
    phi: (z) => Math.max(z, 0) - Math.abs(z) * normalTail(Math.abs(z)),
    dphi: (z) => (z > 0 ? 1 - normalTail(z) : normalTail(-z)) + atMost40(z) * normalDensity(z),
    d2phi: (z) => (2 - atMost40(z) ** 2) * normalDensity(z),
    d3phi: (z) => atMost40(z) * (atMost40(z) ** 2 - 4) * normalDensity(z),
    range: { low: -0.16997120747990369, high: Infinity, attained: true },
  },
  silu: {
    label: () => 'silu',
    phi: (z) => z * logistic(z),
    dphi: (z) => logistic(z) + z * logisticSlope(z),
    d2phi: (z) => logisticSlope(z) * (2 - z * Math.tanh(z / 2)),
    d3phi: (z) => logisticSlope(z) * (z * (1 - 6 * logisticSlope(z)) - 3 * Math.tanh(z / 2)),
    range: { low: -0.2784645427610738, high: Infinity, attained: true },
  },
  square: {
    label: () => 'x²',
    phi: (z) => z * z,
    dphi: (z) => 2 * z,
    d2phi: () => 2,
    d3phi: zero,
    inverse: Math.sqrt,
    range: { low: 0, high: Infinity, attained: true },
  },
  identity: {
    label: () => 'x',
    phi: (z) => z,
    dphi: () => 1,
    d2phi: zero,
    d3phi: zero,
    inverse: (u) => u,
    range: reals,
  },
} as const satisfies Record<string, Definition>;

export type ActivationName = keyof typeof table;

const definitions: Record<ActivationName, Definition> = table;

/** All names, in the order of the table. */
export const activationNames = Object.keys(table) as ActivationName[];

/**
 * The activation a string names: `name`, or `name:parameter` for `cubic_linear` and `leaky_relu`.
 *
 * Throws BAD_ARGUMENT for an unknown name, a parameter that is not a number in its domain, or one where none belongs.
 */
export function activation(spec: string): Activation {
  if (typeof spec !== 'string') {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The activation must be a name, not ${typeof spec}.`,
      'Pass one, such as tanh.',
    );
  }
  const colon = spec.indexOf(':');
  const given = colon < 0 ? spec : spec.slice(0, colon);
  const name = activationNames.find((n) => n === given || definitions[n].aliases?.includes(given));
  if (!name) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `There is no activation '${given}'.`,
      `Use one of ${activationNames.join(', ')}; parameters follow a colon, as in cubic_linear:0.1.`,
    );
  }
  const row = definitions[name];
  const p = readParameter(row, name, colon < 0 ? undefined : spec.slice(colon + 1));
  const canonical = row.parameter ? `${name}:${p}` : name;
  const { inverse } = row;
  return {
    name,
    parameter: p,
    spec: canonical,
    label: row.label(p),
    phi: (z) => row.phi(z, p),
    dphi: (z) => row.dphi(z, p),
    d2phi: (z) => row.d2phi(z, p),
    d3phi: (z) => row.d3phi(z, p),
    kinks: row.kinks ?? [],
    ...(inverse && { inverse: (u: number) => inverse(insideRange(u, row.range, canonical), p) }),
    range: row.range,
    simple: row.simple?.(p) ?? false,
  };
}

function readParameter(row: Definition, name: ActivationName, text: string | undefined): number {
  if (text === undefined) return row.parameter?.default ?? 0;
  if (!row.parameter) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `Activation ${name} has no parameter, but '${text}' was given.`,
      `Write ${name}.`,
    );
  }
  const { name: symbol, default: usual, rule } = row.parameter;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const rounded = Math.fround(value); // what the shader will see
  if (!(Number.isFinite(rounded) && (rule === '> 0' ? rounded > 0 : rounded >= 0))) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The parameter ${symbol} of ${name} must be a float32 number ${rule}, not '${text}'.`,
      `Write for instance ${name}:${usual}.`,
    );
  }
  return value;
}

function insideRange(u: number, range: Range, spec: string): number {
  const { low, high, attained } = range;
  const inside = attained ? u >= low && u <= high : u > low && u < high;
  if (Number.isFinite(u) && inside) return u;
  const open = attained && Number.isFinite(low) ? '[' : '(';
  const close = attained && Number.isFinite(high) ? ']' : ')';
  throw new FlatwalkError(
    'NOT_DEFINED',
    `No z has φ(z) = ${u} for the activation ${spec}, whose values fill ${open}${low}, ${high}${close}.`,
    'Choose labels whose share y/m lies in that range, or another activation.',
  );
}

/** z+√(1+z²); for negative z by the reciprocal, where the sum would cancel. */
function squareplus(z: number): number {
  return z > 0 ? z + hypotenuse(z) : 1 / (hypotenuse(z) - z);
}

/** z cut at ±40, where the normal density has long been 0 in float64, so that a large z times 0 stays 0. */
function atMost40(z: number): number {
  return Math.max(-40, Math.min(40, z));
}
