import { type Activation, activation } from '../model/activations.ts';
import { FlatwalkError } from '../model/errors.ts';
import { dot, norm, rowProducts } from './matrix.ts';

/**
 * The network r(x) = Σ_j a_j φ(θ_j·x), its loss L = Σ_i (r_i − y_i)² and all derivatives, in float64.
 *
 * Letters: i, k samples (n); j neurons (m); l coordinates (d). z_ij = θ_j·x_i, e_i = r_i − y_i, q_i = ‖x_i‖². With general
 * second-layer weights every neuron's ∂r_i/∂θ_j = a_j φ'(z_ij) x_i. Formulas: Gatmiry, Li, Reddi, Jegelka, "Simplicity
 * bias via global convergence of sharpness minimization", ICML 2024, sections 2–3, and direct differentiation.
 */
export interface Problem {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  /** Data points, n × d row-major. */
  readonly X: Float64Array;
  /** Labels, n. */
  readonly y: Float64Array;
  /** First-layer weights, m × d row-major. */
  readonly theta: Float64Array;
  /** Fixed second-layer weights a, m. */
  readonly secondLayer: Float64Array;
  readonly activation: Activation;
}

export interface ProblemInput {
  readonly X: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly theta: ArrayLike<number>;
  readonly m: number;
  /** All ones if not given. */
  readonly secondLayer?: ArrayLike<number>;
  /** A spec such as `cubic_linear:0.1`. */
  readonly activation: string;
}

/** A problem from flat arrays; n and d follow from their lengths. Throws BAD_SHAPE where they do not fit. */
export function makeProblem(input: ProblemInput): Problem {
  const n = input.y.length;
  const { m } = input;
  const d = input.X.length / n;
  const secondLayer = input.secondLayer ? Float64Array.from(input.secondLayer) : new Float64Array(m).fill(1);
  if (!Number.isInteger(d) || input.theta.length !== m * d || secondLayer.length !== m || m * n * d === 0) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${input.X.length} inputs, ${n} labels, ${input.theta.length} weights and ${secondLayer.length} second-layer weights do not fit m = ${m}.`,
      'Give n·d inputs, n labels, m·d weights and m second-layer weights, none of them zero.',
    );
  }
  return {
    n,
    d,
    m,
    X: Float64Array.from(input.X),
    y: Float64Array.from(input.y),
    theta: Float64Array.from(input.theta),
    secondLayer,
    activation: activation(input.activation),
  };
}

/** The same problem at other weights. */
export function withTheta(problem: Problem, theta: Float64Array): Problem {
  return { ...problem, theta };
}

/** Row i of the data. */
export function sample(p: Problem, i: number): Float64Array {
  return p.X.subarray(i * p.d, (i + 1) * p.d);
}

/** q_i = ‖x_i‖², n. */
export function squaredNorms(p: Problem): Float64Array {
  return Float64Array.from({ length: p.n }, (_, i) => dot(sample(p, i), sample(p, i)));
}

/** G = XXᵀ, n × n. */
export function dataGram(p: Problem): Float64Array {
  return rowProducts(p.X, p.X, p.n, p.n, p.d);
}

/** Z = ΘXᵀ, m × n: z_ij at j·n + i. */
export function preactivations(p: Problem): Float64Array {
  return rowProducts(p.theta, p.X, p.m, p.n, p.d);
}

/** r_i = Σ_j a_j φ(z_ij), n. */
export function outputs(p: Problem): Float64Array {
  return neuronSums(p, (z, _i, a) => a * p.activation.phi(z));
}

/** e_i = r_i − y_i, n. */
export function residual(p: Problem): Float64Array {
  return outputs(p).map((r, i) => r - p.y[i]);
}

/** L = Σ_i e_i². */
export function loss(p: Problem): number {
  const e = residual(p);
  return dot(e, e);
}

/** ∇L, m × d: row j = 2 Σ_i e_i a_j φ'(z_ij) x_i. */
export function gradient(p: Problem): Float64Array {
  const e = residual(p);
  return dataCombination(p, (z, i, a) => 2 * e[i] * a * p.activation.dphi(z));
}

/** Jv, n: s_i = Σ_j a_j φ'(z_ij)(x_i·v_j), the change of the outputs along v (m × d). */
export function tangent(p: Problem, v: ArrayLike<number>): Float64Array {
  const w = rowProducts(v, p.X, p.m, p.n, p.d);
  return neuronSums(p, (z, i, a, j) => a * p.activation.dphi(z) * w[j * p.n + i]);
}

/** Jᵀμ, m × d: row j = Σ_i μ_i a_j φ'(z_ij) x_i. */
export function cotangent(p: Problem, mu: ArrayLike<number>): Float64Array {
  return dataCombination(p, (z, i, a) => mu[i] * a * p.activation.dphi(z));
}

/** D²L·v, m × d: row j = 2 Σ_i [ s_i a_j φ'(z_ij) + e_i a_j φ''(z_ij)(x_i·v_j) ] x_i with s = Jv. */
export function hvp(p: Problem, v: ArrayLike<number>): Float64Array {
  const e = residual(p);
  const s = tangent(p, v);
  const w = rowProducts(v, p.X, p.m, p.n, p.d);
  const { dphi, d2phi } = p.activation;
  return dataCombination(p, (z, i, a, j) => 2 * a * (s[i] * dphi(z) + e[i] * d2phi(z) * w[j * p.n + i]));
}

/** 2 JᵀJ·v, m × d: D²L·v without its second derivatives, the Gauss–Newton matrix (Schraudolph 2002). */
export function gaussNewtonProduct(p: Problem, v: ArrayLike<number>): Float64Array {
  return cotangent(p, tangent(p, v)).map((value) => 2 * value);
}

/** vᵀ D²L v = 2 Σ_i [ s_i² + e_i Σ_j a_j φ''(z_ij)(x_i·v_j)² ]. */
export function quadraticForm(p: Problem, v: ArrayLike<number>): number {
  return dot(v, hvp(p, v));
}

/** D²L, (m·d) × (m·d) dense, column by column from `hvp`. For small problems. */
export function hessian(p: Problem): Float64Array {
  const size = p.m * p.d;
  const out = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    unit.fill(0)[k] = 1;
    out.set(hvp(p, unit), k * size); // symmetric: a column is a row
  }
  return out;
}

/** The diagonal of D²L, m × d, from the dense matrix. For small problems. */
export function hessianDiagonal(p: Problem): Float64Array {
  const size = p.m * p.d;
  const h = hessian(p);
  return Float64Array.from({ length: size }, (_, k) => h[k * size + k]);
}

/** ‖D²L‖_F, from the dense matrix. For small problems. */
export function frobeniusNorm(p: Problem): number {
  return norm(hessian(p));
}

/** tr D²L = 2 Σ_i q_i Σ_j [ a_j² φ'(z_ij)² + e_i a_j φ''(z_ij) ]. */
export function trace(p: Problem): number {
  const e = residual(p);
  return traceSum(p, (slope, bend, i) => slope + e[i] * bend);
}

/** The trace with the absolute value of every term: what its rounding error is proportional to. */
export function traceAbsTerms(p: Problem): number {
  const e = residual(p);
  return traceSum(p, (slope, bend, i) => slope + Math.abs(e[i] * bend));
}

/** F = 2 Σ_i q_i Σ_j a_j² φ'(z_ij)²: the trace without its residual term, equal to it at zero loss. */
export function sharpness(p: Problem): number {
  return traceSum(p, (slope) => slope);
}

/** K = JJᵀ, n × n: K_ik = G_ik Σ_j a_j² φ'(z_ij) φ'(z_kj). */
export function jacobianGram(p: Problem): Float64Array {
  const { n, m } = p;
  const slopes = preactivations(p).map((z, k) => p.secondLayer[Math.floor(k / n)] * p.activation.dphi(z));
  return dataGram(p).map((g, index) => {
    const i = Math.floor(index / n);
    const k = index % n;
    let sum = 0;
    for (let j = 0; j < m; j++) sum += slopes[j * n + i] * slopes[j * n + k];
    return g * sum;
  });
}

/**
 * Variances of one Hutchinson probe vᵀHv, H = D²L: 2(‖H‖² − Σ H_kk²) for ±1 entries, 2‖H‖² for normal ones (Frobenius
 * norm). From the dense Hessian; for small problems.
 */
export function hutchinsonVariances(p: Problem): { rademacher: number; gaussian: number } {
  const h = hessian(p);
  const size = p.m * p.d;
  const diagonal = Float64Array.from({ length: size }, (_, k) => h[k * size + k]);
  return { rademacher: 2 * (dot(h, h) - dot(diagonal, diagonal)), gaussian: 2 * dot(h, h) };
}

type Term = (z: number, i: number, a: number, j: number) => number;

/** Σ_j term(z_ij), n. */
export function neuronSums(p: Problem, term: Term): Float64Array {
  const z = preactivations(p);
  const out = new Float64Array(p.n);
  for (let j = 0; j < p.m; j++) {
    for (let i = 0; i < p.n; i++) out[i] += term(z[j * p.n + i], i, p.secondLayer[j], j);
  }
  return out;
}

/** Row j = Σ_i term(z_ij)·x_i, m × d: the shape of every gradient here, so all of them lie in the span of the data. */
export function dataCombination(p: Problem, term: Term): Float64Array {
  const { m, n, d } = p;
  const z = preactivations(p);
  const out = new Float64Array(m * d);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      const factor = term(z[j * n + i], i, p.secondLayer[j], j);
      for (let l = 0; l < d; l++) out[j * d + l] += factor * p.X[i * d + l];
    }
  }
  return out;
}

/** 2 Σ_i q_i Σ_j term(a_j² φ'², a_j φ''). */
function traceSum(p: Problem, term: (slope: number, bend: number, i: number) => number): number {
  const { dphi, d2phi } = p.activation;
  return (
    2 *
    dot(
      squaredNorms(p),
      neuronSums(p, (z, i, a) => term((a * dphi(z)) ** 2, a * d2phi(z), i)),
    )
  );
}
