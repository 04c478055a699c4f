import { activation } from './activations.ts';
import { streamNormals, streamUniforms } from './draws.ts';
import { FlatwalkError } from './errors.ts';
import { cholesky, choleskySolve, product, rowProducts } from './linear.ts';

/**
 * Made data and starting weights. All are drawn by counter and rounded to float32 at the end, so that every adapter, and
 * the float64 reference, starts from the same bits.
 */

/** Parts of the `data` and `init` streams: the step word of the address. */
const parts = { inputs: 0, labels: 1, teacher: 2, weights: 0, alignedStart: 1 } as const;

/**
 * - `gaussian`: independent standard normal entries, so ‖x‖² is about d;
 * - `unit`: gaussian rows scaled to length 1;
 * - `orthonormal`: gaussian rows made orthonormal (n <= d);
 * - `paper`: entries uniform in [0, 1), as in Fig. 1 of Gatmiry, Li, Reddi, Jegelka 2024.
 */
export const inputKinds = ['gaussian', 'unit', 'orthonormal', 'paper'] as const;
export type InputKind = (typeof inputKinds)[number];

export interface InputOptions {
  readonly kind: InputKind;
  readonly n: number;
  readonly d: number;
  readonly seed: number;
}

/** Data points X, n × d row-major, exact in float32. Throws BAD_SHAPE for `orthonormal` with n > d. */
export function makeInputs({ kind, n, d, seed }: InputOptions): Float32Array {
  checkSizes({ n, d });
  if (kind === 'paper') return new Float32Array(streamUniforms('data', seed, parts.inputs, 0, n * d));
  const x = streamNormals('data', seed, parts.inputs, 0, n * d);
  if (kind === 'orthonormal' && n > d) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `There are no n = ${n} orthonormal points in d = ${d} dimensions.`,
      'Take n <= d, or inputs of another kind.',
    );
  }
  if (kind !== 'gaussian') {
    for (let i = 0; i < n; i++) {
      // Gram–Schmidt twice: once leaves rounding errors as large as the condition number.
      if (kind === 'orthonormal') for (let k = 0; k < 2 * i; k++) removeRow(x, i, k % i, d);
      normaliseRow(x, i, d);
    }
  }
  return new Float32Array(x);
}

export interface LabelOptions {
  readonly n: number;
  /** The size of a label is uniform in [low, high). */
  readonly low: number;
  readonly high: number;
  readonly seed: number;
  /** `random`: either sign with equal chances. `positive`: for activations that have no negative values. */
  readonly signs?: 'random' | 'positive';
}

/** Labels y, length n, exact in float32. Throws BAD_ARGUMENT unless 0 <= low <= high. */
export function makeLabels({ n, low, high, seed, signs = 'random' }: LabelOptions): Float32Array {
  checkSizes({ n });
  checkInterval(low, high, 'labels');
  const u = streamUniforms('data', seed, parts.labels, 0, 2 * n);
  return Float32Array.from({ length: n }, (_, i) => {
    const size = low + (high - low) * u[2 * i];
    return signs === 'random' && u[2 * i + 1] < 0.5 ? -size : size;
  });
}

export interface TeacherOptions {
  /** Data points X, n × d row-major. */
  readonly inputs: ArrayLike<number>;
  readonly n: number;
  readonly d: number;
  /** `name` or `name:parameter`. */
  readonly activation: string;
  /** Neurons of the teacher; 1 if not given. */
  readonly width?: number;
  /** Root mean square of its pre-activations, expected over the data points; 1 if not given. */
  readonly std?: number;
  readonly seed: number;
}

/**
 * Labels of a teacher, y_i = Σ_j φ(θ*_j·x_i), length n, exact in float32: θ* has independent normal entries of standard
 * deviation std / √(mean ‖x_i‖²). A student with the same activation and at least as many neurons, whose φ has a zero, can
 * fit them exactly.
 *
 * Throws BAD_SHAPE for inputs that are not n·d numbers, BAD_ARGUMENT for sizes, std or activation that make no sense,
 * NOT_FINITE where a label is beyond float32.
 */
export function makeTeacherLabels(options: TeacherOptions): Float32Array {
  const { inputs, n, d, activation: spec, width = 1, std = 1, seed } = options;
  checkSizes({ n, d, width });
  checkInterval(0, std, 'pre-activations');
  if (inputs.length !== n * d) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${inputs.length} inputs do not fit n = ${n}, d = ${d}.`,
      'Give n·d inputs, row by row.',
    );
  }
  const { phi } = activation(spec);
  let squares = 0;
  for (let k = 0; k < n * d; k++) squares += inputs[k] * inputs[k];
  const scale = squares > 0 ? std / Math.sqrt(squares / n) : 0;
  const teacher = streamNormals('data', seed, parts.teacher, 0, width * d);
  const labels = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) {
      let z = 0;
      for (let l = 0; l < d; l++) z += teacher[j * d + l] * inputs[i * d + l];
      sum += phi(scale * z);
    }
    labels[i] = sum;
    if (Number.isFinite(labels[i])) continue;
    throw new FlatwalkError('NOT_FINITE', `The teacher's label ${i} is ${sum}.`, 'Take a smaller std.');
  }
  return labels;
}

export interface WeightOptions {
  readonly m: number;
  readonly d: number;
  /** Standard deviation of every weight; also that of z = θ·x for a unit row x. */
  readonly std: number;
  readonly seed: number;
  readonly replica?: number;
}

/** Starting weights Θ, m × d row-major, independent normals of standard deviation `std`, exact in float32. */
export function makeWeights({ m, d, std, seed, replica = 0 }: WeightOptions): Float32Array {
  checkSizes({ m, d });
  checkInterval(0, std, 'starting weights');
  return new Float32Array(streamNormals('init', seed, parts.weights, replica, m * d).map((g) => std * g));
}

export interface AlignedStartOptions {
  readonly inputs: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly m: number;
  readonly n: number;
  readonly d: number;
  /** |z_ij| is uniform in [low, high); the sign is that of y_i. */
  readonly low: number;
  readonly high: number;
  readonly seed: number;
  readonly replica?: number;
}

/**
 * Starting weights whose pre-activations have the signs of the labels: the remedy for the pure cubic, where one of the
 * wrong sign sticks at 0. Solves ΘXᵀ = Z in the span of the data, Θ = Z G⁻¹ X with G = XXᵀ; m × d, exact in float32 (so Z
 * is met up to that rounding).
 *
 * Throws NOT_DEFINED for linearly dependent data, BAD_SHAPE for lengths that do not fit.
 */
export function makeSignMatchedWeights(options: AlignedStartOptions): Float32Array {
  const { inputs, labels, m, n, d, low, high, seed, replica = 0 } = options;
  checkSizes({ m, n, d });
  checkInterval(low, high, 'pre-activations');
  if (inputs.length !== n * d || labels.length !== n) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${inputs.length} inputs and ${labels.length} labels do not fit n = ${n}, d = ${d}.`,
      'Give n·d inputs, row by row, and n labels.',
    );
  }
  const gram = cholesky(rowProducts(inputs, inputs, n, n, d), n, 'The Gram matrix of the data');
  const u = streamUniforms('init', seed, parts.alignedStart, replica, m * n);
  const z = u.map((v, k) => (labels[k % n] < 0 ? -1 : 1) * (low + (high - low) * v));
  const coefficients = new Float64Array(m * n);
  for (let j = 0; j < m; j++) coefficients.set(choleskySolve(gram, n, z.subarray(j * n, (j + 1) * n)), j * n);
  return new Float32Array(product(coefficients, inputs, m, n, d));
}

function removeRow(x: Float64Array, i: number, k: number, d: number): void {
  let dot = 0;
  for (let l = 0; l < d; l++) dot += x[i * d + l] * x[k * d + l];
  for (let l = 0; l < d; l++) x[i * d + l] -= dot * x[k * d + l];
}

function normaliseRow(x: Float64Array, i: number, d: number): void {
  let square = 0;
  for (let l = 0; l < d; l++) square += x[i * d + l] ** 2;
  for (let l = 0; l < d; l++) x[i * d + l] /= Math.sqrt(square);
}

function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size > 0) continue;
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `${name} must be a whole number above 0, not ${size}.`,
      `Give ${name} >= 1.`,
    );
  }
}

function checkInterval(low: number, high: number, what: string): void {
  if (low >= 0 && low <= high && Number.isFinite(Math.fround(high))) return;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `The size of the ${what} cannot be drawn from [${low}, ${high}].`,
    'Give 0 <= low <= high, both finite.',
  );
}
