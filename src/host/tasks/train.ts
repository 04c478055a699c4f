import {
  FlatwalkError,
  type MetricName,
  type MetricValues,
  type Outcome,
  type Plan,
  type PlanWish,
} from '../../engine/index.ts';
import { makeWeights } from '../../model/data.ts';
import { stepSizeFor } from '../experiments/experiment.ts';
import type { Task } from './task.ts';

export interface TrainTaskOptions {
  /** n rows of d numbers. */
  readonly inputs: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly width: number;
  readonly activation: string;
  /** Standard deviation of the normal starting weights. */
  readonly initStd: number;
  readonly retractFirst: boolean;
  /** 'auto': 0.2 / the largest per-sample |grad r_i|² at the start. */
  readonly stepSize: number | 'auto';
  readonly noise: number;
  readonly noiseLaw: 'gaussian' | 'rademacher';
  readonly batch: number | 'full';
  readonly loss: 'mean' | 'sum';
  readonly steps: number;
  readonly replicas: number;
  readonly seed: number;
  /** Default: all that exist for the problem and cost little. */
  readonly metrics?: readonly MetricName[];
  readonly every: number;
  readonly plan?: PlanWish;
}

export interface TrainTaskResult {
  readonly outcome: Outcome;
  readonly plan: Plan;
  readonly stepSize: number;
  /** F*, where it is known to be the least trace on the manifold. */
  readonly traceOptimum: number | null;
  readonly finalStep: number;
  readonly finalMetrics: MetricValues;
  /** Theta, replicas x m x d. */
  readonly weights: readonly number[];
  readonly seconds: number;
}

/** One training run on given data. */
export const train: Task<TrainTaskOptions, TrainTaskResult> = {
  name: 'train',
  async run(engine, o, { emit, signal }) {
    const began = performance.now();
    const d = o.inputs[0]?.length ?? 0;
    const problem = await engine.problem({
      inputs: o.inputs,
      labels: o.labels,
      width: o.width,
      activation: o.activation,
      replicas: o.replicas,
      weights: startingWeights(o, d),
    });
    try {
      if (o.retractFirst) {
        const { largestResidual } = await problem.retract();
        emit({
          kind: 'note',
          text: `Retracted the start: largest residual ${Math.max(...largestResidual).toPrecision(3)}`,
        });
      }
      // The sum of n losses is n times as steep as their mean.
      const share = o.batch === 'full' && o.loss === 'sum' ? o.labels.length : 1;
      const stepSize = o.stepSize === 'auto' ? (0.2 * (await stepSizeFor(problem, o))) / share : o.stepSize;
      const run = problem.train({
        stepSize,
        noise: o.noise,
        noiseLaw: o.noiseLaw,
        batch: o.batch,
        ...(o.batch === 'full' ? { loss: o.loss } : {}),
        steps: o.steps,
        seed: o.seed,
        metrics: o.metrics ?? defaultMetrics(problem.traceIsOptimal && o.labels.length <= d),
        every: o.every,
        plan: o.plan,
        signal,
      });
      emit({ kind: 'note', text: `Plan: ${run.plan.reason}` });
      let finalStep = 0;
      let finalMetrics: MetricValues = {};
      const outcome = await run.finish((row) => {
        finalStep = row.step;
        finalMetrics = row.values;
        emit({ kind: 'row', run: 'train', row });
        emit({
          kind: 'progress',
          share: o.steps > 0 ? row.step / o.steps : 1,
          label: `step ${row.step} of ${o.steps}`,
        });
      });
      // A lost device has nothing left to read.
      const weights = outcome.kind === 'lost' ? [] : Array.from(await problem.weights());
      return {
        outcome,
        plan: run.plan,
        stepSize,
        traceOptimum: problem.traceIsOptimal ? problem.traceOptimum() : null,
        finalStep,
        finalMetrics,
        weights,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};

function defaultMetrics(attainable: boolean): MetricName[] {
  const names: MetricName[] = ['loss', 'gradientNorm', 'trace', 'manifoldTrace', 'stableRank', 'disagreement'];
  // Elsewhere F* is not the least there is, or no weights reach it.
  return attainable ? [...names, 'optimumDistance', 'gap'] : names;
}

function startingWeights(o: TrainTaskOptions, d: number): Float32Array {
  if (d === 0) throw new FlatwalkError('BAD_SHAPE', 'The data has no rows or no input columns', 'Check the file.');
  const one = o.width * d;
  const weights = new Float32Array(o.replicas * one);
  for (let replica = 0; replica < o.replicas; replica++) {
    weights.set(makeWeights({ m: o.width, d, std: o.initStd, seed: o.seed, replica }), replica * one);
  }
  return weights;
}
