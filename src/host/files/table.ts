/** Tables as text: CSV and TSV with a header line. */
import { parse } from '#csv-parse';
import { F32_MAX, fault, short } from './fields.ts';

/** Columns with names. Which of them are inputs and which is the target is chosen from them. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: number;
  /** @throws BAD_ARGUMENT, NOT_FINITE with the place, if the cell holds no number */
  readonly cell: (row: number, column: number) => number;
  /** Where a cell stands, in the file's own terms. */
  readonly place: (row: number, column: number) => string;
  /** What a person should know about how it was read. */
  readonly notes: readonly string[];
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** @throws BAD_ARGUMENT, NOT_FINITE, naming line and column where the fault has one */
export function readTable(file: string, text: string, delimiter: ',' | '\t'): Table {
  const [head, ...body] = split(file, text, delimiter);
  if (!head) throw fault(file, 'it is empty', 'It needs a header line and at least one row.');
  const notes: string[] = [];
  const names = [...head.cells];
  if (names[0].startsWith('#')) {
    // As numpy.savetxt marks its header.
    names[0] = names[0].replace(/^#\s*/, '');
    notes.push("The header line begins with '#', which is no part of the name of the first column.");
  }
  if (names.length === 1) refuseSeparator(file, names[0], delimiter);
  refuseMissingHeader(file, names);
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at);
  if (twice !== undefined)
    throw fault(file, `two columns are called '${short(twice)}'`, 'Give every column its own name.');
  if (body.length === 0) throw fault(file, 'there are no rows below the header', 'Add at least one row.');
  for (const { line, cells } of body) {
    if (cells.length === names.length) continue;
    const decimals = cells.length === 2 * names.length ? ' If its decimals have commas, write them with points.' : '';
    const what = `line ${line} has ${cells.length} cells, the header has ${names.length}`;
    throw fault(file, what, `Mend that line.${decimals}`);
  }
  const place = (row: number, column: number) => `line ${body[row].line}, column '${short(names[column])}'`;
  return {
    names,
    rows: body.length,
    notes,
    place,
    cell(row, column) {
      const text = body[row].cells[column];
      if (NUMBER.test(text)) {
        const value = Number(text);
        if (Math.abs(value) <= F32_MAX) return value;
        const what = `${place(row, column)}: ${text} is outside the range of f32`;
        throw fault(file, what, 'Scale the column.', 'NOT_FINITE');
      }
      const what = text === '' ? 'the cell is empty' : `'${short(text)}' is not a number`;
      throw fault(file, `${place(row, column)}: ${what}`, adviceFor(text));
    },
  };
}

function split(file: string, text: string, delimiter: string): Row[] {
  try {
    const records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = 'Close every quotation mark, and double those within a cell.';
    throw fault(file, reason, fix, 'BAD_ARGUMENT', error);
  }
}

/** A header that is a single cell with another separator in it would be met with a puzzling message later. */
function refuseSeparator(file: string, cell: string, delimiter: string): void {
  const asWanted = `Save it with ${delimiter === ',' ? 'commas' : 'tabs'}`;
  const [separator, fix] =
    [
      [';', `${asWanted}${delimiter === ',' ? ' between cells, and points in decimals' : ''}.`],
      ['\t', `${asWanted}, or call it .tsv.`],
      [',', `${asWanted}, or call it .csv.`],
      ['|', `${asWanted}.`],
      [' ', `${asWanted}, as numpy.savetxt does with its option delimiter.`],
    ].find(([other]) => other !== delimiter && cell.includes(other)) ?? [];
  if (!separator || !fix) return;
  const name = { '\t': 'a tab', ' ': 'a space' }[separator] ?? `'${separator}'`;
  throw fault(file, `the separator looks like ${name}`, fix);
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A first line of numbers is a data point, unless it counts the columns, as pandas does where they have no names. */
function refuseMissingHeader(file: string, names: readonly string[]): void {
  if (!names.every((name) => NUMBER.test(name))) return;
  if (names.length > 1 && names.every((name, k) => name === String(k))) return;
  const what = 'its first line is all numbers, so the header line is missing';
  throw fault(file, what, 'Put a line with the names of the columns before it.');
}

function adviceFor(cell: string): string {
  if (/^[+-]?\d+,\d+$/.test(cell)) return 'Write decimals with a point.';
  if (/^[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?$/.test(cell)) return 'Write thousands without a separator.';
  if (/^[−–]/.test(cell)) return "Write minus as '-'.";
  if (/^(true|false|yes|no)$/i.test(cell)) return 'Write 1 and 0.';
  if (/^[+-]?[\d.]+ ?[%€$£a-z]+$/i.test(cell)) return 'Write the number without its unit.';
  if (/^(|na|n\/a|nan|null|none|-?inf(inity)?|[?.-])$/i.test(cell)) return 'Remove the row, or fill the cell in.';
  return 'Correct it, remove the row, or choose other columns with --inputs.';
}
