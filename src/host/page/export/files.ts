/** What a visitor can take away, as the files that the command line writes. Nothing here draws: figures and the report are large. */
import { type Checkpoint, encodeCheckpoint } from '../../../engine/index.ts';
import { summaryText } from '../../results/document.ts';
import { toJson } from '../../results/json.ts';
import { CHECKPOINT, FEATURES, REPORT, ROWS, SUMMARY, WEIGHTS } from '../../results/names.ts';
import type { StoredResults, StoredRow } from '../../results/schema.ts';
import { csvLines, tableOf } from '../../results/table.ts';
import { encodeWeights } from '../../results/weights.ts';
import type { KeptWeights } from '../../tasks/task.ts';

export interface OutFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const fileOf = (name: string, content: string | Uint8Array): OutFile => ({
  name,
  bytes: typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content),
});

/** The rows as `flatwalk export` writes them: a line for each step and replica. */
export function csvFile({ path, rows }: StoredResults): OutFile {
  return fileOf(`${path}.csv`, [...csvLines(tableOf({ rows }))].join(''));
}

/** All but the weights in one document, with which `flatwalk run` makes the run again. */
export function jsonFile({ path, summary, rows, features }: StoredResults): OutFile {
  return fileOf(`${path}.json`, `${toJson({ ...summary, rows: rows.map(lineOf), features }, 2)}\n`);
}

/** The settings alone, for `flatwalk run`. */
export function configFile({ path, summary }: StoredResults): OutFile {
  return fileOf(`${path}-config.json`, `${toJson(summary.config ?? {}, 2)}\n`);
}

/** For NumPy: theta, and a where it is not all ones. */
export function weightsFile({ path }: Pick<StoredResults, 'path'>, weights: KeptWeights): OutFile {
  return fileOf(`${path}-weights.npz`, encodeWeights(weights));
}

interface FolderParts {
  readonly results: StoredResults;
  readonly weights?: KeptWeights | null;
  /** From where the run can go on. */
  readonly checkpoint?: Checkpoint | null;
  /** The text of report.html. */
  readonly report?: string;
}

/** The files of a results folder. */
export function folderFiles({ results, weights, checkpoint, report }: FolderParts): OutFile[] {
  const { summary, rows, features } = results;
  const lines = (values: readonly object[]) => values.map((value) => `${toJson(value)}\n`).join('');
  return [
    fileOf(SUMMARY, summaryText(summary)),
    fileOf(ROWS, lines(rows.map(lineOf))),
    ...(features.length > 0 ? [fileOf(FEATURES, lines(features))] : []),
    ...(weights ? [fileOf(WEIGHTS, encodeWeights(weights))] : []),
    ...(checkpoint ? [fileOf(CHECKPOINT, encodeCheckpoint(checkpoint))] : []),
    ...(report === undefined ? [] : [fileOf(REPORT, report)]),
  ];
}

/** As it is in metrics.ndjson. */
const lineOf = ({ run, step, time, values, diverged }: StoredRow) => ({ run, step, time, ...values, diverged });
