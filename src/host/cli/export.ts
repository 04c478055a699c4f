import { extname } from 'node:path';
import { FlatwalkError } from '../../engine/index.ts';
import { endingOf } from '../files/kinds.ts';
import { writtenEndings } from '../files/weights.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { ResultsFile } from '../results/file.ts';
import { toJson } from '../results/json.ts';
import { parquetBytes } from '../results/parquet.ts';
import { readResults } from '../results/read.ts';
import { csvLines, type Table, tableOf } from '../results/table.ts';
import { exportWeights } from './export-weights.ts';
import { printDocument } from './session.ts';
import { Terminal } from './terminal.ts';

export const exportFormats = ['csv', 'parquet'] as const;
type Format = (typeof exportFormats)[number];

interface ExportOptions {
  readonly format?: Format;
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** The rows of a results folder as a table, in a file or on stdout; or its weights, where a file's name says so. */
export function exportCommand(folder: string, { format: asked, out, force, json }: ExportOptions): void {
  const head = documentHead('export', { folder, format: asked, out });
  try {
    if (asked === undefined && out !== undefined && writtenEndings.includes(endingOf(out))) {
      const written = exportWeights(folder, out, force);
      if (json) printDocument({ ...head, outcome: { kind: 'finished' }, ...written });
      return;
    }
    const format = asked ?? formatOf(out);
    if (json && out === undefined) {
      throw new FlatwalkError('BAD_ARGUMENT', '--json has stdout for its document', 'Name a file with --out.');
    }
    const { rows, summary, running } = readResults(folder);
    const table = tableOf({ rows });
    const metadata = { 'flatwalk.summary': toJson(summary) };
    if (out !== undefined) new ResultsFile(out, { force }).writeContent(contentOf(table, format, metadata));
    else printTable(table, format, metadata);
    const columns = table.columns.map(({ name }) => name);
    // The table itself may be on stdout.
    const terminal = new Terminal(true);
    if (running) terminal.remark(`${folder} has not ended: these are its rows so far.`);
    if (out !== undefined) terminal.remark(`${table.rows} lines, ${columns.length} columns: ${out}`);
    if (json) printDocument({ ...head, outcome: { kind: 'finished' }, format, lines: table.rows, columns });
  } catch (error) {
    if (json) printDocument({ ...head, outcome: outcomeOf(error) });
    throw error;
  }
}

function formatOf(out: string | undefined): Format {
  if (out === undefined) return 'csv';
  const ending = extname(out).slice(1);
  const format = exportFormats.find((one) => one === ending);
  if (format) return format;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `${out} ends neither in .csv nor in .parquet, nor in ${writtenEndings.join(', ')} for weights`,
    'Say which it is to be with --format.',
  );
}

function* contentOf(table: Table, format: Format, metadata: Record<string, string>): Generator<string | Uint8Array> {
  if (format === 'parquet') {
    yield parquetBytes(table, metadata);
    return;
  }
  let piece = '';
  for (const line of csvLines(table)) {
    piece += line;
    if (piece.length < 1 << 20) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function printTable(table: Table, format: Format, metadata: Record<string, string>): void {
  if (format === 'parquet' && process.stdout.isTTY) {
    throw new FlatwalkError('BAD_ARGUMENT', 'Parquet is nothing for a terminal', 'Name a file with --out.');
  }
  for (const piece of contentOf(table, format, metadata)) process.stdout.write(piece);
}
