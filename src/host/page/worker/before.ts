/** What is known of a run before its first step. */
import type { MetricName, Problem } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { trainOptions } from '../../config/problem.ts';
import { openRun, type RunConfiguration } from '../../tasks/train.ts';
import { openEngine } from './engine.ts';
import type { Advice, Answer, Ask, TrainStart } from './requests.ts';
import { samplesFor } from './samples.ts';

export function startOf(problem: Problem, { stepSize, stable, plan }: RunConfiguration): TrainStart {
  const { samples, dimension, width, replicas } = problem.shape;
  const optimum = optimumOf(problem);
  return {
    ...{ samples, dimension, width, replicas, stepSize, stable },
    plan: plan.reason,
    traceOptimum: optimum && problem.traceOptimum(),
    traceIsOptimal: problem.traceIsOptimal,
    optimum,
  };
}

function optimumOf(problem: Problem): readonly number[] | null {
  try {
    return Array.from(problem.optimumPreactivations());
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return null;
    throw error;
  }
}

/** Rows of so many pre-activations cost little on the host, where the geometry of the manifold is found. */
const SMALL = 4096;
/** Samples up to which the device retracts onto the manifold. */
const MOST_RETRACTED = 512;

/** What plots show, where the settings name no metrics. */
export function metricsToShow(problem: Problem, attainable: boolean): MetricName[] {
  const { samples: n, width: m, replicas } = problem.shape;
  const retracts = n <= MOST_RETRACTED;
  return [
    'loss',
    retracts ? 'retractedTrace' : 'manifoldTrace',
    ...(retracts && attainable ? (['gap'] as const) : []),
    ...(['stableRank', 'singularValues', 'disagreement'] as const),
    ...(retracts && replicas * m * n <= SMALL ? (['riemannianGradientNorm'] as const) : []),
  ];
}

/** @throws what `train` would throw for these settings */
export async function check(ask: Ask<'check'>): Promise<Answer<'check'>> {
  const engine = await openEngine();
  const { settings, data, weights, notes: ofData } = await samplesFor(ask.settings);
  const notes = [...ofData];
  const emit = (event: { readonly kind: string; readonly text?: string }) => {
    if (event.kind === 'note' && event.text) notes.push(event.text);
  };
  const o = trainOptions(settings, data, weights, []);
  const { problem, configuration } = await openRun(engine, o, { emit }, metricsToShow);
  try {
    return { ...startOf(problem, configuration), notes } satisfies Advice;
  } finally {
    problem.dispose();
  }
}
