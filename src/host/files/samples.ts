/** Inputs and labels from a file of any kind: what a network is trained on. */
import { type Block, readBlock, some, tableOfMatrix, tableOfObjects } from './columns.ts';
import { F32_MAX, fault, type NumberField, type Source, shapeText } from './fields.ts';
import { isObject, openObject, parseJson } from './json.ts';
import { checkContent, checkEnding, endingOf, sampleEndings } from './kinds.ts';
import { parts } from './names.ts';
import { readNpy } from './npy.ts';
import { openNpz } from './npz.ts';
import { openSafetensors } from './safetensors.ts';
import { didYouMean } from './similar.ts';
import { readTable, type Table } from './table.ts';
import { decodeText } from './text.ts';

/** Data in float64, as the file has them. */
export interface Samples {
  /** X, n x d, row-major. */
  readonly inputs: Float64Array;
  /** y, n numbers. */
  readonly labels: Float64Array;
  /** n, at least 1. */
  readonly samples: number;
  /** d, at least 1. */
  readonly dimension: number;
  /** d names; given as the choice of inputs, they choose the same again. */
  readonly inputNames: readonly string[];
  readonly targetName: string;
  /** What a person should know about how the file was read. */
  readonly notes: readonly string[];
}

/** Which part of a file is what. */
export interface Choice {
  /** A column, an array, or for .npy a number of a column or another file. */
  readonly target?: string;
  /** Columns or arrays; all but the target, or the array X, if there is no choice. */
  readonly inputs?: readonly string[];
}

export interface FileBytes {
  /** As messages call it; its ending says how it is read. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Inputs and labels: from tables and lists of objects by the names of columns, from .npz, .safetensors and JSON by the names of
 * arrays, from .npy by the numbers of columns, or with the labels in a file of their own.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place in it
 */
export function parseSamples({ file, bytes }: FileBytes, choice: Choice, labels?: FileBytes): Samples {
  const ending = checkEnding(file, sampleEndings);
  checkContent(file, ending, bytes);
  if (ending === '.npz') return fromArrays(openNpz(file, bytes), choice);
  if (ending === '.safetensors') return fromArrays(openSafetensors(file, bytes), choice);
  if (ending === '.npy') return fromNpy(file, bytes, choice, labels);
  const text = decodeText(file, bytes);
  if (text.trim() === '') throw fault(file, 'it is empty', 'It needs at least one row.');
  if (ending === '.json') return fromJson(file, text, choice);
  return fromTable(file, readTable(file, text, ending === '.tsv' ? '\t' : ','), choice);
}

/** The same, with the bytes of files by their names: a .npy file may have its labels in another. */
export function samplesFrom(file: string, choice: Choice, bytesOf: (file: string) => Uint8Array): Samples {
  checkEnding(file, sampleEndings);
  const { target } = choice;
  const apart = endingOf(file) === '.npy' && target !== undefined && endingOf(target) === '.npy';
  const labels = apart ? { file: target, bytes: bytesOf(target) } : undefined;
  return parseSamples({ file, bytes: bytesOf(file) }, choice, labels);
}

function fromTable(file: string, table: Table, { target, inputs }: Choice): Samples {
  const { names } = table;
  const columns = `Its columns are: ${some(names)}.`;
  const find = (name: string) => {
    const at = names.indexOf(name);
    if (at >= 0) return at;
    throw fault(file, `there is no column '${name}'`, `${didYouMean(name, names)}${columns}`);
  };
  if (target === undefined) {
    throw fault(file, 'it is not said which column has the labels', `Name it with --target. ${columns}`);
  }
  const label = find(target);
  const chosen = inputs ?? names.filter((_, at) => at !== label);
  const unnamed = inputs ? -1 : names.findIndex((name, at) => name === '' && at !== label);
  if (unnamed >= 0) {
    const fix = 'If it counts the rows, as pandas does, save it with index=False; or choose columns with --inputs.';
    throw fault(file, `column ${unnamed + 1} has no name in the header`, fix);
  }
  refuseChoice(file, target, chosen);
  const places = chosen.map(find);
  if (table.rows === 0) throw fault(file, 'it has no rows', 'Give at least one.', 'BAD_SHAPE');
  const cell = (row: number, column: number) =>
    inRange(file, table.cell(row, column), () => table.place(row, column), 'the column');
  return {
    ...fill(table.rows, places.length, (row, k) => cell(row, places[k])),
    labels: Float64Array.from({ length: table.rows }, (_, row) => cell(row, label)),
    inputNames: [...chosen],
    targetName: target,
    notes: table.notes,
  };
}

function fromJson(file: string, text: string, choice: Choice): Samples {
  const value = parseJson(file, text);
  if (isObject(value)) return fromArrays(openObject(file, value), choice);
  if (!Array.isArray(value)) {
    throw fault(file, 'it is neither an object nor a list', 'Write {"X": [[1, 2], [3, 4]], "y": [5, 6]}.');
  }
  if (value.length === 0) throw fault(file, 'it has no rows', 'Give at least one.', 'BAD_SHAPE');
  return fromTable(file, tableOfObjects(file, value), choice);
}

/** X and y under their names, or those that were chosen. */
function fromArrays(source: Source, { target, inputs }: Choice): Samples {
  const { file } = source;
  const named = (part: 'X' | 'y', flag: string): string => {
    const known: readonly string[] = [part, ...parts[part].also];
    const found = source.names.filter((name) => known.includes(name));
    if (found.length === 1) return found[0];
    const fix = `Name the array with ${flag}. There are: ${some(source.names)}.`;
    if (found.length === 0) throw fault(file, `there is no ${part} (${parts[part].meaning})`, fix);
    throw fault(file, `${found.join(' and ')} are both ${parts[part].meaning}`, fix);
  };
  const targetName = target ?? named('y', '--target');
  const labels = readBlock(source, targetName, true);
  if (labels.names.length !== 1) {
    const what = `${targetName} has ${labels.names.length} columns`;
    throw fault(file, what, `Labels are one column: choose one with --target '${labels.names[0]}'.`, 'BAD_SHAPE');
  }
  const blocks = inputs
    ? inputs.map((name) => readBlock(source, name, true))
    : [readBlock(source, named('X', '--inputs'), false)];
  const inputNames = blocks.flatMap(({ names }) => names);
  refuseChoice(file, labels.names[0], inputNames);
  for (const block of blocks) refuseLengths(file, block, labels);
  return join(file, blocks, labels, targetName);
}

/** One array with the labels in one of its columns, or inputs alone and labels in another file. */
function fromNpy(file: string, bytes: Uint8Array, { target, inputs }: Choice, labels?: FileBytes): Samples {
  const table = tableOfMatrix(file, numbersOf(file, bytes));
  const columns = table.names.length;
  if (target === undefined) {
    const fix = 'Give --target FILE.npy, or the number of a column, counted from 0 (-1: the last one).';
    throw fault(file, 'it is not said where the labels are', fix);
  }
  if (!labels) {
    if (!/^-?\d+$/.test(target)) {
      throw fault(file, `'${target}' is no column of it`, 'Give --target FILE.npy, or the number of a column.');
    }
    const name = Number(target) < 0 ? String(columns + Number(target)) : String(Number(target));
    if (!table.names.includes(name)) {
      const fix = `It has ${columns}, counted from 0; -1 is the last one.`;
      throw fault(file, `there is no column ${target}`, fix);
    }
    return fromTable(file, table, { target: name, inputs });
  }
  checkContent(labels.file, '.npy', labels.bytes);
  const field = numbersOf(labels.file, labels.bytes);
  const { shape, values } = field;
  if (!(shape.length === 1 || (shape.length === 2 && shape[1] === 1))) {
    throw fault(labels.file, `it is ${shapeText(shape)}; labels are n numbers`, 'Save one column.', 'BAD_SHAPE');
  }
  if (shape[0] !== table.rows) {
    const what = `it has ${shape[0]} labels, and ${file} has ${table.rows} rows`;
    throw fault(labels.file, what, 'Give one label for every row.', 'BAD_SHAPE');
  }
  // As if the labels were one column more, so that choosing and checking is the same.
  const whole: Table = {
    ...table,
    names: [...table.names, target],
    cell: (row, column) => (column < columns ? table.cell(row, column) : values[row]),
    place: (row, column) =>
      column < columns ? table.place(row, column) : `${labels.file}, index ${row} (counted from 0)`,
  };
  return fromTable(file, whole, { target, inputs });
}

function numbersOf(file: string, bytes: Uint8Array): NumberField {
  const field = readNpy(file, '', bytes);
  if (typeof field !== 'string') return field;
  throw fault(file, 'it holds text', 'Save numbers.');
}

function refuseChoice(file: string, target: string, inputs: readonly string[]): void {
  if (inputs.includes(target)) throw fault(file, `'${target}' is both target and input`, 'Leave it out of --inputs.');
  const twice = inputs.find((name, at) => inputs.indexOf(name) !== at);
  if (twice !== undefined) throw fault(file, `'${twice}' is twice in --inputs`, 'Name every column once.');
  if (inputs.length === 0) throw fault(file, 'there is no input column', 'Add one, or name it with --inputs.');
}

function refuseLengths(file: string, block: Block, labels: Block): void {
  if (block.rows === labels.rows) return;
  const what = `${block.array} has ${block.rows} rows and ${labels.array} has ${labels.rows} labels`;
  throw fault(file, what, `Give one label for every row of ${block.array}.`, 'BAD_SHAPE');
}

function join(file: string, blocks: readonly Block[], labels: Block, targetName: string): Samples {
  const columns = blocks.flatMap((block) => block.names.map((_, column) => ({ block, column })));
  const cell = (block: Block, row: number, column: number) =>
    inRange(file, block.value(row, column), () => block.place(row, column), 'the data');
  return {
    ...fill(labels.rows, columns.length, (row, k) => cell(columns[k].block, row, columns[k].column)),
    labels: Float64Array.from({ length: labels.rows }, (_, row) => cell(labels, row, 0)),
    inputNames: blocks.flatMap(({ names }) => names),
    targetName,
    notes: [],
  };
}

function fill(samples: number, dimension: number, value: (row: number, column: number) => number) {
  const inputs = new Float64Array(samples * dimension);
  for (let row = 0, at = 0; row < samples; row++) {
    for (let column = 0; column < dimension; column++) inputs[at++] = value(row, column);
  }
  return { inputs, samples, dimension };
}

/** @throws NOT_FINITE for NaN, infinities, and what f32 does not hold */
function inRange(file: string, value: number, place: () => string, what: string): number {
  if (Math.abs(value) <= F32_MAX) return value;
  if (Number.isFinite(value)) {
    throw fault(file, `${place()}: ${value} is outside the range of f32`, `Scale ${what}.`, 'NOT_FINITE');
  }
  throw fault(file, `${place()}: ${value} is not finite`, 'Remove it, or replace it by a number.', 'NOT_FINITE');
}
