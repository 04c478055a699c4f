/** Columns with numbers from JSON and from NumPy's arrays, from which inputs and target are chosen. */
import { fault, type NumberField, placeOf, type Source, shapeText, short } from './fields.ts';
import { type Entries, isNotFinite, isObject, kindOf } from './json.ts';
import { parts } from './names.ts';
import { didYouMean } from './similar.ts';
import type { Table } from './table.ts';

/** A list of objects, one a row, as pandas writes it with `orient="records"`. @throws BAD_ARGUMENT with row and column */
export function tableOfObjects(file: string, list: readonly unknown[]): Table {
  const strange = list.findIndex((row) => !isObject(row));
  if (strange >= 0) {
    const fix = 'Write {"X": [[1, 2], [3, 4]], "y": [5, 6]}, or a list of objects like {"a": 1, "y": 5}.';
    throw fault(file, `row ${strange} (counted from 0) is ${kindOf(list[strange])}, not an object`, fix);
  }
  const rows = list as readonly Entries[];
  const names = Object.keys(rows[0]);
  const place = (row: number, column: number) => `row ${row} (counted from 0), '${names[column]}'`;
  for (const [k, row] of rows.entries()) {
    const unknown = Object.keys(row).find((name) => !(name in rows[0]));
    if (unknown === undefined) continue;
    const what = `row ${k} (counted from 0) has '${unknown}', which row 0 does not have`;
    throw fault(file, what, `${didYouMean(unknown, names)}Give every row the same names.`);
  }
  return {
    names,
    rows: rows.length,
    notes: [],
    place,
    cell(row, column) {
      const value = rows[row][names[column]];
      if (typeof value === 'number') return value;
      if (typeof value === 'string' && isNotFinite(value)) return Number(value.replace('nan', 'NaN'));
      const what = value === undefined ? 'it is missing' : `it is ${kindOf(value)}, not a number`;
      throw fault(file, `${place(row, column)}: ${what}`, 'Remove the row, or give it a number.');
    },
  };
}

/** One array of n x k numbers, whose columns are called by their numbers. @throws BAD_SHAPE */
export function tableOfMatrix(file: string, field: NumberField): Table {
  const { shape, values } = field;
  if (shape.length !== 2) {
    const fix = shape.length === 1 ? 'For one column save X[:, None].' : 'Make it two-dimensional.';
    throw fault(file, `it is ${shapeText(shape)}; it must be n rows of numbers`, fix, 'BAD_SHAPE');
  }
  const [rows, columns] = shape;
  return {
    names: Array.from({ length: columns }, (_, k) => String(k)),
    rows,
    notes: [],
    cell: (row, column) => values[row * columns + column],
    place: (row, column) => `${placeOf(row * columns + column, shape)} (counted from 0)`,
  };
}

/** Columns of several arrays side by side. */
export interface Block {
  readonly names: readonly string[];
  readonly rows: number;
  /** From where it was read, for messages. */
  readonly array: string;
  readonly value: (row: number, column: number) => number;
  readonly place: (row: number, column: number) => string;
}

/** `X`: all columns of an array; `X[2]`: one. A list is a column. @throws BAD_ARGUMENT, BAD_SHAPE */
export function readBlock(source: Source, name: string, listIsColumn: boolean): Block {
  const [, array, at] = source.names.includes(name)
    ? ['', name, undefined]
    : (/^(.+)\[(\d+)\]$/.exec(name) ?? ['', name]);
  const { file } = source;
  if (!source.names.includes(array)) {
    const there = `There are: ${some(source.names)}.`;
    throw fault(file, `there is no array '${array}'`, `${didYouMean(array, source.names)}${there}`);
  }
  const field = source.read(array);
  if (field === null || typeof field === 'string') {
    throw fault(file, `${array} is ${field === null ? 'null' : `'${field}'`}, not numbers`, 'Name another array.');
  }
  const { shape, values } = field;
  const flat = shape.length === 1 && listIsColumn;
  if (!(shape.length === 2 || flat)) {
    const fix =
      shape.length === 1 ? `For one column ${source.columnExample.replace('X', array)}.` : 'Make it two-dimensional.';
    throw fault(file, `${array} is ${shapeText(shape)}; it must be ${parts.X.meaning}`, fix, 'BAD_SHAPE');
  }
  const [rows, columns] = flat ? [shape[0], 1] : shape;
  if (rows === 0) throw fault(file, `${array} has no rows`, 'Give at least one.', 'BAD_SHAPE');
  if (columns === 0) throw fault(file, `${array} has no columns`, 'Give at least one.', 'BAD_SHAPE');
  const index = at === undefined ? null : Number(at);
  if (index !== null && index >= columns) {
    throw fault(file, `there is no column ${name}`, `${array} has ${columns} of them, counted from 0.`);
  }
  const columnAt = (column: number) => index ?? column;
  const names = columns === 1 ? [array] : Array.from({ length: columns }, (_, k) => `${array}[${k}]`);
  return {
    names: index === null ? names : [names[index]],
    rows,
    array,
    value: (row, column) => values[row * columns + columnAt(column)],
    place: (row, column) => `${array}, ${placeOf(row * columns + columnAt(column), shape)} (counted from 0)`,
  };
}

/** The first of many names. */
export function some(names: readonly string[]): string {
  const shown = names.map(short);
  return names.length <= 12 ? shown.join(', ') : `${shown.slice(0, 10).join(', ')}, ... (${names.length} in all)`;
}
