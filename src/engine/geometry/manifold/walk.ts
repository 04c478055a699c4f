import { checkTimes, type FlowOptions, type FlowRow, ifDefined, integration, onManifold, rowMaker } from './flow.ts';
import { type Ended, integrate, type Velocity } from './integrate.ts';
import { fluctuationForce, fluctuations, meanOf, timePerStep, type Walk } from './noise.ts';
import { normalSpace } from './normal.ts';
import type { ManifoldPoint } from './point.ts';
import { alignedState, projectTangent, riemannianGradient } from './sharpness.ts';

export interface PredictOptions extends Walk, Pick<FlowOptions, 'tolerance' | 'mostSteps' | 'hessian' | 'signal'> {
  /** Numbers of steps, ascending, at which the prediction is wanted. */
  readonly steps: readonly number[];
}

export interface WalkRow extends FlowRow {
  /** Steps taken; `time` is that of the flow, steps times timePerStep. */
  readonly step: number;
}

export interface WalkPrediction {
  /** Time of the flow that passes in a step. */
  readonly timePerStep: number;
  /** The flow dTheta/dt = -P_T grad F: what the walk tends to as the step size goes to zero. */
  readonly plain: readonly WalkRow[];
  /** The drift at this step size. */
  readonly corrected: readonly WalkRow[];
  /** Why rows are missing, or null: see `FlowResult.stopped`. */
  readonly stopped: 'budget' | 'stuck' | 'aborted' | null;
}

/**
 * Where label-noise SGD goes on average from the retraction of a point: the flow at t = k eta² sigma² times the variant's
 * constant, and the drift with the fluctuations of this step size,
 * Theta_k+1 - Theta_k = -(2 eta / n) P_T sum_i D²r_i S grad r_i, S = J^T M J with M of `fluctuations`. To be compared with
 * runs after retraction: fluctuations off the manifold are not in it.
 * @throws BAD_ARGUMENT; NOT_DEFINED where J J^T is singular, and where the step size is beyond stability
 */
export async function predictWalk(start: ManifoldPoint, options: PredictOptions): Promise<WalkPrediction> {
  const { point } = onManifold(start);
  const { eta } = meanOf(point.n, options);
  const perStep = timePerStep(point, options);
  const steps = checkTimes(options.steps);
  const optimum = ifDefined(() => alignedState(point))?.sharpness ?? null;
  const row = rowMaker(optimum, options.hessian ?? false);
  const settings = integration(options);
  const predict = async (velocity: Velocity): Promise<{ rows: WalkRow[]; end: Ended }> => {
    const rows: WalkRow[] = [];
    const end = await integrate(point, velocity, {
      ...settings,
      times: steps,
      step: () => false,
      output: (step, at) => rows.push({ step, ...row(step * perStep, at) }),
    });
    if (end.reason === 'stuck' && end.obstacle) throw end.obstacle;
    return { rows, end };
  };
  const plain = await predict((at) => riemannianGradient(at).coefficients.map((c) => -perStep * c));
  const corrected = await predict((at) => {
    const normal = normalSpace(at);
    const { KM } = fluctuations(at, options, normal);
    const drift = projectTangent(at, fluctuationForce(at, normal.slopes, KM), normal);
    return drift.map((c) => ((-2 * eta) / at.n) * c);
  });
  const stopped = plain.end.reason === 'time' ? corrected.end.reason : plain.end.reason;
  return {
    timePerStep: perStep,
    plain: plain.rows,
    corrected: corrected.rows,
    stopped: stopped === 'time' || stopped === 'step' ? null : stopped,
  };
}
