/** Benchmarks of this page as the documents that `flatwalk bench` writes. Pure. */
import { type BenchDocument, type BenchResult, SCHEMA, type SuiteName } from '../../../../bench/document.ts';
import type { Effort } from '../../../../bench/suite.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { toJson } from '../../results/json.ts';
import type { PageEnvironment } from '../export/environment.ts';

/** What is asked for, as the command line has it. */
export interface BenchConfig {
  /** All that there are, if not given. */
  readonly suites?: readonly SuiteName[];
  readonly filter?: string;
  readonly effort: Effort;
}

/** `warnings`: what only the page knows. */
export function benchDocument(
  result: BenchResult,
  config: BenchConfig,
  environment: PageEnvironment,
  { date, warnings }: { readonly date: string; readonly warnings: readonly string[] },
): BenchDocument {
  const { outcome, warnings: own } = result;
  return {
    schema: SCHEMA,
    command: 'bench',
    config,
    environment,
    date,
    ...result,
    outcome: outcome.kind === 'lost' ? { kind: 'lost', error: lostError(outcome.error) } : outcome,
    warnings: [...own, ...warnings],
  };
}

/** On its way out of the worker an error forgets its code. */
function lostError(error: Error): FlatwalkError {
  if (error instanceof FlatwalkError) return error;
  const [message, ...fix] = error.message.split('\n');
  return new FlatwalkError('DEVICE_LOST', message, fix.join(' ').trim());
}

/** As the command line writes it. */
export function benchText(document: BenchDocument): string {
  return `${toJson(document, 2)}\n`;
}

/** By what people tell documents apart: when, on what, how much. */
export function nameOf({ date, environment, config }: BenchDocument): string {
  const { suites, filter, effort } = config as Partial<BenchConfig>;
  const when = new Date(date);
  const words = [
    Number.isNaN(when.valueOf()) ? 'no date' : when.toLocaleString(),
    `${environment.adapter.name}${environment.adapter.software ? ' (software)' : ''}`,
    ...(typeof effort === 'string' ? [effort] : []),
    ...(Array.isArray(suites) ? [suites.join(' ')] : []),
    ...(typeof filter === 'string' && filter ? [`'${filter}'`] : []),
  ];
  return words.join(' · ');
}

/** A name for its file. */
export function fileNameOf({ date, environment: { adapter } }: BenchDocument): string {
  const when = date.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const on = adapter.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `flatwalk-bench-${on}-${when}.json`;
}
