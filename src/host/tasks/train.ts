import type { MetricName, MetricValues, Outcome, Plan } from '../../engine/index.ts';
import { type DataOptions, openSetup, type PlanOptions } from './setup.ts';
import type { Task } from './task.ts';

export interface TrainTaskOptions extends DataOptions, PlanOptions {
  /** Default: all that exist for the problem and cost little. */
  readonly metrics?: readonly MetricName[];
  readonly every: number;
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
  async run(engine, o, { emit, signal, tuned }) {
    const began = performance.now();
    const { problem, settings } = await openSetup(engine, o, emit);
    try {
      const attainable = problem.traceIsOptimal && o.labels.length <= problem.shape.dimension;
      const run = problem.train({
        ...settings,
        steps: o.steps,
        metrics: o.metrics ?? defaultMetrics(attainable),
        every: o.every,
        plan: o.plan,
        tuned: o.tuned ?? (await tuned?.load()),
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
        stepSize: settings.stepSize,
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
