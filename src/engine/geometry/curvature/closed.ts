import { FlatwalkError } from '../../../model/errors.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import type { LossCurvature } from '../../stages/curvature.ts';
import type { ProbeKind } from '../../stages/probes.ts';
import { atOnePoint } from '../steady.ts';
import { forEachBlock } from './blocks.ts';
import { checkLossCurvature } from './products.ts';

/**
 * What is known of a curvature matrix H in closed form, in float64 from the pre-activations on the device. Letters as in the
 * reference: s_ij = a_j φ'(z_ij), t_ij = e_i a_j φ''(z_ij), q_i = |x_i|². H is D²L, or the Gauss-Newton matrix, t = 0.
 */
export interface ClosedOptions {
  /** 'hessian' if not given. */
  readonly of?: LossCurvature;
}

/** The trace of one replica taken apart: both parts sum up to it. */
export interface TraceParts {
  readonly trace: number;
  /** m: the trace of each neuron's diagonal block, 2 Σ_i q_i (s_ij² + t_ij). */
  readonly perNeuron: Float64Array;
  /** n: what each data point adds, 2 q_i Σ_j (s_ij² + t_ij). */
  readonly perSample: Float64Array;
}

/** Multiply-adds that are done on the host within seconds. */
const HOST_WORK = 2 ** 33;

/** tr H by neuron and by data point, for every replica. @throws NOT_DEFINED where an output is not finite */
export const traceParts = /* @__PURE__ */ atOnePoint(measureTraceParts);

async function measureTraceParts(problem: Problem, { of = 'hessian' }: ClosedOptions = {}): Promise<TraceParts[]> {
  checkLossCurvature(of);
  const { replicas, width, samples, squaredNorms } = problem.lowLevel.network;
  const parts = Array.from({ length: replicas }, () => ({
    perNeuron: new Float64Array(width),
    perSample: new Float64Array(samples),
  }));
  await forEachBlock(problem, ({ replica, first, count, slopes, bends }) => {
    const { perNeuron, perSample } = parts[replica];
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < count; i++) {
        const cell = j * count + i;
        const term = 2 * squaredNorms[first + i] * (slopes[cell] ** 2 + (of === 'hessian' ? bends[cell] : 0));
        perNeuron[j] += term;
        perSample[first + i] += term;
      }
    }
  });
  return parts.map((one) => ({ ...one, trace: one.perSample.reduce((sum, term) => sum + term, 0) }));
}

/**
 * The diagonal of H of every replica, m x d each: H_(jl)(jl) = 2 Σ_i (s_ij² + t_ij) x_il². O(n m d).
 * @throws LIMIT where n m d of all replicas is above 2^33, with the n that fits; NOT_DEFINED where an output is not finite
 */
export const hessianDiagonal = /* @__PURE__ */ atOnePoint(measureHessianDiagonal);

async function measureHessianDiagonal(
  problem: Problem,
  { of = 'hessian' }: ClosedOptions = {},
): Promise<Float64Array[]> {
  checkLossCurvature(of);
  const { replicas, samples, width, dimension, cells, inputs } = problem.lowLevel.network;
  checkHostWork('The diagonal takes n m d operations', samples, Math.floor(HOST_WORK / (replicas * cells)));
  const squares = Float64Array.from(inputs, (x) => x * x);
  const diagonals = Array.from({ length: replicas }, () => new Float64Array(cells));
  await forEachBlock(problem, ({ replica, first, count, slopes, bends }) => {
    const diagonal = diagonals[replica];
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < count; i++) {
        const cell = j * count + i;
        const term = 2 * (slopes[cell] ** 2 + (of === 'hessian' ? bends[cell] : 0));
        const row = (first + i) * dimension;
        for (let l = 0; l < dimension; l++) diagonal[j * dimension + l] += term * squares[row + l];
      }
    }
  });
  return diagonals;
}

/**
 * ‖H‖_F of every replica. With K = J Jᵀ and B the second term of D²L, of b_ij = 2 t_ij:
 *   ‖H‖_F² = 4 ‖K‖_F² + 4 tr(J B Jᵀ) + ‖B‖_F² = Σ_ik G_ik² [ 4 (Σ_j s_ij s_kj)² + 4 Σ_j s_kj² b_ij + Σ_j b_ij b_kj ],
 * because K_ik = G_ik Σ_j s_ij s_kj, x_kᵀ B_j x_k = Σ_i b_ij G_ik² and tr B_j² = Σ_ik b_ij b_kj G_ik². O(n² (m + d)).
 * @throws LIMIT where n² (m + d) is too much for the host, with the n that fits; NOT_DEFINED where an output is not finite
 */
export const frobeniusNorm = /* @__PURE__ */ atOnePoint(measureFrobeniusNorm);

async function measureFrobeniusNorm(problem: Problem, { of = 'hessian' }: ClosedOptions = {}): Promise<Float64Array> {
  checkLossCurvature(of);
  const { network } = problem.lowLevel;
  const { replicas, samples, width, dimension } = network;
  const each = (replicas * 5 * width + dimension) / 2;
  checkHostWork('The Frobenius norm takes n² (m + d) operations', samples, Math.floor(Math.sqrt(HOST_WORK / each)));
  // Sample by sample, so that the sums over neurons run along memory.
  const slopes = Array.from({ length: replicas }, () => new Float64Array(samples * width));
  const bends = Array.from({ length: replicas }, () => new Float64Array(samples * width));
  await forEachBlock(problem, (terms) => {
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < terms.count; i++) {
        const place = (terms.first + i) * width + j;
        slopes[terms.replica][place] = terms.slopes[j * terms.count + i];
        if (of === 'hessian') bends[terms.replica][place] = 2 * terms.bends[j * terms.count + i];
      }
    }
  });
  const totals = new Float64Array(replicas);
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k <= i; k++) {
      // Off the diagonal, both orders at once.
      const weight = inner(network, i, k) ** 2 * (i === k ? 1 : 2);
      for (let r = 0; r < replicas; r++) totals[r] += weight * pairTerm(slopes[r], bends[r], i, k, width);
    }
  }
  // Zero at the least; what is below has been rounded.
  return totals.map((total) => Math.sqrt(Math.max(0, total)));
}

/** The bracket of `frobeniusNorm`, averaged over both orders of i and k. */
function pairTerm(s: Float64Array, b: Float64Array, i: number, k: number, width: number): number {
  let straight = 0;
  let mixed = 0;
  let bent = 0;
  for (let j = 0; j < width; j++) {
    const [left, right] = [i * width + j, k * width + j];
    straight += s[left] * s[right];
    mixed += s[right] * s[right] * b[left] + s[left] * s[left] * b[right];
    bent += b[left] * b[right];
  }
  return 4 * straight * straight + 2 * mixed + bent;
}

/** G_ik = x_i · x_k */
function inner({ inputs, dimension }: Network, i: number, k: number): number {
  let sum = 0;
  for (let l = 0; l < dimension; l++) sum += inputs[i * dimension + l] * inputs[k * dimension + l];
  return sum;
}

function checkHostWork(what: string, samples: number, fitting: number): void {
  if (samples <= fitting) return;
  throw new FlatwalkError(
    'LIMIT',
    `${what} on the host; n = ${samples} samples are too many here`,
    fitting > 0
      ? `Use at most ${fitting} samples with this width and these replicas, or estimate it by probes.`
      : 'Use fewer neurons or replicas, or estimate it by probes.',
  );
}

/**
 * The exact variance of one probe vᵀHv, for every replica; K probes have the standard error sqrt(variance / K).
 *   rademacher  2 (‖H‖_F² − Σ_k H_kk²)
 *   gaussian    2 ‖H‖_F²
 *   sphere      2 N/(N + 2) (‖H‖_F² − (tr H)²/N), N = m d
 * The last: v = √N u with u uniform on the unit sphere has E v_k⁴ = 3N/(N + 2) and E v_k² v_l² = N/(N + 2), so that in the
 * eigenbasis of H, E (vᵀHv)² = N/(N + 2) [2 ‖H‖_F² + (tr H)²], less (tr H)². The first two: Avron and Toledo, J. ACM 58 (2011).
 * @throws BAD_ARGUMENT, LIMIT, NOT_DEFINED
 */
export async function probeVariance(
  problem: Problem,
  { kind = 'rademacher', of }: ClosedOptions & { readonly kind?: ProbeKind } = {},
): Promise<Float64Array> {
  checkProbeKind(kind);
  const size = problem.lowLevel.network.cells;
  const squares = (await frobeniusNorm(problem, { of })).map((norm) => norm * norm);
  if (kind === 'gaussian') return squares.map((square) => 2 * square);
  const diagonals = await hessianDiagonal(problem, { of });
  const total = (values: Float64Array, power: number) => values.reduce((sum, value) => sum + value ** power, 0);
  return squares.map((square, r) => {
    const rest =
      kind === 'rademacher'
        ? square - total(diagonals[r], 2)
        : (size / (size + 2)) * (square - total(diagonals[r], 1) ** 2 / size);
    // Zero at the least; what is below has been rounded.
    return 2 * Math.max(0, rest);
  });
}

/** @throws BAD_ARGUMENT for a kind that there is not */
export function checkProbeKind(kind: ProbeKind): void {
  if (kind === 'rademacher' || kind === 'gaussian' || kind === 'sphere') return;
  throw new FlatwalkError('BAD_ARGUMENT', `kind is '${kind}'`, "Set it to 'rademacher', 'gaussian' or 'sphere'.");
}
