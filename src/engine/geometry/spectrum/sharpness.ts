import { probeVector } from '../../../model/draws.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { count, real } from '../../arrays.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import { hessianDiagonal } from '../curvature/closed.ts';
import { kinkNote } from '../curvature/kinks.ts';
import { atOnePoint } from '../steady.ts';
import { turns } from '../turns.ts';
import { type Eigenpairs, eigenpairs } from './eigenpairs.ts';
import { type LossAround, lossAround } from './loss.ts';
import type { SharpnessName } from './measures.ts';

export interface SharpnessOptions {
  /** ρ, for all perturbations; 0.05 if not given. In the adaptive measures it is relative to the weights. */
  readonly radius?: number;
  /** Random directions of the averages, each tried both ways; 100 if not given. */
  readonly probes?: number;
  readonly seed?: number;
  /** Directions uniform on the unit sphere, or normal with variance 1/N; 'sphere' if not given. */
  readonly kind?: 'sphere' | 'gaussian';
  /**
   * Eigenpairs at the present weights that are known already, for each replica: at least one at each end of the Hessian, and
   * the largest of the Gauss-Newton matrix. They are found if not given.
   */
  readonly known?: { readonly hessian?: readonly Eigenpairs[]; readonly gaussNewton?: readonly Eigenpairs[] };
}

export interface SharpnessReport {
  readonly radius: number;
  /** Every measure of `sharpnessMeasures` by name; null where it is not defined. */
  readonly values: { readonly [Name in SharpnessName]: number | null };
  /** Of the averages: standard deviation over the directions / sqrt(probes); NaN for a single one. */
  readonly standardErrors: { readonly averageCase: number; readonly adaptiveAverageCase: number };
  /** Whether the eigenpairs of the Hessian and of the Gauss-Newton matrix have converged; if not, the values are lower bounds. */
  readonly converged: { readonly hessian: boolean; readonly gaussNewton: boolean };
  /** Where the activation has no second derivative, and what is taken there; null for smooth ones. */
  readonly note: string | null;
}

/** Steps of the ascent from each start: it has settled after a few, as the power method has. */
const ASCENT_STEPS = 10;
/** Multiply-adds that are done on the host within seconds. */
const HOST_WORK = 2 ** 33;

/**
 * Measures of sharpness that people compare, at the present weights, for each replica; `sharpnessMeasures` says what each is.
 * Eigenvalues and traces come from the device; changes of the loss are computed in float64 on the host,
 * in pieces between which the event loop goes round.
 * @throws BAD_ARGUMENT; LIMIT where that is too much for the host, with the number of probes that fits; NOT_DEFINED where a
 *   loss within the radius is not finite
 */
export const sharpness = /* @__PURE__ */ atOnePoint(measureSharpness);

async function measureSharpness(problem: Problem, options: SharpnessOptions = {}): Promise<SharpnessReport[]> {
  const { network } = problem.lowLevel;
  const { radius = 0.05, probes = 100, seed = 0, kind = 'sphere', known = {} } = options;
  real('radius', radius, Number.MIN_VALUE);
  count('probes', probes);
  count('seed', seed, 0);
  if (kind !== 'sphere' && kind !== 'gaussian') {
    throw new FlatwalkError('BAD_ARGUMENT', `kind is '${kind}'`, "Set it to 'sphere' or 'gaussian'.");
  }
  checkWork(network, probes);
  const { hessian = await eigenpairs(problem, { seed }) } = known;
  const { gaussNewton = await eigenpairs(problem, { seed, smallest: 0, of: 'gaussNewton' }) } = known;
  checkKnown(hessian, gaussNewton, network.replicas);
  const [traces, positive, diagonals, weights] = [
    await problem.trace(),
    await problem.manifoldTrace(),
    await hessianDiagonal(problem),
    await problem.weights(),
  ];
  const note = kinkNote(problem);
  const turn = turns();
  const reportOf = async (ends: Eigenpairs, r: number): Promise<SharpnessReport> => {
    const around = lossAround(network, weights, r);
    const theta = around.weights;
    const directions = () => directionsOf({ probes, seed, kind }, r, theta.length);
    const ones = new Float64Array(theta.length).fill(1);
    const plain = await perturbed(around, ends, radius, ones, directions, turn);
    const adaptive = await perturbed(around, ends, radius, theta.map(Math.abs), directions, turn);
    const { value: lambdaMax } = ends.largest[0];
    const square = dot(theta, theta);
    return {
      radius,
      values: {
        lambdaMax,
        lambdaMin: ends.smallest[0].value,
        trace: traces[r],
        gaussNewtonLambdaMax: gaussNewton[r].largest[0].value,
        gaussNewtonTrace: positive[r],
        ascentStep: plain.ascentStep,
        eigenvectorStep: plain.eigenvectorStep,
        worstCase: plain.worstCase,
        averageCase: plain.average.value,
        ...homogeneous(network, around),
        scaledTrace: square * traces[r],
        scaledLambdaMax: square * lambdaMax,
        adaptiveTrace: diagonals[r].reduce((sum, entry, k) => sum + entry * theta[k] ** 2, 0),
        adaptiveAscentStep: adaptive.ascentStep,
        adaptiveWorstCase: adaptive.worstCase,
        adaptiveAverageCase: adaptive.average.value,
      },
      standardErrors: {
        averageCase: plain.average.standardError,
        adaptiveAverageCase: adaptive.average.standardError,
      },
      converged: {
        hessian: ends.complete && [...ends.largest, ...ends.smallest].every((pair) => pair.converged),
        gaussNewton: gaussNewton[r].complete && gaussNewton[r].largest[0].converged,
      },
      note,
    };
  };
  const reports: SharpnessReport[] = [];
  for (const [r, ends] of hessian.entries()) reports.push(await reportOf(ends, r));
  return reports;
}

function checkKnown(hessian: readonly Eigenpairs[], gaussNewton: readonly Eigenpairs[], replicas: number): void {
  const ends = [
    ...hessian.flatMap(({ largest, smallest }) => [largest, smallest]),
    ...gaussNewton.map((g) => g.largest),
  ];
  if (hessian.length === replicas && gaussNewton.length === replicas && ends.every((pairs) => pairs.length > 0)) return;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    'The known eigenpairs are not those of every replica, both ends of the Hessian and the largest of Gauss-Newton',
    'Give what `eigenpairs` returns, or leave them out.',
  );
}

function checkWork({ replicas, samples, cells }: Network, probes: number): void {
  const each = replicas * samples * cells;
  // Two averages, two ascents from three starts with a gradient and a projection a step.
  const ascents = 2 * 3 * 2 * ASCENT_STEPS;
  if (each * (2 * probes + ascents) <= HOST_WORK) return;
  const fitting = Math.floor((HOST_WORK / each - ascents) / 2);
  throw new FlatwalkError(
    'LIMIT',
    `The losses of ${probes} perturbed networks are too much for the host: ${Math.max(0, fitting)} fit`,
    fitting > 0 ? `Use at most ${fitting} probes.` : 'Use fewer replicas, samples or neurons.',
  );
}

/** Probes of length 1, or of mean square length 1. */
function* directionsOf(
  { probes, seed, kind }: Required<Pick<SharpnessOptions, 'probes' | 'seed' | 'kind'>>,
  replica: number,
  length: number,
): Generator<Float64Array> {
  for (let k = 0; k < probes; k++) {
    const v = probeVector(seed, k, replica, length, 'gaussian');
    const size = kind === 'sphere' ? Math.sqrt(dot(v, v)) : Math.sqrt(length);
    yield v.map((x) => x / size);
  }
}

/** Changes of the loss by steps delta = T u, |u| <= radius, with T the diagonal matrix of `scales`. */
async function perturbed(
  around: LossAround,
  { largest: [{ vector }] }: Eigenpairs,
  radius: number,
  scales: Float64Array,
  directions: () => Iterable<Float64Array>,
  turn: () => Promise<void>,
) {
  await turn();
  const still = new Float64Array(around.preactivations.length);
  const uphill = uphillOf(around.gradient(still), radius, scales);
  const along = vector.map((v, k) => v * scales[k]);
  const size = Math.sqrt(dot(vector, vector));
  const [ahead, back] = [1, -1].map((sign) => around.project(along.map((v) => (sign * radius * v) / size)));
  const ascentStep = uphill && around.change(around.project(uphill));
  const eigenvectorStep = Math.max(around.change(ahead), around.change(back));
  const starts = [...(uphill ? [around.project(uphill)] : []), ahead, back];
  let worstCase = 0;
  for (const start of starts) worstCase = Math.max(worstCase, await ascent(around, start, radius, scales, turn));
  const average = await averageOf(around, radius, scales, directions, turn);
  return { ascentStep, eigenvectorStep, worstCase, average };
}

/** The step that is worst to first order: radius T² g / |T g|. Null where T g = 0. */
function uphillOf(gradient: Float64Array, radius: number, scales: Float64Array): Float64Array | null {
  const scaled = gradient.map((g, k) => g * scales[k]);
  const size = Math.sqrt(dot(scaled, scaled));
  return size === 0 ? null : scaled.map((g, k) => (radius * g * scales[k]) / size);
}

/** The largest change on the way up. */
async function ascent(
  around: LossAround,
  start: Float64Array,
  radius: number,
  scales: Float64Array,
  turn: () => Promise<void>,
): Promise<number> {
  let best = around.change(start);
  for (let step = 0, projection = start; step < ASCENT_STEPS; step++) {
    await turn();
    const uphill = uphillOf(around.gradient(projection), radius, scales);
    if (!uphill) break;
    projection = around.project(uphill);
    best = Math.max(best, around.change(projection));
  }
  return best;
}

/** Over u and -u, which takes the odd orders of the change out of its variance. */
async function averageOf(
  around: LossAround,
  radius: number,
  scales: Float64Array,
  directions: () => Iterable<Float64Array>,
  turn: () => Promise<void>,
) {
  const samples: number[] = [];
  for (const u of directions()) {
    await turn();
    const projection = around.project(u.map((x, k) => x * scales[k]));
    samples.push((around.change(projection, radius) + around.change(projection, -radius)) / 2);
  }
  const value = samples.reduce((a, b) => a + b, 0) / samples.length;
  const squares = samples.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const standardError = samples.length > 1 ? Math.sqrt(squares / (samples.length - 1) / samples.length) : Number.NaN;
  return { value, standardError };
}

/**
 * theta^T G theta = 2 Σ_i (Σ_j s_ij z_ij)², and relative flatness: tr H_jk = 2 Σ_i q_i s_ij s_ik, and for j = k also
 * 2 Σ_i q_i t_ij, so that it is 2 Σ_i q_i [ |Σ_j s_ij theta_j|² + Σ_j t_ij |theta_j|² ]; s = a phi'(z), t = e a phi''(z).
 */
function homogeneous(network: Network, around: LossAround) {
  const { samples: n, width: m, dimension: d, squaredNorms, secondLayer } = network;
  const { dphi, d2phi } = network.activation;
  const { preactivations, residuals, weights } = around;
  const squares = Array.from({ length: m }, (_, j) => {
    const row = weights.subarray(j * d, (j + 1) * d);
    return dot(row, row);
  });
  let fisherRao = 0;
  let relativeFlatness = 0;
  for (let i = 0; i < n; i++) {
    let along = 0;
    let bent = 0;
    const sum = new Float64Array(d);
    for (let j = 0; j < m; j++) {
      const z = preactivations[j * n + i];
      const slope = secondLayer[j] * dphi(z);
      along += slope * z;
      bent += residuals[i] * secondLayer[j] * d2phi(z) * squares[j];
      for (let l = 0; l < d; l++) sum[l] += slope * weights[j * d + l];
    }
    fisherRao += 2 * along * along;
    relativeFlatness += 2 * squaredNorms[i] * (dot(sum, sum) + bent);
  }
  return { fisherRao, relativeFlatness };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
