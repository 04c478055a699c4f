/** Types of numbers in files of other programs, read into float64. */
import { fault, placeOf } from './fields.ts';

export interface Dtype {
  /** Bytes of a number. */
  readonly size: number;
  /** A bigint where some numbers are larger than those that float64 holds exactly. */
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint;
}

/** By NumPy's names, and bfloat16, which NumPy does not have. */
export const dtypes = {
  f2: { size: 2, read: (view, at, little) => fromHalf(view.getUint16(at, little)) },
  bf2: { size: 2, read: (view, at, little) => fromBrain(view.getUint16(at, little)) },
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
} satisfies Record<string, Dtype>;
export type DtypeName = keyof typeof dtypes;

/** Numbers as they lie in a file, one behind the other. */
export interface Stored {
  readonly file: string;
  /** How messages call the array; '' where it is all of the file. */
  readonly name: string;
  readonly dtype: DtypeName;
  readonly little: boolean;
  readonly shape: readonly number[];
  /** No more and no less than its numbers. */
  readonly bytes: Uint8Array;
  /** From a number's place in the file to that in row-major order; the same if there is none. */
  readonly place?: (k: number) => number;
}

/** What is said of an array. */
export const named = (name: string, what: string) => (name === '' ? what : `${name}: ${what}`);

/** 1 GiB of float64. */
const MOST_NUMBERS = 2 ** 27;

/** @throws LIMIT for more than 2^27 numbers, and for an integer that float64 does not hold */
export function readNumbers({ file, name, dtype, little, shape, bytes, place = (k) => k }: Stored): Float64Array {
  const { size, read }: Dtype = dtypes[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length / size > MOST_NUMBERS) {
    const what = `it has ${bytes.length / size} numbers, and ${MOST_NUMBERS} can be read`;
    throw fault(file, named(name, what), 'Take fewer samples, or a smaller network.', 'LIMIT');
  }
  const values = new Float64Array(bytes.length / size);
  for (let k = 0; k < values.length; k++) {
    const value = read(view, k * size, little);
    const number = Number(value);
    if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
      const what = `${value} at ${placeOf(place(k), shape)} is an integer beyond 2^53, which changes when it is read`;
      throw fault(file, named(name, what), 'Scale it, or save it as float64.', 'LIMIT');
    }
    values[place(k)] = number;
  }
  return values;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function fromBrain(bits: number): number {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
}
