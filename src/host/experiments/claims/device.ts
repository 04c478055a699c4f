import {
  type ManifoldPoint,
  stepSizeBound,
  timePerStep,
  type Walk,
  type WalkVariant,
  weightsOf,
} from '../../../engine/geometry/index.ts';
import { type Engine, FlatwalkError, type Outcome, type Problem, type TrainOptions } from '../../../engine/index.ts';
import { aborted, type Bench } from './starts.ts';

/** Replicas that averages are taken over. */
export const REPLICAS = 192;
const NOISE = 1;
const BATCH = 2;

/** F of every replica after retraction, at some steps of a walk. */
export interface MeasuredWalk {
  readonly steps: readonly number[];
  /** A row of replicas for each of the steps. */
  readonly sharpness: readonly (readonly number[])[];
}

/** A walk whose step size is a share of the bound of stability at a point. */
export function walkAt(point: ManifoldPoint, variant: WalkVariant, share: number): Walk {
  const walk: Walk = { variant, ...(variant === 'minibatch' && { batch: BATCH }), stepSize: 1, noise: NOISE };
  return { ...walk, stepSize: Math.fround(share * stepSizeBound(point, walk)) };
}

/** Many replicas of a walk from one point, until about `time` of the flow. @throws ABORTED, NOT_DEFINED if one diverged */
export async function runWalk(
  engine: Engine,
  point: ManifoldPoint,
  walk: Walk,
  time: number,
  rows: number,
  { signal }: Bench,
): Promise<MeasuredWalk> {
  const every = Math.ceil(time / timePerStep(point, walk) / rows);
  const problem = await problemAt(engine, point, REPLICAS);
  try {
    const metrics = ['retractedTrace'] as const;
    const run = problem.train({ ...trainOptions(walk), steps: rows * every, every, seed: 1, metrics, signal });
    const steps: number[] = [];
    const sharpness: number[][] = [];
    const outcome = await run.finish(({ step, values }) => {
      if (step === 0) return;
      steps.push(step);
      sharpness.push((values.retractedTrace ?? []).map(Number));
    });
    checkOutcome(outcome, walk);
    return { steps, sharpness };
  } finally {
    problem.dispose();
  }
}

/** Replicas of one point on the device. */
export function problemAt(engine: Engine, point: ManifoldPoint, replicas: number): Promise<Problem> {
  const { activation, m: width, X: inputs, y: labels, d: dimension } = point;
  return engine.problem({
    inputs,
    labels,
    dimension,
    width,
    activation: activation.spec,
    weights: weightsOf(point),
    replicas,
  });
}

/** A walk as the engine's runs are told it. */
export function trainOptions({ variant, batch, stepSize, noise }: Walk): Omit<TrainOptions, 'steps'> {
  const full = variant === 'fullMean' || variant === 'fullSum';
  return {
    stepSize,
    noise,
    batch: full ? 'full' : variant === 'minibatch' ? batch : 1,
    ...(variant === 'fullSum' && { loss: 'sum' }),
  };
}

/** @throws ABORTED, DEVICE_LOST, NOT_DEFINED if a replica diverged */
export function checkOutcome(outcome: Outcome, { variant, stepSize }: Walk): void {
  if (outcome.kind === 'aborted') throw aborted();
  if (outcome.kind === 'lost') throw outcome.error;
  if (outcome.kind !== 'diverged') return;
  const what = `${outcome.replicas.length} walks diverged (${variant}, step size ${stepSize})`;
  throw new FlatwalkError('NOT_DEFINED', what, 'Report it: the step size is below the bound of stability.');
}
