/**
 * Arrays in NumPy's .npy format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html. A magic word, a version, a
 * header in Python's notation with dtype, order and shape, and the numbers.
 */

import { FlatwalkError } from '../../engine/index.ts';
import { type DtypeName, dtypes, named, readNumbers } from './dtypes.ts';
import { type Field, fault, shapeText } from './fields.ts';

/** Kinds of numpy.dtype that are no real numbers, and what to do with them. */
const refused: Record<string, [what: string, fix: string]> = {
  O: ['Python objects', 'Make it rectangular, and save it with astype(numpy.float64).'],
  c: ['complex numbers', 'Save its real part.'],
  S: ['byte strings', 'Save numbers.'],
  U: ['strings', 'Save numbers.'],
  V: ['records', 'Save plain numbers, an array for each field.'],
  M: ['dates', 'Save numbers.'],
  m: ['time spans', 'Save numbers.'],
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** An array to be written: its numbers in row-major order, or a single text. */
export type Writable = { readonly shape: readonly number[]; readonly values: Float32Array | Float64Array } | string;

/**
 * One array as NumPy saves it, byte for byte: `<f4` or `<f8` after the type of the values, row-major; a text as a string
 * without dimensions.
 * @throws BAD_SHAPE when the numbers do not fill the shape
 */
export function encodeNpy(array: Writable): Uint8Array {
  const text = typeof array === 'string' ? [...array] : null;
  const { shape, values } = typeof array === 'string' ? { shape: [], values: codePoints(array) } : array;
  if (!text) checkShape(shape, values.length);
  const descr = text ? `<U${text.length}` : values instanceof Float32Array ? '<f4' : '<f8';
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${lengths}), }`;
  // Room for the first length to grow to 21 digits, and as many blanks as let the numbers begin at a multiple of 64.
  const growth = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const unpadded = 10 + fields.length + growth + 1;
  const length = Math.ceil(unpadded / 64) * 64 - 10;
  const header = `${fields}${' '.repeat(length - fields.length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + values.byteLength);
  bytes.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(bytesOf(values), 10 + length);
  return bytes;
}

/** As the machine has them, which is little-endian wherever a WebGPU device is. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws BAD_SHAPE */
export function checkShape(shape: readonly number[], count: number): void {
  if (shape.reduce((a, b) => a * b, 1) === count) return;
  throw new FlatwalkError(
    'BAD_SHAPE',
    `${count} numbers do not fill ${shapeText(shape)}`,
    'Give as many as its shape says.',
  );
}

const codePoints = (text: string) => Uint32Array.from([...text], (one) => one.codePointAt(0) as number);

/**
 * Reads one array. `name` is how messages call it, '' where the file is all it is. Numbers come out in row-major order whatever the order in the file.
 * Strings come out as text, where the array is a single one.
 * @throws BAD_ARGUMENT for something that is no .npy file, is cut off, or holds no real numbers; LIMIT for integers that
 *   float64 does not hold
 */
export function readNpy(file: string, name: string, bytes: Uint8Array): Field {
  const bad = (what: string, fix: string) => fault(file, named(name, what), fix);
  const again = 'Save it again with numpy.savez.';
  if (!MAGIC.every((byte, k) => bytes[k] === byte)) throw bad('it is no NumPy array', again);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (!(version >= 1 && version <= 3)) throw bad(`version ${version} of the format is not known`, again);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw bad('its header is cut off', again);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < start + headerLength) throw bad('its header is cut off', again);
  const encoding = version === 3 ? 'utf-8' : 'latin1';
  const header = new TextDecoder(encoding).decode(bytes.subarray(start, start + headerLength));
  const { descr, fortran, shape } = readHeader(header, bad);
  const data = start + headerLength;

  const text = shape.length === 0 ? readText(descr, bytes.subarray(data)) : null;
  if (text !== null) return text;
  const { dtype, little } = dtypeOf(descr, bad);
  const count = shape.reduce((a, b) => a * b, 1);
  const { size } = dtypes[dtype];
  const there = bytes.length - data;
  if (there !== count * size) {
    const what = there < count * size ? 'it is cut off' : 'something follows its numbers';
    throw bad(`${what}: ${count} numbers of ${size} bytes make ${count * size} bytes, and there are ${there}`, again);
  }
  const place = fortran ? fortranPlaces(shape) : undefined;
  return { shape, values: readNumbers({ file, name, dtype, little, shape, bytes: bytes.subarray(data), place }) };
}

type Bad = (what: string, fix: string) => Error;

/** The header is a Python dictionary with these three keys, written by repr(). */
function readHeader(text: string, bad: Bad): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr':\s*('(?<plain>[^']*)'|(?<record>\[))/.exec(text)?.groups;
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (!descr || !fortran || shape === undefined) {
    throw bad('its header does not say dtype, order and shape', 'Save it again with numpy.savez.');
  }
  const lengths = shape.split(',').filter((length) => length.trim() !== '');
  return {
    descr: descr.record ? '|V' : descr.plain,
    fortran: fortran === 'True',
    shape: lengths.map(Number.parseFloat),
  };
}

function dtypeOf(descr: string, bad: Bad): { dtype: DtypeName; little: boolean } {
  const [, order, kind, rest] = /^([<>|=])(\w)(.*)$/.exec(descr) ?? [];
  const name = `${kind}${rest}`;
  if (Object.hasOwn(dtypes, name)) return { dtype: name as DtypeName, little: order !== '>' };
  const [what, fix] = refused[kind ?? ''] ?? [`numbers of the dtype '${descr}'`, 'Save it with astype(numpy.float64).'];
  throw bad(`it holds ${what}, where real numbers are needed`, fix);
}

/** A single string, as numpy.savez(activation='tanh') leaves it; null for anything else. */
function readText(descr: string, bytes: Uint8Array): string | null {
  const [, order, kind] = /^([<>|])([SU])\d+$/.exec(descr) ?? [];
  if (kind === 'S') return new TextDecoder().decode(bytes).replace(/\0+$/, '');
  if (kind !== 'U') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, order !== '>');
    if (point === 0 || point > 0x10ffff) break;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** From a number's place in column-major order to that in row-major order. */
function fortranPlaces(shape: readonly number[]): (k: number) => number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return (k) => {
    let place = 0;
    for (let axis = 0, rest = k; axis < shape.length; axis++) {
      place += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return place;
  };
}
