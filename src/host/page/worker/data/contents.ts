/** What a dropped file is, before anything is chosen from it. */
import { readConfig } from '../../../config/read.ts';
import { type Given, keys } from '../../../config/table.ts';
import { readBlock, tableOfMatrix, tableOfObjects } from '../../../files/columns.ts';
import { F32_MAX, fault, type NumberField, type Source, shapeText } from '../../../files/fields.ts';
import { type Entries, isObject, openObject, parseJson } from '../../../files/json.ts';
import { checkContent, checkEnding, sampleEndings } from '../../../files/kinds.ts';
import { parts } from '../../../files/names.ts';
import { readNpy } from '../../../files/npy.ts';
import { openNpz } from '../../../files/npz.ts';
import { openSafetensors } from '../../../files/safetensors.ts';
import { readTable, type Table } from '../../../files/table.ts';
import { decodeText } from '../../../files/text.ts';
import { parseWeights } from '../../../files/weights.ts';

export type Contents =
  /** Columns from which inputs and labels are chosen. */
  | {
      readonly kind: 'data';
      readonly rows: number;
      readonly columns: readonly Column[];
      /** The column of the labels, unless a person says otherwise. */
      readonly target: string | null;
      /** Whether there are no labels in it but in another file. */
      readonly apart: boolean;
      /** Whether nothing in it says which columns are inputs, so that settings must. */
      readonly unnamed: boolean;
      /** Rows with a cell that is no finite number; null where they were not counted. */
      readonly unreadable: { readonly rows: number; readonly more: boolean } | null;
    }
  /** An array of n numbers, for the inputs of another file. */
  | { readonly kind: 'labels'; readonly rows: number }
  | {
      readonly kind: 'weights';
      readonly replicas: number;
      readonly width: number;
      readonly dimension: number;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'settings'; readonly given: Given };

export interface Column {
  readonly name: string;
  /** Whether it is an input where nothing is chosen. */
  readonly usual: boolean;
  /** What its first cell that is no finite number says, with the place; null where all are. */
  readonly fault: string | null;
}

type Data = Extract<Contents, { kind: 'data' }>;

/** @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file and the place in it */
export function contentsOf(file: string, bytes: Uint8Array): Contents {
  const ending = checkEnding(file, sampleEndings);
  checkContent(file, ending, bytes);
  if (ending === '.npz') return ofArrays(openNpz(file, bytes), bytes);
  if (ending === '.safetensors') return ofArrays(openSafetensors(file, bytes), bytes);
  if (ending === '.npy') return ofArray(file, bytes);
  const text = decodeText(file, bytes);
  if (text.trim() === '') throw fault(file, 'it is empty', 'It needs at least one row.');
  if (ending === '.json') return ofJson(file, text, bytes);
  return ofTable(readTable(file, text, ending === '.tsv' ? '\t' : ','));
}

function ofJson(file: string, text: string, bytes: Uint8Array): Contents {
  const value = parseJson(file, text);
  if (isObject(value)) {
    if (isSettings(value)) return { kind: 'settings', given: readConfig(file, text) };
    return ofArrays(openObject(file, value), bytes);
  }
  if (!Array.isArray(value)) {
    throw fault(file, 'it is neither an object nor a list', 'Write {"X": [[1, 2], [3, 4]], "y": [5, 6]}.');
  }
  if (value.length === 0) throw fault(file, 'it has no rows', 'Give at least one.', 'BAD_SHAPE');
  return ofTable(tableOfObjects(file, value));
}

/** A document of a run or its settings, and no arrays. `data` is the name of a file here, and may be an array elsewhere. */
function isSettings(value: Entries): boolean {
  const names = Object.keys(value);
  const arrays = [...namesOf('X'), ...namesOf('theta')];
  if (names.some((name) => arrays.includes(name) && Array.isArray(value[name]))) return false;
  return names.some((name) => ['schema', 'command', '$schema', ...keys].includes(name));
}

function ofTable(table: Table): Data {
  const { names, rows } = table;
  const { faults, ...unreadable } = scan(table);
  const named = names.find((name) => namesOf('y').includes(name));
  const columns = names.map((name, k) => ({ name, usual: true, fault: faults[k] ?? null }));
  return {
    kind: 'data',
    rows,
    columns,
    target: named ?? names.at(-1) ?? null,
    apart: false,
    unnamed: false,
    unreadable,
  };
}

/** Exceptions are slow, and a table of words has nothing but them. */
const MOST_FAULTS = 2000;

function scan({ names, rows, cell }: Table) {
  const faults: (string | undefined)[] = [];
  let [bad, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    let good = true;
    for (let column = 0; column < names.length; column++) {
      try {
        if (Math.abs(cell(row, column)) <= F32_MAX) continue;
        faults[column] ??= `row ${row} (counted from 0) is not finite`;
      } catch (error) {
        faults[column] ??= (error as Error).message.split('\n')[0];
      }
      good = false;
      count++;
    }
    if (!good) bad++;
    if (count >= MOST_FAULTS) return { faults, rows: bad, more: row < rows - 1 };
  }
  return { faults, rows: bad, more: false };
}

function ofArray(file: string, bytes: Uint8Array): Contents {
  const field = readNpy(file, '', bytes);
  if (typeof field === 'string') throw fault(file, 'it holds text', 'Save numbers.');
  const { shape } = field;
  if (shape.length === 3) return ofWeights(file, bytes);
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return { kind: 'labels', rows: shape[0] };
  const { names, rows } = tableOfMatrix(file, field);
  const columns = names.map((name) => ({ name, usual: true, fault: null }));
  return { kind: 'data', rows, columns, target: null, apart: true, unnamed: false, unreadable: null };
}

function ofArrays(source: Source, bytes: Uint8Array): Contents {
  const { file, names } = source;
  const has = (part: 'X' | 'theta') => names.some((name) => namesOf(part).includes(name));
  const isModule = names.some((name) => /(^|\.)weight$/.test(name));
  if (!has('X') && (has('theta') || isModule)) return ofWeights(file, bytes);
  const X = names.find((name) => namesOf('X').includes(name));
  const y = names.find((name) => namesOf('y').includes(name));
  const fields = names.map((name) => ({ name, field: source.read(name) }));
  const arrays = fields.filter((one): one is { name: string; field: NumberField } => isMatrix(one.field));
  if (arrays.length === 0) {
    const there = fields.map(({ name, field }) => `${name} (${isNumbers(field) ? shapeText(field.shape) : 'text'})`);
    const fix = 'Save the data points as X, n rows of d numbers, and the labels as y, n numbers.';
    throw fault(file, `there are no data in it: ${there.join(', ') || 'it is empty'}`, fix);
  }
  const rows = (arrays.find(({ name }) => name === (y ?? X)) ?? arrays[0]).field.shape[0];
  const known = { ...source, read: (name: string) => fields.find((one) => one.name === name)?.field ?? null };
  const columns = arrays
    .filter(({ field }) => field.shape[0] === rows)
    .flatMap(({ name }) => readBlock(known, name, true).names.map((column) => ({ array: name, column })))
    .map(({ array, column }) => ({ name: column, usual: X === undefined || array === X, fault: null }));
  const target = y ?? columns.at(-1)?.name ?? null;
  return { kind: 'data', rows, columns, target, apart: false, unnamed: X === undefined, unreadable: null };
}

const isNumbers = (field: unknown): field is NumberField => typeof field === 'object' && field !== null;
const isMatrix = (field: unknown) =>
  isNumbers(field) && [1, 2].includes(field.shape.length) && !field.shape.includes(0);

function ofWeights(file: string, bytes: Uint8Array): Contents {
  const { replicas, width, dimension, notes } = parseWeights(file, bytes);
  return { kind: 'weights', replicas, width, dimension, notes };
}

const namesOf = (part: 'X' | 'y' | 'theta'): readonly string[] => [part, ...parts[part].also];
