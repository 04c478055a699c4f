import { type Activation, activation } from '../../../model/activations.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { product, rowProducts } from '../../../model/linear.ts';
import { count } from '../../arrays.ts';
import type { Problem } from '../../problem.ts';

/** Samples that a point may have: an evaluation takes about n³ operations, and a flow hundreds of evaluations. */
export const MOST_SAMPLES = 512;

/**
 * Where one network stands, as float64 numbers: all that the sharpness, its derivatives on the manifold and the tangent kernel
 * depend on. Matrices are flat and row-major; index j n + i is neuron j at sample i.
 */
export interface DataState {
  readonly m: number;
  readonly n: number;
  readonly activation: Activation;
  /** The fixed second layer a, m. */
  readonly secondLayer: Float64Array;
  /** Labels, n. */
  readonly y: Float64Array;
  /** |x_i|², n. */
  readonly q: Float64Array;
  /** G = X X^T, n x n. */
  readonly G: Float64Array;
  /** Pre-activations, m x n. */
  readonly Z: Float64Array;
}

/**
 * One network in data space. Every derivative is a combination of data points, so the weights are
 * Theta = Theta0 + A X with A (m x n) as the state, and pre-activations Z = Z0 + A G: nothing here takes time
 * that grows with d. A tangent vector V = C X is given by its coefficients C (m x n), and <V, V'> = tr(C G C'^T). Points are
 * not changed by any function.
 */
export interface ManifoldPoint extends DataState {
  readonly d: number;
  /** Data points, n x d. */
  readonly X: Float64Array;
  /** The weights that A counts from, m x d. */
  readonly theta0: Float64Array;
  /** Their pre-activations, m x n. */
  readonly Z0: Float64Array;
  /** Coefficients of what was added to theta0, m x n. */
  readonly A: Float64Array;
}

export interface PointInput {
  /** n x d, flat and row-major. */
  readonly inputs: ArrayLike<number>;
  /** n. */
  readonly labels: ArrayLike<number>;
  /** m. */
  readonly width: number;
  /** `name` or `name:parameter`. */
  readonly activation: string;
  /** m x d. */
  readonly weights: ArrayLike<number>;
  /** m; all ones if not given. */
  readonly secondLayer?: ArrayLike<number>;
}

/**
 * The state of one replica, read from the device (f32, exactly converted). It need not lie on the manifold: see `retract`.
 * @throws BAD_ARGUMENT for a replica that does not exist, LIMIT above 512 samples
 */
export async function manifoldPoint(problem: Problem, replica = 0): Promise<ManifoldPoint> {
  const { network } = problem.lowLevel;
  count('replica', replica, 0);
  if (replica >= network.replicas) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `There is no replica ${replica}: the problem has ${network.replicas}`,
      'Count replicas from 0.',
    );
  }
  return (await readPoints(problem))(replica);
}

/**
 * The states of all replicas, each made when it is asked for: weights are read once, and G is one and the same.
 * @throws LIMIT above 512 samples
 */
export async function readPoints(problem: Problem): Promise<(replica: number) => ManifoldPoint> {
  const { inputs, samples, labels, targetSets, width, dimension, cells, activation, secondLayer } =
    problem.lowLevel.network;
  checkSamples(samples);
  const weights = await problem.weights();
  const X = finite('inputs', inputs);
  const data = { X, G: rowProducts(X, X, samples, samples, dimension) };
  return (replica) => {
    const set = replica % targetSets;
    const input = {
      inputs,
      labels: labels.subarray(set * samples, (set + 1) * samples),
      width,
      activation: activation.spec,
      weights: weights.subarray(replica * cells, (replica + 1) * cells),
      secondLayer,
    };
    return pointFrom(input, data);
  };
}

/** A point from float64 numbers, without a device. @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT above 512 samples */
export function makePoint(input: PointInput): ManifoldPoint {
  return pointFrom(input);
}

/** @param data of these inputs, where they are there already */
function pointFrom(input: PointInput, data?: { readonly X: Float64Array; readonly G: Float64Array }): ManifoldPoint {
  const m = count('width', input.width);
  const n = count('the number of labels', input.labels.length);
  checkSamples(n);
  const d = input.inputs.length / n;
  const secondLayer = input.secondLayer ? Float64Array.from(input.secondLayer) : new Float64Array(m).fill(1);
  if (!Number.isInteger(d) || d === 0 || input.weights.length !== m * d || secondLayer.length !== m) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${input.inputs.length} inputs, ${n} labels, ${input.weights.length} weights and ${secondLayer.length} second-layer weights do not fit a width of ${m}`,
      'Give n x d inputs, n labels, m x d weights and m second-layer weights.',
    );
  }
  const X = data?.X ?? finite('inputs', input.inputs);
  const theta0 = finite('weights', input.weights);
  const G = data?.G ?? rowProducts(X, X, n, n, d);
  const Z0 = rowProducts(theta0, X, m, n, d);
  return {
    m,
    n,
    d,
    activation: activation(input.activation),
    secondLayer: finite('secondLayer', secondLayer),
    X,
    y: finite('labels', input.labels),
    q: Float64Array.from({ length: n }, (_, i) => G[i * n + i]),
    G,
    theta0,
    Z0,
    A: new Float64Array(m * n),
    Z: Z0.slice(),
  };
}

/** The point whose coefficients are A. */
export function pointAt(point: ManifoldPoint, A: Float64Array): ManifoldPoint {
  return { ...point, A, Z: plus(point.Z0, 1, timesGram(point, A)) };
}

/** The weights Theta0 + A X, m x d. */
export function weightsOf(point: ManifoldPoint): Float64Array {
  return plus(point.theta0, 1, toWeights(point, point.A));
}

/** The tangent vector C X, m x d, of coefficients C, m x n. */
export function toWeights({ m, n, d, X }: ManifoldPoint, coefficients: Float64Array): Float64Array {
  return product(coefficients, X, m, n, d);
}

/** C G: what the pre-activations change by along C X. */
export function timesGram({ m, n, G }: DataState, coefficients: Float64Array): Float64Array {
  return product(coefficients, G, m, n, n);
}

/** <C X, C' X>, from C and C' G. */
export function inner(coefficients: Float64Array, otherTimesGram: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < coefficients.length; k++) sum += coefficients[k] * otherTimesGram[k];
  return sum;
}

/** |C X|. Rounding may leave a square of about -1e-32 where it is zero. */
export function tangentNorm(point: DataState, coefficients: Float64Array): number {
  return Math.sqrt(Math.max(0, inner(coefficients, timesGram(point, coefficients))));
}

/** e_i = sum_j a_j phi(z_ij) - y_i, n. */
export function residualsOf({ m, n, Z, y, secondLayer, activation: { phi } }: DataState): Float64Array {
  const e = new Float64Array(n);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) e[i] += secondLayer[j] * phi(Z[j * n + i]);
  }
  for (let i = 0; i < n; i++) e[i] -= y[i];
  return e;
}

/** a + factor b */
export function plus(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  return a.map((value, k) => value + factor * b[k]);
}

export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

export function checkSamples(n: number): void {
  if (n <= MOST_SAMPLES) return;
  throw new FlatwalkError(
    'LIMIT',
    `The geometry in float64 is for ${MOST_SAMPLES} samples at most, not ${n}: an evaluation takes about n³ operations`,
    `Use a subset of up to ${MOST_SAMPLES} samples.`,
  );
}

function finite(name: string, values: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(values);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return copy;
  throw new FlatwalkError('NOT_FINITE', `${name}: the value at index ${bad} is ${copy[bad]}`, 'Remove or replace it.');
}
