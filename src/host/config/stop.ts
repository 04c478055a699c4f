/** Rules for the end of a run as text: `loss<1e-6 and gap<0.01`. */
import { FlatwalkError, type MetricName, type MetricRow, metricNames } from '../../engine/index.ts';
import { didYouMean } from '../files/similar.ts';

export interface Condition {
  readonly metric: MetricName;
  readonly sign: '<' | '<=' | '>' | '>=';
  readonly bound: number;
}

const signs: Record<Condition['sign'], (value: number, bound: number) => boolean> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** @throws BAD_ARGUMENT with what was meant */
export function checkMetricName(name: string): void {
  if ((metricNames as readonly string[]).includes(name)) return;
  const fix = didYouMean(name, metricNames).trim() || `Choose from: ${metricNames.join(', ')}.`;
  throw new FlatwalkError('BAD_ARGUMENT', `There is no metric '${name}'`, fix);
}

/** Conditions, joined by `and` or commas, which must all be met. @throws BAD_ARGUMENT, with what was meant */
export function parseStop(text: string): Condition[] {
  return text.split(/\s+and\s+|,/i).map((part) => {
    const [, metric, sign, number] = /^\s*(\w+)\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(part) ?? [];
    const bound = number === undefined ? Number.NaN : Number(number);
    if (Number.isNaN(bound)) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `'${part.trim()}' is no rule for stopping`,
        "Write for instance 'loss<1e-6 and stableRank<1.001'.",
      );
    }
    checkMetricName(metric);
    if (metric === 'singularValues') {
      throw new FlatwalkError('BAD_ARGUMENT', 'singularValues is a list, so no bound stops at it', 'Use stableRank.');
    }
    return { metric: metric as MetricName, sign: sign as Condition['sign'], bound };
  });
}

export function formatStop(conditions: readonly Condition[]): string {
  return conditions.map(({ metric, sign, bound }) => `${metric}${sign}${bound}`).join(' and ');
}

/** Why a run ends at a row: what every replica that goes on has met there; null if one has not. */
export function stopReason(conditions: readonly Condition[], { values, diverged }: MetricRow): string | null {
  const lost = new Set(diverged.map(({ replica }) => replica));
  for (const { metric, sign, bound } of conditions) {
    const all = values[metric] as readonly number[];
    if (!all.every((value, replica) => lost.has(replica) || signs[sign](value, bound))) return null;
  }
  const replicas = values[conditions[0].metric]?.length ?? 1;
  return `${formatStop(conditions)}${replicas === 1 ? '' : lost.size > 0 ? ' in every replica that has not diverged' : ' in all replicas'}`;
}
