/** The documents and lines of results, from values to text; parse.ts has the way back. Nothing here touches a file system. */
import { FlatwalkError } from '../../model/errors.ts';
import type { Told } from '../tasks/task.ts';
import type { TrainTaskResult } from '../tasks/train.ts';
import { failure, toJson } from './json.ts';
import { RESULTS_SCHEMA } from './schema.ts';

/** How every document begins. */
export function documentHead(command: string, config?: object, environment?: object): object {
  return { schema: RESULTS_SCHEMA, command, config, environment };
}

/** `step`: that to which the results go. */
export function outcomeOf(error: unknown, step?: number): object {
  if (error instanceof FlatwalkError && error.code === 'ABORTED') return { kind: 'aborted' };
  return { kind: 'failed', step, ...failure(error) };
}

type Ended = Pick<TrainTaskResult, 'seconds' | 'finalMetrics'> & {
  readonly outcome: { readonly kind: string; readonly step?: number };
};

/** What a run's summary says after its head. Weights have a file of their own, and metrics are a setting. */
export function runSummary<Result extends Ended>(
  result: Result & Partial<Pick<TrainTaskResult, 'weights' | 'metrics'>>,
) {
  const { outcome, finalMetrics, seconds, weights: _, metrics: __, ...rest } = result;
  return { outcome, ...rest, seconds, finalMetrics };
}

export function summaryText(summary: object): string {
  return `${toJson(summary, 2)}\n`;
}

/** A line of metrics.ndjson, without its end. */
export function rowLine({ run, time, row }: Omit<Told<'row'>, 'kind'>): string {
  return toJson({ run, step: row.step, time, ...row.values, diverged: row.diverged });
}

/** A line of features.ndjson, without its end. */
export function featuresLine({ run, step, samples, width, values }: Omit<Told<'features'>, 'kind'>): string {
  return toJson({ run, step, samples, width, values });
}
