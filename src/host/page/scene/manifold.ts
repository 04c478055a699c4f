/**
 * The zero-loss manifold M in float64, where it is a curve or a surface in the space of pre-activations z_ji (neuron j, data point i):
 *
 *   one data point,  two neurons    curve     a_1 φ(z_1) + a_2 φ(z_2) = y
 *   one data point,  three neurons  surface   a_1 φ(z_1) + a_2 φ(z_2) + a_3 φ(z_3) = y
 *   two data points, two neurons    product   such a curve for each data point, independent of each other
 *
 * With σ_j the sign of a_j, points are written z = s σ + (offsets along directions orthogonal to σ). Along s the output rises
 * wherever φ does, so for each offset there is one s on M: M is a graph over the offsets.
 */
import type { Network } from '../../../engine/network.ts';
import type { Activation } from '../../../model/activations.ts';
import { FlatwalkError } from '../../../model/errors.ts';

/** One replica's problem, as far as M is a matter of it. */
export interface Instance {
  /** n, m, d. */
  readonly samples: number;
  readonly width: number;
  readonly activation: Activation;
  /** a, m numbers. */
  readonly secondLayer: readonly number[];
  /** y and |x_i|², n numbers. */
  readonly labels: readonly number[];
  readonly squaredNorms: readonly number[];
  /** Whether every Z can be reached by some weights: the data points are linearly independent. Only asked where n is at most 2. */
  readonly independent: boolean;
}

export type Shape = 'curve' | 'surface' | 'product';

/** Points of M. Nothing here is rounded to f32. */
interface Sheet {
  readonly shape: Shape;
  /** z_ji of every vertex: vertices x m x n. */
  readonly states: Float64Array;
  /** F of every vertex. */
  readonly sharpness: Float64Array;
  /** Three vertices a triangle; empty for a curve, whose vertices follow each other. */
  readonly triangles: Uint32Array;
  /** The vertex with no offset, where all neurons agree (if the second layer does). */
  readonly centre: number;
}

/** A share of the data's Gram determinant below which f32 inputs count as dependent. */
const DEPENDENT = 1e-10;

export function instanceOf(network: Network, replica: number): Instance {
  const { samples, width, dimension, activation, secondLayer, labels, targetSets, squaredNorms, inputs } = network;
  const first = targetSets > 1 ? replica * samples : 0;
  let independent = samples <= dimension && squaredNorms.every((q) => q > 0);
  if (independent && samples === 2) {
    let product = 0;
    for (let k = 0; k < dimension; k++) product += inputs[k] * inputs[dimension + k];
    const both = squaredNorms[0] * squaredNorms[1];
    independent = both - product * product > DEPENDENT * both;
  }
  return {
    samples,
    width,
    activation,
    secondLayer: Array.from(secondLayer),
    labels: Array.from(labels.subarray(first, first + samples)),
    squaredNorms: Array.from(squaredNorms),
    independent,
  };
}

/** The shape of M, or the reason why it cannot be drawn, as a sentence. */
export function shapeOf(p: Instance): { readonly shape: Shape } | { readonly why: string } {
  const { samples: n, width: m, activation } = p;
  if (m === 1)
    return {
      why: 'With one neuron the zero-loss manifold is a single point, if anything: there is nothing to walk along.',
    };
  const shape = n === 1 && m === 2 ? 'curve' : n === 1 && m === 3 ? 'surface' : n === 2 && m === 2 ? 'product' : null;
  if (!shape) {
    return {
      why:
        `The zero-loss manifold of ${n} data points and ${m} neurons has ${n} x ${m - 1} = ${n * (m - 1)} dimensions in the span of the ` +
        'data. It can be drawn up to two: one data point with 2 or 3 neurons, or two data points with 2 neurons.',
    };
  }
  if (!p.independent) {
    return {
      why: 'The data points are linearly dependent, so the neurons cannot move on them independently of each other.',
    };
  }
  if (activation.range.attained) {
    return {
      why: `${activation.label} does not rise everywhere, so its zero-loss manifold is no single curve or surface.`,
    };
  }
  if (p.secondLayer.some((a) => a === 0)) {
    return { why: 'A neuron whose weight in the second layer is 0 has no part in the output.' };
  }
  const { low, high } = reach(p);
  const beyond = p.labels.find((y) => !(y > low && y < high));
  if (beyond !== undefined) {
    return {
      why: `No weights meet the label ${short(beyond)}: ${m} neurons of ${activation.label} give values between ${short(low)} and ${short(high)}.`,
    };
  }
  return { shape };
}

/** The values that the output can come near to. */
function reach({ activation: { range }, secondLayer }: Instance): { readonly low: number; readonly high: number } {
  const sum = (up: boolean) => secondLayer.reduce((s, a) => s + a * (a > 0 === up ? range.high : range.low), 0);
  return { low: sum(false), high: sum(true) };
}

/** Directions orthogonal to the signs of the second layer: (z_1 - z_2) / 2 for two neurons of one sign is the offset along the first. */
function offsetDirections(secondLayer: readonly number[]): readonly (readonly number[])[] {
  const s = secondLayer.map(Math.sign);
  if (s.length === 2) return [[s[1], -s[0]]];
  const [half, sixth] = [Math.SQRT1_2, 1 / Math.sqrt(6)];
  return [
    [half * s[0], -half * s[1], 0],
    [sixth * s[0], sixth * s[1], -2 * sixth * s[2]],
  ];
}

/** The offsets of pre-activations on one data point: the inverse of what `onManifold` is given. */
export function offsetsOf(secondLayer: readonly number[], z: ArrayLike<number>): number[] {
  return offsetDirections(secondLayer).map((e) => {
    const length = e.reduce((sum, c) => sum + c * c, 0);
    return e.reduce((sum, c, j) => sum + c * z[j], 0) / length;
  });
}

/** The pre-activations on data point i, m numbers, that meet its label at these offsets; to the last bit of s. */
export function onManifold(p: Instance, i: number, offsets: readonly number[]): number[] {
  const { activation, secondLayer } = p;
  const signs = secondLayer.map(Math.sign);
  const directions = offsetDirections(secondLayer);
  const base = signs.map((_, j) => offsets.reduce((sum, t, k) => sum + t * directions[k][j], 0));
  const at = (s: number) => base.map((b, j) => b + s * signs[j]);
  const output = (s: number) => at(s).reduce((sum, z, j) => sum + secondLayer[j] * activation.phi(z), 0);
  const y = p.labels[i];
  let [low, high] = [-1, 1];
  while (output(low) > y) low *= 2;
  while (output(high) < y) high *= 2;
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new FlatwalkError('NOT_DEFINED', `No pre-activations meet the label ${y}`, 'Ask shapeOf() first.');
  }
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (output(middle) < y) low = middle;
    else high = middle;
  }
  return at(high);
}

/** The part of data point i in F: 2 |x_i|² Σ_j (a_j φ'(z_j))². */
export function sharpnessAt(
  { activation, secondLayer, squaredNorms }: Instance,
  i: number,
  z: ArrayLike<number>,
): number {
  return 2 * squaredNorms[i] * secondLayer.reduce((sum, a, j) => sum + (a * activation.dphi(z[j])) ** 2, 0);
}

/** So many vertices along a curve (odd, so that the middle is one), and as rings and spokes of a surface. */
interface Fineness {
  readonly curve: number;
  readonly rings: number;
  readonly spokes: number;
}
const FINE: Fineness = { curve: 257, rings: 32, spokes: 72 };

/**
 * M over the offsets up to `reach`: of the curve, the radius of a disc of the surface, or those of an ellipse, one for each data point.
 * @throws NOT_DEFINED where M cannot be drawn, with the reason
 */
export function sheetOf(p: Instance, reach: readonly number[], fineness = FINE): Sheet {
  const found = shapeOf(p);
  if ('why' in found) throw new FlatwalkError('NOT_DEFINED', found.why, 'Look at the neurons instead.');
  const { shape } = found;
  switch (shape) {
    case 'curve':
      return curve(p, reach[0], fineness.curve);
    case 'surface':
      return disc(p, shape, (x, y) => [[reach[0] * x, reach[0] * y]], fineness);
    case 'product':
      return disc(p, shape, (x, y) => [[reach[0] * x], [reach[1] * y]], fineness);
    default:
      throw new Error(`no sheet for ${shape satisfies never}`);
  }
}

/** `count` numbers from -reach to reach, exactly 0 in the middle of an odd count. */
function spread(reach: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => (reach * (2 * k - (count - 1))) / (count - 1));
}

function curve(p: Instance, reach: number, count: number): Sheet {
  const points = spread(reach, count).map((t) => onManifold(p, 0, [t]));
  return {
    shape: 'curve',
    states: Float64Array.from(points.flat()),
    sharpness: Float64Array.from(points, (z) => sharpnessAt(p, 0, z)),
    triangles: new Uint32Array(0),
    centre: (count - 1) / 2,
  };
}

/** Rings around the vertex with no offset, over a disc; of two data points, over an ellipse. */
function disc(
  p: Instance,
  shape: Shape,
  offsetsAt: (x: number, y: number) => number[][],
  { rings, spokes }: Fineness,
): Sheet {
  const states: number[] = [];
  const sharpness: number[] = [];
  const add = (x: number, y: number) => {
    const points = offsetsAt(x, y).map((offsets, i) => onManifold(p, i, offsets));
    for (let j = 0; j < p.width; j++) for (const z of points) states.push(z[j]);
    sharpness.push(points.reduce((sum, z, i) => sum + sharpnessAt(p, i, z), 0));
  };
  add(0, 0);
  for (let ring = 1; ring <= rings; ring++) {
    for (let spoke = 0; spoke < spokes; spoke++) {
      const angle = (2 * Math.PI * spoke) / spokes;
      add((ring / rings) * Math.cos(angle), (ring / rings) * Math.sin(angle));
    }
  }
  const at = (ring: number, spoke: number) => (ring === 0 ? 0 : 1 + (ring - 1) * spokes + (spoke % spokes));
  const triangles: number[] = [];
  for (let ring = 0; ring < rings; ring++) {
    for (let spoke = 0; spoke < spokes; spoke++) {
      const [a, b, c, d] = [at(ring, spoke), at(ring, spoke + 1), at(ring + 1, spoke), at(ring + 1, spoke + 1)];
      triangles.push(a, c, d);
      if (ring > 0) triangles.push(a, d, b);
    }
  }
  return {
    shape,
    states: Float64Array.from(states),
    sharpness: Float64Array.from(sharpness),
    triangles: Uint32Array.from(triangles),
    centre: 0,
  };
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : value < 0 ? 'minus infinity' : 'infinity';
}
