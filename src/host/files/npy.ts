/**
 * Arrays in NumPy's .npy format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html. A magic word, a version, a
 * header in Python's notation with dtype, order and shape, and the numbers.
 */
import { type Field, fault, placeOf } from './fields.ts';

interface Dtype {
  readonly size: number;
  /** Whether some of its numbers are larger than those that float64 holds exactly. */
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint;
}

const dtypes: Record<string, Dtype> = {
  f2: { size: 2, read: (view, at, little) => fromHalf(view.getUint16(at, little)) },
  f4: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  i1: { size: 1, read: (view, at) => view.getInt8(at) },
  i2: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { size: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  u1: { size: 1, read: (view, at) => view.getUint8(at) },
  u2: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { size: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  b1: { size: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

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

/**
 * Reads one array. `name` is how messages call it. Numbers come out in row-major order whatever the order in the file.
 * Strings come out as text, where the array is a single one.
 * @throws BAD_ARGUMENT for something that is no .npy file, is cut off, or holds no real numbers; LIMIT for integers that
 *   float64 does not hold
 */
export function readNpy(file: string, name: string, bytes: Uint8Array): Field {
  const bad = (what: string, fix: string) => fault(file, `${name}: ${what}`, fix);
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
  const wanted = count * dtype.size;
  const there = bytes.length - data;
  if (there !== wanted) {
    const what = there < wanted ? 'it is cut off' : 'something follows its numbers';
    throw bad(`${what}: ${count} numbers of ${dtype.size} bytes make ${wanted} bytes, and there are ${there}`, again);
  }
  const values = new Float64Array(count);
  const place = fortran ? fortranPlaces(shape) : (k: number) => k;
  for (let k = 0; k < count; k++) {
    const value = dtype.read(view, data + k * dtype.size, little);
    const number = Number(value);
    if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
      throw fault(
        file,
        `${name}: ${value} at ${placeOf(place(k), shape)} is an integer beyond 2^53, which changes when it is read`,
        'Scale it, or save it as float64.',
        'LIMIT',
      );
    }
    values[place(k)] = number;
  }
  return { shape, values };
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

function dtypeOf(descr: string, bad: Bad): { dtype: Dtype; little: boolean } {
  const [, order, kind, size] = /^([<>|=])(\w)(\d*)/.exec(descr) ?? [];
  const dtype = dtypes[kind + size];
  if (dtype) return { dtype, little: order !== '>' };
  const [what, fix] = refused[kind] ?? [`numbers of the dtype '${descr}'`, 'Save it with astype(numpy.float64).'];
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

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
