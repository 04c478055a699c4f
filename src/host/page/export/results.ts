/** What the page has of a run, as the results that `flatwalk run` leaves in a folder. Pure. */
import { documentHead, featuresLine, rowLine, runSummary, summaryText } from '../../results/document.ts';
import { parseFeatures, parseRow, parseSummary } from '../../results/parse.ts';
import type { StoredResults, Summary } from '../../results/schema.ts';
import type { Told } from '../../tasks/task.ts';
import type { RunConfiguration } from '../../tasks/train.ts';
import type { PageEnvironment } from './environment.ts';

export interface PageRun {
  /** Of its folder. */
  readonly name: string;
  /** Every setting, as the run was told to have them, and those that it has settled itself. */
  readonly settings: object;
  /** What documents say beside the settings from the beginning: of the plan, of stable steps, of how inputs were scaled. */
  readonly facts: Partial<Omit<RunConfiguration, 'metrics'>> & { readonly scaling?: object };
  readonly environment: PageEnvironment;
  readonly rows: readonly Omit<Told<'row'>, 'kind'>[];
  readonly features?: readonly Omit<Told<'features'>, 'kind'>[];
  /** `running` where it goes on, or waits to go on. */
  readonly outcome: Summary['outcome'];
  /** Steps at which it went on after an interruption. */
  readonly resumed?: readonly number[];
  /** F*, where it is known to be the least trace on the manifold. */
  readonly traceOptimum?: number | null;
  /** From its start to its end. */
  readonly seconds?: number;
}

/**
 * The results as a folder would have them, read back from their text, so that nothing is in them that a file could not hold.
 * @throws BAD_ARGUMENT for what the forms of results do not allow
 */
export function storedResults(run: PageRun): StoredResults {
  const { name, settings, facts, environment, rows, features = [], outcome, resumed } = run;
  const { traceOptimum = null, seconds = 0 } = run;
  const last = rows[rows.length - 1]?.row;
  const ended = { finalStep: last?.step ?? 0, finalMetrics: last?.values ?? {}, traceOptimum, seconds };
  const summary = {
    ...documentHead('run', settings, environment),
    ...facts,
    ...(resumed && resumed.length > 0 ? { resumed } : {}),
    ...(outcome.kind === 'running' ? { outcome } : runSummary({ outcome, ...ended })),
  };
  return {
    path: name,
    summary: parseSummary(summaryText(summary), 'The summary'),
    rows: rows.map((row, k) => parseRow(rowLine(row), `Row ${k + 1}`)),
    features: features.map((matrix, k) => parseFeatures(featuresLine(matrix), `Matrix ${k + 1}`)),
    running: outcome.kind === 'running',
  };
}
