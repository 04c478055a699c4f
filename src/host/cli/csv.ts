import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { FlatwalkError } from '../../engine/index.ts';

export interface Samples {
  readonly inputs: number[][];
  readonly labels: number[];
  readonly inputNames: string[];
}

/**
 * Inputs and labels from a CSV or TSV file with a header line. All columns but the target are inputs unless named.
 * @throws HOST for a file that cannot be read, BAD_ARGUMENT naming line and column for anything else
 */
export function readSamples(file: string, target: string, inputNames?: readonly string[]): Samples {
  const { header, rows } = readTable(file);
  const column = (name: string) => {
    const at = header.indexOf(name);
    if (at < 0) throw bad(file, `there is no column '${name}'`, `Its columns are: ${header.join(', ')}.`);
    return at;
  };
  const labelColumn = column(target);
  const names = inputNames ?? header.filter((name) => name !== target);
  if (names.includes(target)) throw bad(file, `'${target}' is both target and input`, 'Leave it out of --inputs.');
  const inputColumns = names.map(column);
  if (inputColumns.length === 0) throw bad(file, 'there is no input column', 'Add one, or name it with --inputs.');
  const cell = (k: number, at: number) => toNumber(file, rows[k].cells[at], rows[k].line, header[at]);
  return {
    inputs: rows.map((_, k) => inputColumns.map((at) => cell(k, at))),
    labels: rows.map((_, k) => cell(k, labelColumn)),
    inputNames: [...names],
  };
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function readTable(file: string): { header: string[]; rows: Row[] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlatwalkError('HOST', `Cannot read ${file}: ${reason}`, 'Check the path.', { cause: error });
  }
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter: /\.tsv$/i.test(file) ? '\t' : ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (error) {
    throw bad(file, error instanceof Error ? error.message : String(error), 'Save it as plain CSV with a header line.');
  }
  const [head, ...body] = records;
  if (!head) throw bad(file, 'it is empty', 'It needs a header line and at least one row.');
  const header = head.record;
  const twice = header.find((name, at) => header.indexOf(name) !== at);
  if (twice !== undefined) throw bad(file, `two columns are called '${twice}'`, 'Give every column its own name.');
  if (body.length === 0) throw bad(file, 'there are no rows below the header', 'Add at least one row.');
  const rows = body.map(({ record, info }) => {
    if (record.length !== header.length) {
      throw bad(
        file,
        `line ${info.lines} has ${record.length} cells, the header has ${header.length}`,
        'Mend that line.',
      );
    }
    return { line: info.lines, cells: record };
  });
  return { header, rows };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function toNumber(file: string, cell: string, line: number, column: string): number {
  if (!NUMBER.test(cell)) {
    const hint = /^[+-]?\d+,\d+$/.test(cell) ? 'Write decimals with a point.' : 'Remove the row, or fill the cell in.';
    throw bad(
      file,
      `line ${line}, column '${column}': ${cell === '' ? 'the cell is empty' : `'${cell}' is not a number`}`,
      hint,
    );
  }
  return Number(cell);
}

function bad(file: string, what: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `${file}: ${what}`, fix);
}
