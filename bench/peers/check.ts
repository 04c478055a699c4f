/**
 * The right answers, in float64, and how far one in f32 may be from them.
 *
 * A sum of k products whose roundings are independent is off by at most λ√k u times the sum of their absolute values, but
 * for a chance that falls with λ as that of a normal law (Higham and Mary, "A new approach to probabilistic rounding error
 * analysis", 2019): it holds for any order of summation, so for any library. Errors of a step are carried to the next by
 * the norm of its derivative.
 */
import { norm } from '../../src/reference/matrix.ts';
import {
  dataGram,
  makeProblem,
  preactivations,
  quadraticForm,
  type Problem as Reference,
  squaredNorms,
  withTheta,
} from '../../src/reference/network.ts';
import { type Batch, train } from '../../src/reference/training.ts';
import { type Numbers, numbersOf } from './cases.ts';
import type { PeerCase, ProbesQuestion, Question, StepsQuestion } from './peer.ts';

/** The unit of rounding of f32. */
const U = 2 ** -24;
const LAMBDA = 4;
/** Roundings of φ, φ', a residual's noise, and a product of four factors, in whatever way they are written. */
const FEW = 8;

/** Answers in groups: the weights of a replica, or one form. */
export interface Expected {
  /** Numbers in a whole answer. */
  readonly length: number;
  readonly groups: readonly Group[];
}

interface Group {
  /** Where in the answer it begins. */
  readonly first: number;
  readonly values: Float64Array;
  /** The distance from it that is allowed in the Euclidean norm. */
  readonly tolerance: number;
}

/** Replicas that are compared, evenly chosen; of the others, that they are finite. */
const REPLICAS_COMPARED = 16;

export interface Check {
  readonly passed: boolean;
  /** The largest share of its tolerance that a group's error has; NaN where an answer is not finite. */
  readonly share: number;
  /** What did not work, where there is no answer. */
  readonly failure?: string;
}

/** The last one, because cases of the same problem follow each other and the large one takes many seconds. */
let last: { readonly key: string; readonly expected: Expected } | null = null;

export function expectedOf(one: PeerCase, question: Question): Expected {
  const key = `${one.size} ${one.kind} ${one.replicas}`;
  if (last?.key === key) return last.expected;
  const numbers = numbersOf(one);
  const expected = question.kind === 'steps' ? expectedWeights(numbers, question) : expectedForms(numbers, question);
  last = { key, expected };
  return expected;
}

export function checkAnswer(answer: ArrayLike<number>, { length, groups }: Expected): Check {
  if (answer.length !== length) {
    return { passed: false, share: Number.NaN, failure: `${answer.length} numbers instead of ${length}` };
  }
  const numbers = Array.from(answer);
  if (!numbers.every(Number.isFinite)) return { passed: false, share: Number.NaN, failure: 'numbers are not finite' };
  const shares = groups.map(
    ({ first, values, tolerance }) => norm(values.map((value, k) => numbers[first + k] - value)) / tolerance,
  );
  const share = Math.max(...shares);
  return { passed: share <= 1, share };
}

function expectedWeights(numbers: Numbers, question: StepsQuestion): Expected {
  const { m, d, replicas, weights } = numbers;
  const size = m * d;
  const compared = Math.min(replicas, REPLICAS_COMPARED);
  const startOf = (first: number) => reference(numbers, weights.subarray(first, first + size));
  const groups = Array.from({ length: compared }, (_, k): Group => {
    // The last of each stretch, so that the very last is among them.
    const first = (Math.floor(((k + 1) * replicas) / compared) - 1) * size;
    const { theta, tolerance } = follow(startOf(first), numbers, question, first / size);
    return { first, values: theta, tolerance };
  });
  return { length: replicas * size, groups };
}

/** The trajectory of a replica, and the bound of what f32 makes of it. */
function follow(start: Reference, numbers: Numbers, question: StepsQuestion, replica: number) {
  const { fullBatch, stepSize, n, replicas } = numbers;
  const shown = fullBatch ? n : 1;
  const width = fullBatch ? n : replicas;
  const mode = fullBatch ? 'full-mean' : 'single';
  const gram = dataGram(start);
  let theta = start.theta;
  let tolerance = 0;
  for (let step = 0; step < question.steps; step++) {
    const at = step * width + replica;
    const batch: Batch = {
      indices: question.samples.subarray(at, at + shown),
      noises: question.noises.subarray(at, at + shown),
    };
    const p = withTheta(start, theta);
    const { growth, fresh } = roundings(p, batch, question.noise, (2 * stepSize) / shown, gram);
    tolerance = growth * tolerance + fresh;
    theta = train(p, { mode, stepSize, sigma: question.noise, draws: () => batch, steps: 1 });
  }
  return { theta, tolerance };
}

/**
 * Of one step θ_j −= c Σ_i e_i φ'(z_ij) x_i: by how much its derivative may stretch an error, and the error that it adds.
 * The derivative is I − c Σ_i ∇r_i ∇r_iᵀ − c Σ_i e_i D²r_i. The first sum has the eigenvalues of ∇r_i·∇r_k, which no row's
 * sum of absolute values exceeds; it does not stretch while they are at most 2 / c. In the second, the block of a neuron is
 * Xᵀ diag(e_i φ''(z_ij)) X, at most the largest of these numbers times the largest eigenvalue of the Gram matrix.
 */
function roundings(p: Reference, { indices, noises }: Batch, sigma: number, c: number, gram: Float64Array) {
  const { m, n, d } = p;
  const { phi, dphi, d2phi } = p.activation;
  const z = preactivations(p);
  const rows = Float64Array.from({ length: m }, (_, j) => norm(p.theta.subarray(j * d, (j + 1) * d)));
  const sum = (length: number) => LAMBDA * Math.sqrt(length) * U;
  /** |φ'(z_i)| over the neurons. */
  const slopes = new Float64Array(indices.length);
  let bend = 0;
  let fresh = 0;
  const sizes = new Float64Array(m);
  for (let b = 0; b < indices.length; b++) {
    const i = indices[b];
    const length = Math.sqrt(gram[i * n + i]);
    // Errors of different neurons are independent, and add up as squares.
    let spread = 0;
    let total = 0;
    let e = sigma * noises[b] - p.y[i];
    let most = 0;
    for (let j = 0; j < m; j++) {
      const at = z[j * n + i];
      const off = sum(d) * rows[j] * length;
      e += phi(at);
      total += Math.abs(phi(at));
      spread += (dphi(at) * off + FEW * U * Math.abs(phi(at))) ** 2;
      slopes[b] += dphi(at) ** 2;
      most = Math.max(most, Math.abs(d2phi(at)));
    }
    slopes[b] = Math.sqrt(slopes[b]);
    const offResidual = Math.sqrt(spread) + sum(m) * total + FEW * U * Math.abs(p.y[i]);
    for (let j = 0; j < m; j++) {
      const at = z[j * n + i];
      const off = sum(d) * rows[j] * length;
      const change = Math.abs(c * e * dphi(at));
      const offChange = c * (offResidual * Math.abs(dphi(at)) + Math.abs(e * d2phi(at)) * off) + FEW * U * change;
      fresh += (offChange * length) ** 2;
      sizes[j] += change * length;
    }
    bend = Math.max(bend, c * Math.abs(e) * most);
  }
  fresh += (sum(indices.length) * norm(sizes)) ** 2 + (2 * U * norm(p.theta)) ** 2;
  const steepness = c * largestRow(indices, (a, b) => slopes[a] * slopes[b] * gram[indices[a] * n + indices[b]]);
  const width = largestRow(indices, (a, b) => gram[indices[a] * n + indices[b]]);
  return { growth: Math.max(1, steepness - 1) + bend * width, fresh: Math.sqrt(fresh) };
}

/** The largest sum of absolute values in a row of a square matrix, which no eigenvalue exceeds (Gershgorin). */
function largestRow({ length }: ArrayLike<number>, entry: (a: number, b: number) => number): number {
  let largest = 0;
  for (let a = 0; a < length; a++) {
    let row = 0;
    for (let b = 0; b < length; b++) row += Math.abs(entry(a, b));
    largest = Math.max(largest, row);
  }
  return largest;
}

function expectedForms(numbers: Numbers, { vectors, probes }: ProbesQuestion): Expected {
  const size = numbers.m * numbers.d;
  const p = reference(numbers, numbers.weights);
  const groups = Array.from({ length: probes }, (_, k): Group => {
    const v = Float64Array.from(vectors.subarray(k * size, (k + 1) * size));
    return { first: k, values: Float64Array.of(quadraticForm(p, v)), tolerance: formTolerance(p, v) };
  });
  return { length: probes, groups };
}

/** vᵀHv = 2 Σ_i [ s_i² + e_i Σ_j φ''(z_ij) u_ij² ] with s_i = Σ_j φ'(z_ij) u_ij and u = V Xᵀ, however it is computed. */
export function formTolerance(p: Reference, v: Float64Array): number {
  const { m, n, d } = p;
  const { phi, dphi, d2phi, d3phi } = p.activation;
  const z = preactivations(p);
  const u = preactivations(withTheta(p, v));
  const lengths = squaredNorms(p).map(Math.sqrt);
  const row = (w: Float64Array, j: number) => norm(w.subarray(j * d, (j + 1) * d));
  const sum = (length: number) => LAMBDA * Math.sqrt(length) * U;
  let squares = 0;
  let sizes = 0;
  const rows = Float64Array.from({ length: m }, (_, j) => row(p.theta, j));
  const probes = Float64Array.from({ length: m }, (_, j) => row(v, j));
  for (let i = 0; i < n; i++) {
    let e = -p.y[i];
    let [s, q] = [0, 0];
    let [offE, offS, offQ] = [0, 0, 0];
    let [sizeE, sizeS, sizeQ] = [Math.abs(e), 0, 0];
    for (let j = 0; j < m; j++) {
      const [at, along] = [z[j * n + i], u[j * n + i]];
      const offZ = sum(d) * rows[j] * lengths[i];
      const offU = sum(d) * probes[j] * lengths[i];
      e += phi(at);
      s += dphi(at) * along;
      q += d2phi(at) * along ** 2;
      offE += (dphi(at) * offZ) ** 2;
      offS += (Math.abs(dphi(at)) * offU + Math.abs(d2phi(at) * along) * offZ) ** 2;
      offQ += (2 * Math.abs(d2phi(at) * along) * offU + Math.abs(d3phi(at)) * along ** 2 * offZ) ** 2;
      sizeE += Math.abs(phi(at));
      sizeS += Math.abs(dphi(at) * along);
      sizeQ += Math.abs(d2phi(at)) * along ** 2;
    }
    const errorE = Math.sqrt(offE) + (sum(m) + FEW * U) * sizeE;
    const errorS = Math.sqrt(offS) + (sum(m) + FEW * U) * sizeS;
    const errorQ = Math.sqrt(offQ) + (sum(m) + FEW * U) * sizeQ;
    squares += (2 * (2 * Math.abs(s) * errorS + Math.abs(e) * errorQ + Math.abs(q) * errorE)) ** 2;
    sizes += 2 * (s ** 2 + Math.abs(e) * sizeQ);
  }
  return Math.sqrt(squares) + (sum(n * m) + sum(m * d)) * sizes;
}

function reference({ m, inputs, labels }: Numbers, theta: Float32Array): Reference {
  return makeProblem({ X: inputs, y: labels, theta, m, activation: 'cubic' });
}
