import {
  type Checkpoint,
  choiceOf,
  type Engine,
  type MetricName,
  type MetricRow,
  type MetricValues,
  type Outcome,
  type Plan,
  type PlanRequest,
  type Problem,
} from '../../engine/index.ts';
import type { Schedule } from '../../model/schedule.ts';
import { parseStop, stopReason } from '../config/stop.ts';
import { tellFeatures } from './features.ts';
import { notesOn, type StableStep, stableStep } from './notes.ts';
import { type PartsOptions, runInParts } from './parts.ts';
import { type DataOptions, openSetup, type PlanOptions } from './setup.ts';
import type { KeptWeights, Task, TaskContext } from './task.ts';

export interface TrainTaskOptions extends DataOptions, PlanOptions {
  /** Default: all that exist for the problem and cost little. */
  readonly metrics?: readonly MetricName[];
  readonly every: number;
  /** Factors of the step size and of the noise, by the step; constant if not given. */
  readonly stepSizeSchedule?: Schedule;
  readonly noiseSchedule?: Schedule;
  /** Ends the run after a row at which all replicas meet it: `loss<1e-6 and gap<0.01`. Its metrics are measured, too. */
  readonly stopWhen?: string;
  /** Steps after which weights are told, again and again; only the last ones where it is not given. */
  readonly keepEvery?: number;
  /** A checkpoint is told so often, in ms; 30 s where it is not given. */
  readonly betweenCheckpoints?: number;
  /** Goes on from there. On its way into a browser its arrays become plain ones. */
  readonly resume?: Checkpoint;
}

/** What a run is made of once nothing is left open. */
export interface RunConfiguration {
  readonly plan: Plan;
  /** What the plan was made from: shape, steps, and the facts of the adapter that have a part in it. */
  readonly request: PlanRequest;
  readonly metrics: readonly MetricName[];
  readonly stepSize: number;
  /** A step size that is stable at the start. */
  readonly stable: StableStep | null;
}

export interface TrainTaskResult extends RunConfiguration {
  readonly outcome: Outcome;
  /** F*, where it is known to be the least trace on the manifold. */
  readonly traceOptimum: number | null;
  readonly finalStep: number;
  readonly finalMetrics: MetricValues;
  /** null where the device was lost. */
  readonly weights: KeptWeights | null;
  readonly seconds: number;
}

/** One training run on given data. */
export const train: Task<TrainTaskOptions, TrainTaskResult> = {
  name: 'train',
  async run(engine, o, context) {
    const began = performance.now();
    const { emit } = context;
    const { problem, options, configuration } = await openRun(engine, o, context);
    try {
      emit({ kind: 'note', text: `Plan: ${configuration.plan.reason}` });
      if (!o.resume) await tellFeatures(problem, emit, 'train', 0);
      let finalStep = 0;
      let finalMetrics: MetricValues = {};
      const outcome = await runInParts(problem, options, {
        row(row, known) {
          finalStep = row.step;
          finalMetrics = row.values;
          if (!known) emit({ kind: 'row', run: 'train', row });
          emit({
            kind: 'progress',
            share: o.steps > 0 ? row.step / o.steps : 1,
            label: `step ${row.step} of ${o.steps}`,
          });
        },
        checkpoint: (checkpoint) => emit({ kind: 'checkpoint', run: 'train', checkpoint }),
        part: async (step) => {
          const weights = keptWeights(problem, o, await problem.weights());
          emit({ kind: 'weights', run: 'train', step, ...weights });
        },
      });
      // A lost device has nothing left to read.
      const lost = outcome.kind === 'lost';
      const weights = lost ? null : keptWeights(problem, o, Array.from(await problem.weights()));
      if (!lost) await tellFeatures(problem, emit, 'train', finalStep);
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

/** Weights with the sizes of their arrays. */
export function keptWeights(
  problem: Problem,
  { secondLayer }: Pick<DataOptions, 'secondLayer'>,
  theta: ArrayLike<number>,
): KeptWeights {
  const { replicas, width, dimension } = problem.shape;
  return { replicas, width, dimension, theta, secondLayer };
}

/** The run that `train` would make, whose settings are checked as if it began. */
export const configure: Task<TrainTaskOptions, RunConfiguration> = {
  name: 'configure',
  async run(engine, o, context) {
    const { problem, configuration } = await openRun(engine, o, context);
    problem.dispose();
    return configuration;
  },
};

export interface OpenRun {
  readonly problem: Problem;
  readonly options: PartsOptions;
  readonly configuration: RunConfiguration;
}

/**
 * A run that waits for its beginning. The caller disposes the problem. `usualMetrics`: where the options name none; `attainable`
 * where all neurons can come to agree.
 */
export async function openRun(
  engine: Engine,
  o: TrainTaskOptions,
  { emit, signal, tuned: store }: TaskContext,
  usualMetrics: (problem: Problem, attainable: boolean) => readonly MetricName[] = cheapMetrics,
): Promise<OpenRun> {
  const { problem, settings } = await openSetup(engine, o, emit);
  try {
    const attainable = problem.traceIsOptimal && o.labels.length <= problem.shape.dimension;
    const rule = o.stopWhen === undefined ? [] : parseStop(o.stopWhen);
    const metrics = [
      ...new Set([...(o.metrics ?? usualMetrics(problem, attainable)), ...rule.map(({ metric }) => metric)]),
    ];
    const tuned = o.tuned ?? (await store?.load());
    const { stepSizeSchedule, noiseSchedule, steps, every, keepEvery, betweenCheckpoints, plan } = o;
    const resume = o.resume && { ...o.resume, ...typed(o.resume) };
    const stopWhen = rule.length > 0 ? (row: MetricRow) => stopReason(rule, row) ?? false : undefined;
    const options = {
      ...settings,
      ...{ stepSizeSchedule, noiseSchedule, steps, metrics, every, keepEvery, betweenCheckpoints },
      ...{ plan, tuned, signal, resume, stopWhen },
    };
    const run = problem.train(options);
    const explanation = problem.explain(options);
    const { stepSize } = settings;
    const stable = await stableStep(problem, o);
    for (const text of notesOn(problem, o, stepSize, stable, explanation)) emit({ kind: 'note', text });
    const facts = { plan: run.plan, request: explanation.request, stepSize, stable };
    // With these nothing is left open: the settings lead to the same bits again.
    emit({ kind: 'configured', settings: { metrics, stepSize, pin: choiceOf(run.plan) }, facts });
    return { problem, options, configuration: { ...facts, metrics } };
  } catch (error) {
    problem.dispose();
    throw error;
  }
}

function typed({ origin, state }: Checkpoint): Pick<Checkpoint, 'origin' | 'state'> {
  return { origin: Float32Array.from(origin), state: Float32Array.from(state) };
}

function cheapMetrics(_problem: Problem, attainable: boolean): MetricName[] {
  const names: MetricName[] = ['loss', 'gradientNorm', 'trace', 'manifoldTrace', 'stableRank', 'disagreement'];
  // Elsewhere F* is not the least there is, or no weights reach it.
  return attainable ? [...names, 'optimumDistance', 'gap'] : names;
}
