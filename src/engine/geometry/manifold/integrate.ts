import { FlatwalkError } from '../../../model/errors.ts';
import { turns } from '../turns.ts';
import { largest, type ManifoldPoint, plus, pointAt, timesGram } from './point.ts';
import { retract } from './retraction.ts';

/**
 * Curves on the zero-loss manifold by the embedded Runge-Kutta pair of Dormand and Prince, order 5 with an error estimate of
 * order 4 (J. Comp. Appl. Math. 6, 1980), with a PI controller (Hairer, Nørsett, Wanner, Solving Ordinary Differential
 * Equations I, II.4 and IV.2), Shampine's interpolant of order 4, and a Gauss-Newton retraction after every step.
 */

/** Coefficients of the velocity, m x n, for points on the manifold and near it. */
export type Velocity = (point: ManifoldPoint) => Float64Array;

const stages = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Order 5 minus order 4. */
const errors = [-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40];
/** Weight of a stage at the share s of a step: s (p_0 + p_1 s + p_2 s² + p_3 s³). */
const interpolant = [
  [1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432],
  [0, 0, 0, 0],
  [0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799],
  [0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072],
  [0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632],
  [0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844],
  [0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423],
];

/** One step of length h: coefficients after it, their error estimate, and those at a share of it. */
export function dormandPrince(start: ManifoldPoint, first: Float64Array, h: number, velocity: Velocity) {
  const k = [first];
  let A = start.A;
  for (const weights of stages) {
    A = combine(start.A, h, k, weights);
    k.push(velocity(pointAt(start, A)));
  }
  return {
    A,
    error: combine(new Float64Array(A.length), h, k, errors),
    at: (share: number) =>
      combine(
        start.A,
        h,
        k,
        interpolant.map((p) => share * (p[0] + share * (p[1] + share * (p[2] + share * p[3])))),
      ),
  };
}

export interface IntegrateOptions {
  /** Times at which the curve is wanted, ascending, the last being its end. */
  readonly times: readonly number[];
  /** The error estimate of a step, as a share of the largest |z_ij|. */
  readonly tolerance: number;
  readonly mostSteps: number;
  readonly longestStep?: number;
  readonly signal?: AbortSignal;
  /** At the start and after every step; ends the curve there if it gives true. */
  readonly step: (time: number, point: ManifoldPoint, velocity: Float64Array) => boolean;
  /** At every one of `times` that is reached. */
  readonly output: (time: number, point: ManifoldPoint) => void;
}

export interface Ended {
  /**
   * - `time`: the last of the times was reached;
   * - `step`: the step function said so;
   * - `budget`: after the most steps that were allowed;
   * - `stuck`: no step of a length that time resolves meets the tolerance;
   * - `aborted`: by the signal.
   */
  readonly reason: 'time' | 'step' | 'budget' | 'stuck' | 'aborted';
  readonly time: number;
  readonly point: ManifoldPoint;
  readonly steps: number;
  /** Steps taken back because their error was too large or they left where J J^T is regular. */
  readonly rejected: number;
  /** What was not defined where the last step that was taken back led to. */
  readonly obstacle: FlatwalkError | null;
}

/** Below this share of the time, or of its end at the start, a step is lost in rounding. */
const SHORTEST = 1e-15;
const ABORT_FIX = 'Start again, or read the rows so far.';

/** Follows a velocity from a point on the manifold. @throws NOT_DEFINED where J J^T is singular */
export async function integrate(start: ManifoldPoint, velocity: Velocity, o: IntegrateOptions): Promise<Ended> {
  const end = o.times[o.times.length - 1];
  let point = start;
  let time = 0;
  let next = 0;
  let steps = 0;
  let rejected = 0;
  let errorBefore = 1e-4;
  let obstacle: FlatwalkError | null = null;
  const turn = turns();
  let speed = velocity(point);
  const ended = (reason: Ended['reason']): Ended => ({ reason, time, point, steps, rejected, obstacle });
  for (; next < o.times.length && o.times[next] <= 0; next++) o.output(0, point);
  if (o.step(0, point, speed)) return ended('step');
  let h = firstStep(point, speed, end);
  while (next < o.times.length) {
    await turn();
    if (o.signal?.aborted) return ended('aborted');
    if (steps + rejected >= o.mostSteps) return ended('budget');
    h = Math.min(h, o.longestStep ?? h);
    // A last step that is a little longer saves one of the length of rounding.
    if (time + 1.01 * h >= end) h = end - time;
    const tried = attempt(point, speed, h, velocity);
    const error = tried instanceof FlatwalkError ? Number.POSITIVE_INFINITY : tried.error / o.tolerance;
    if (tried instanceof FlatwalkError || !(error <= 1)) {
      rejected++;
      obstacle = tried instanceof FlatwalkError ? tried : null;
      h *= Number.isFinite(error) ? Math.max(0.2, 0.9 * error ** -0.2) : 0.2;
      if (h <= SHORTEST * (time > 0 ? time : end)) return ended('stuck');
      continue;
    }
    for (; next < o.times.length && o.times[next] <= time + h; next++) {
      const share = (o.times[next] - time) / h;
      o.output(o.times[next], share === 1 ? tried.point : retract(pointAt(point, tried.at(share))).point);
    }
    time = time + h;
    point = tried.point;
    speed = tried.velocity;
    steps++;
    if (o.step(time, point, speed)) return ended('step');
    const growth = 0.9 * Math.max(error, 1e-10) ** -0.17 * errorBefore ** 0.04;
    errorBefore = Math.max(error, 1e-4);
    h *= Math.min(5, Math.max(0.2, growth));
  }
  return ended('time');
}

/** Throws ABORTED if the signal has fired. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FlatwalkError('ABORTED', 'The flow was aborted before its first step', ABORT_FIX);
}

/**
 * A step with its retraction and the velocity after it; or the error where it left the region in which they are defined,
 * which a shorter step need not do. At the start of a step the velocity is known, so the region is not empty.
 */
function attempt(point: ManifoldPoint, speed: Float64Array, h: number, velocity: Velocity) {
  try {
    const step = dormandPrince(point, speed, h, velocity);
    const moved = largest(timesGram(point, step.error));
    // Where nothing moves, as at weights of 0, there is no error, whatever it is held against.
    const error = moved === 0 ? 0 : moved / largest(point.Z);
    const { point: end, converged } = retract(pointAt(point, step.A), { iterations: 8 });
    if (!converged) return notRetracted();
    return { error, point: end, velocity: velocity(end), at: step.at };
  } catch (error) {
    if (error instanceof FlatwalkError && (error.code === 'NOT_DEFINED' || error.code === 'NOT_FINITE')) return error;
    throw error;
  }
}

function notRetracted(): FlatwalkError {
  const what = 'Gauss-Newton steps from the end of a step did not reach the zero-loss manifold';
  return new FlatwalkError('NOT_DEFINED', what, 'Read the state where the flow ended.');
}

/** A step that moves no pre-activation by more than a thousandth of the largest. */
function firstStep(point: ManifoldPoint, speed: Float64Array, end: number): number {
  const fastest = largest(timesGram(point, speed));
  return fastest > 0 ? Math.min(end, (1e-3 * largest(point.Z)) / fastest) : end;
}

function combine(base: Float64Array, h: number, k: readonly Float64Array[], weights: readonly number[]): Float64Array {
  let out = base;
  for (let s = 0; s < weights.length; s++) if (weights[s] !== 0) out = plus(out, h * weights[s], k[s]);
  return out === base ? base.slice() : out;
}
