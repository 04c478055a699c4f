import { FlatwalkError } from '../../../model/errors.ts';
import { count, real } from '../../arrays.ts';
import { type DecayFit, fitDecay } from './decay.ts';
import { riemannianEigenvalues } from './hessian.ts';
import { checkAborted, integrate } from './integrate.ts';
import { largest, type ManifoldPoint, residualsOf, tangentNorm } from './point.ts';
import { disagreementOf } from './ranks.ts';
import { type Retracted, retract } from './retraction.ts';
import { alignedState, predictedRate, riemannianGradient, sharpnessGradient, sharpnessOf } from './sharpness.ts';
import { singularValues } from './singular.ts';

export interface FlowOptions {
  /** Times of the rows, ascending, in the units of dTheta/dt = -P_T grad F. The flow ends at the last. */
  readonly times?: readonly number[];
  /**
   * The last time, where no times are given: 16 / rho if not given, by when F - F* has fallen by e^-32 in the end; where
   * there is no predicted rate, 100 F / |P_T grad F|², a hundred times what the first fall of F would take.
   */
  readonly time?: number;
  /** Rows besides that at 0, where no times are given; 60 if not given. */
  readonly points?: number;
  /** How those times are spread: `log` (from 1e-4 of the last; the default) or `linear`. */
  readonly spacing?: 'log' | 'linear';
  /** Error of a step as a share of the largest pre-activation; 1e-10 if not given. */
  readonly tolerance?: number;
  /** The flow ends where |P_T grad F| is not larger; 1e-12 |grad F| at the start if not given, which is rounding. */
  readonly gradientTolerance?: number;
  /** Steps tried at most; 200,000 if not given. */
  readonly mostSteps?: number;
  /** Whether rows have the smallest eigenvalue of the Riemannian Hessian. @see riemannianHessian for its limit */
  readonly hessian?: boolean;
  /** Ends the flow early; rows so far are returned. */
  readonly signal?: AbortSignal;
  /** Told every row when the flow has come there. */
  readonly onRow?: (row: FlowRow) => void;
}

/** The state at one time. */
export interface FlowRow {
  readonly time: number;
  /** F */
  readonly sharpness: number;
  /** F - F*, null where F* has no closed form. */
  readonly gap: number | null;
  /** |P_T grad F| */
  readonly gradientNorm: number;
  readonly stableRank: number;
  /** of Z, descending. */
  readonly singularValues: readonly number[];
  readonly disagreement: number;
  /** max_i |r_i - y_i|, which is rounding. */
  readonly residual: number;
  /** Of the Riemannian Hessian on the tangent space within the span of the data; null unless wished for, and where that is a point. */
  readonly smallestEigenvalue: number | null;
}

export interface FlowResult {
  readonly rows: readonly FlowRow[];
  /**
   * - `gradient`: |P_T grad F| reached the tolerance;
   * - `time`: the last time was reached;
   * - `budget`: mostSteps were tried, as on a stiff flow;
   * - `stuck`: no step that time resolves meets the tolerance;
   * - `aborted`: by the signal.
   */
  readonly stopped: 'gradient' | 'time' | 'budget' | 'stuck' | 'aborted';
  /** Why it is stuck: what is not defined where its next step leads to. Null where it is not. */
  readonly obstacle: string | null;
  /** The state at the end, whose row is the last. */
  readonly point: ManifoldPoint;
  /** The retraction of the start. */
  readonly retraction: Retracted;
  readonly steps: number;
  readonly rejected: number;
  /** F of the aligned state, and whether it is proven to be the least. Null where there is none. */
  readonly optimum: { readonly sharpness: number; readonly isMinimum: boolean } | null;
  /** rho; F - F* falls as exp(-2 rho t) in the end. Null where it is not defined. */
  readonly predictedRate: number | null;
  /** The rate at which F - F* did fall, to be held against 2 rho; null where its tail was not reached. */
  readonly decay: DecayFit | null;
  /** Whether F fell at every step, rounding apart. */
  readonly monotone: boolean;
  /** The largest rise of F in a step as a share of F; not above 1e-13, the rounding of its sum, where F is monotone. */
  readonly largestRise: number;
}

const ROUNDING = 1e-13;

/**
 * Steepest descent of the sharpness within the zero-loss manifold, dTheta/dt = -P_T grad F, from the retraction of a
 * point. Rows are at time 0, at the times wished for, and where the flow ended.
 * @throws BAD_ARGUMENT; ABORTED before the first step; NOT_DEFINED where J J^T is singular or the start cannot be retracted
 */
export async function flow(start: ManifoldPoint, options: FlowOptions = {}): Promise<FlowResult> {
  const retraction = onManifold(start);
  const optimum = ifDefined(() => alignedState(start));
  const rho = ifDefined(() => predictedRate(start));
  const gradientTolerance = real(
    'gradientTolerance',
    options.gradientTolerance ?? gradientRounding(retraction.point),
    0,
  );
  const row = rowMaker(optimum?.sharpness ?? null, options.hessian ?? false);
  const rows: FlowRow[] = [];
  const keep = (time: number, point: ManifoldPoint) => {
    rows.push(row(time, point));
    options.onRow?.(rows[rows.length - 1]);
  };
  const path: { time: number; gap: number }[] = [];
  let before = Number.POSITIVE_INFINITY;
  let largestRise = 0;
  const times = flowTimes(retraction.point, rho, options);
  const end = await integrate(retraction.point, descent, {
    ...integration(options),
    times,
    // In a step F - F* falls by e^-½ in the end, so that the fit of its decay has points.
    longestStep: rho === null ? Number.POSITIVE_INFINITY : 1 / (4 * rho),
    step(time, point, velocity) {
      if (time === 0 && times[0] > 0) keep(0, point);
      const sharpness = sharpnessOf(point);
      largestRise = Math.max(largestRise, (sharpness - before) / sharpness);
      before = sharpness;
      if (optimum) path.push({ time, gap: (sharpness - optimum.sharpness) / optimum.sharpness });
      return tangentNorm(point, velocity) <= gradientTolerance;
    },
    output: keep,
  });
  if (rows[rows.length - 1].time !== end.time) keep(end.time, end.point);
  return {
    rows,
    stopped: end.reason === 'step' ? 'gradient' : end.reason,
    obstacle: end.reason === 'stuck' ? (end.obstacle?.message ?? null) : null,
    point: end.point,
    retraction,
    steps: end.steps,
    rejected: end.rejected,
    optimum: optimum && { sharpness: optimum.sharpness, isMinimum: optimum.isMinimum },
    predictedRate: rho,
    decay: optimum?.isMinimum ? fitDecay(path) : null,
    monotone: largestRise <= ROUNDING,
    largestRise,
  };
}

/** What flows and predictions of walks have in common. @throws BAD_ARGUMENT, ABORTED */
export function integration({ tolerance = 1e-10, mostSteps = 200_000, signal }: FlowOptions) {
  checkAborted(signal);
  if (!(real('tolerance', tolerance) >= 1e-14)) {
    const what = `tolerance is ${tolerance}, below what float64 resolves`;
    throw new FlatwalkError('BAD_ARGUMENT', what, 'Set it to 1e-14 or more.');
  }
  return { tolerance, mostSteps: count('mostSteps', mostSteps), signal };
}

/** The retraction of a start. @throws NOT_DEFINED where it does not arrive */
export function onManifold(start: ManifoldPoint): Retracted {
  const retraction = retract(start);
  if (retraction.converged) return retraction;
  const { residuals } = retraction;
  throw new FlatwalkError(
    'NOT_DEFINED',
    `Gauss-Newton steps from this start did not reach the zero-loss manifold: the largest residual went from ${residuals[0]} to ${residuals[residuals.length - 1]} in ${residuals.length - 1} steps`,
    'Start nearer to it, or with labels that these neurons can fit.',
  );
}

/** Makes rows of points on the manifold. */
export function rowMaker(optimum: number | null, hessian: boolean): (time: number, point: ManifoldPoint) => FlowRow {
  return (time, point) => {
    const sharpness = sharpnessOf(point);
    const sigma = singularValues(point.Z, point.m, point.n);
    const energy = sigma.reduce((sum, s) => sum + s * s, 0);
    return {
      time,
      sharpness,
      gap: optimum === null ? null : sharpness - optimum,
      gradientNorm: riemannianGradient(point).norm,
      stableRank: sigma[0] === 0 ? 0 : energy / sigma[0] ** 2,
      singularValues: Array.from(sigma),
      disagreement: disagreementOf(point),
      residual: largest(residualsOf(point)),
      smallestEigenvalue: hessian ? (riemannianEigenvalues(point)[0] ?? null) : null,
    };
  };
}

/** A value, or null where it is not defined. */
export function ifDefined<T>(value: () => T): T | null {
  try {
    return value();
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return null;
    throw error;
  }
}

function descent(point: ManifoldPoint): Float64Array {
  return riemannianGradient(point).coefficients.map((c) => -c);
}

function flowTimes(point: ManifoldPoint, rho: number | null, options: FlowOptions): readonly number[] {
  if (options.times) return checkTimes(options.times);
  const points = count('points', options.points ?? 60);
  const end = real('time', options.time ?? (rho === null ? fallTime(point) : 16 / rho));
  if (!(end > 0)) throw new FlatwalkError('BAD_ARGUMENT', `The time ${end} is not above 0`, 'Set a time above 0.');
  const share = (k: number) => (options.spacing === 'linear' ? k / points : 1e-4 ** (1 - k / points));
  return Array.from({ length: points }, (_, k) => (k === points - 1 ? end : end * share(k + 1)));
}

/** Times, ascending. @throws BAD_ARGUMENT */
export function checkTimes(times: readonly number[]): readonly number[] {
  const bad = times.findIndex((t, k) => !Number.isFinite(t) || t < (k === 0 ? 0 : times[k - 1]));
  if (times.length > 0 && bad < 0) return times;
  const what = times.length === 0 ? 'There are no times' : `Time ${bad} is ${times[bad]}`;
  throw new FlatwalkError('BAD_ARGUMENT', what, 'Give finite times from 0 on, in ascending order.');
}

function gradientRounding(point: ManifoldPoint): number {
  return 1e-12 * tangentNorm(point, sharpnessGradient(point));
}

function fallTime(point: ManifoldPoint): number {
  const { norm } = riemannianGradient(point);
  return norm > 0 ? (100 * sharpnessOf(point)) / norm ** 2 : 1;
}
