import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { FlatwalkError } from '../../engine/index.ts';
import { F32_MAX } from './options.ts';

export interface Samples {
  readonly inputs: number[][];
  readonly labels: number[];
  readonly inputNames: string[];
}

/**
 * Inputs and labels from a CSV or TSV file with a header line. All columns but the target are inputs unless named.
 * @throws BAD_ARGUMENT, naming line and column where the fault has one
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
  const twice = repeated(names);
  if (twice !== undefined) throw bad(file, `'${twice}' is twice in --inputs`, 'Name every column once.');
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
    throw new FlatwalkError('BAD_ARGUMENT', `Cannot read ${file}: ${reason}`, 'Check the path.', { cause: error });
  }
  const delimiter = /\.tsv$/i.test(file) ? '\t' : ',';
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter,
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
  if (header.length === 1) refuseSeparator(file, header[0], delimiter);
  const twice = repeated(header);
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

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) !== at);
}

/** A header that is a single cell with another separator in it would be met with a puzzling message later. */
function refuseSeparator(file: string, cell: string, delimiter: string): void {
  const [separator, fix] =
    [
      [';', `Save it with ${delimiter === ',' ? 'commas' : 'tabs'}.`],
      ['\t', 'Save it with commas, or call it .tsv.'],
      [',', 'Save it with tabs, or call it .csv.'],
    ].find(([other]) => other !== delimiter && cell.includes(other)) ?? [];
  if (!separator || !fix) return;
  throw bad(file, `the separator looks like ${separator === '\t' ? 'a tab' : `'${separator}'`}`, fix);
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
  const value = Number(cell);
  if (Math.abs(value) > F32_MAX) {
    throw bad(file, `line ${line}, column '${column}': ${cell} is outside the range of f32`, 'Scale the column.');
  }
  return value;
}

function bad(file: string, what: string, fix: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `${file}: ${what}`, fix);
}
