import type { Engine, MetricName, MetricValues, Outcome, Plan, PlanRequest, Problem, Run } from '../../engine/index.ts';
import { tellFeatures } from './features.ts';
import { type DataOptions, openSetup, type PlanOptions } from './setup.ts';
import type { Task, TaskContext } from './task.ts';

export interface TrainTaskOptions extends DataOptions, PlanOptions {
  /** Default: all that exist for the problem and cost little. */
  readonly metrics?: readonly MetricName[];
  readonly every: number;
}

/** What a run is made of once nothing is left open. */
export interface RunConfiguration {
  readonly plan: Plan;
  /** What the plan was made from: shape, steps, and the facts of the adapter that have a part in it. */
  readonly request: PlanRequest;
  readonly metrics: readonly MetricName[];
  readonly stepSize: number;
}

export interface TrainTaskResult extends RunConfiguration {
  readonly outcome: Outcome;
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
  async run(engine, o, context) {
    const began = performance.now();
    const { emit } = context;
    const { problem, run, configuration } = await openRun(engine, o, context);
    try {
      emit({ kind: 'note', text: `Plan: ${run.plan.reason}` });
      await tellFeatures(problem, emit, 'train', 0);
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
      if (outcome.kind !== 'lost') await tellFeatures(problem, emit, 'train', finalStep);
      return {
        outcome,
        ...configuration,
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

/** The run that `train` would make, whose settings are checked as if it began. */
export const configure: Task<TrainTaskOptions, RunConfiguration> = {
  name: 'configure',
  async run(engine, o, context) {
    const { problem, configuration } = await openRun(engine, o, context);
    problem.dispose();
    return configuration;
  },
};

interface OpenRun {
  readonly problem: Problem;
  readonly run: Run;
  readonly configuration: RunConfiguration;
}

/** A run that waits for its beginning. The caller disposes the problem. */
async function openRun(
  engine: Engine,
  o: TrainTaskOptions,
  { emit, signal, tuned: store }: TaskContext,
): Promise<OpenRun> {
  const { problem, settings } = await openSetup(engine, o, emit);
  try {
    const attainable = problem.traceIsOptimal && o.labels.length <= problem.shape.dimension;
    const metrics = o.metrics ?? defaultMetrics(attainable);
    const tuned = o.tuned ?? (await store?.load());
    const options = { ...settings, steps: o.steps, metrics, every: o.every, plan: o.plan, tuned, signal };
    const run = problem.train(options);
    const facts = { plan: run.plan, request: problem.explain(options).request, stepSize: settings.stepSize };
    emit({ kind: 'configured', settings: { metrics }, facts });
    return { problem, run, configuration: { ...facts, metrics } };
  } catch (error) {
    problem.dispose();
    throw error;
  }
}

function defaultMetrics(attainable: boolean): MetricName[] {
  const names: MetricName[] = ['loss', 'gradientNorm', 'trace', 'manifoldTrace', 'stableRank', 'disagreement'];
  // Elsewhere F* is not the least there is, or no weights reach it.
  return attainable ? [...names, 'optimumDistance', 'gap'] : names;
}
