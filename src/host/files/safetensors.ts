/**
 * Arrays as safetensors: github.com/huggingface/safetensors. Eight bytes with the length of a header, the header as JSON
 * with dtype, shape and place of every tensor, and the numbers, row-major and little-endian, one tensor behind the other.
 */
import type { FlatwalkError } from '../../engine/index.ts';
import { type DtypeName, dtypes, readNumbers } from './dtypes.ts';
import { fault, type NumberField, type Source } from './fields.ts';
import { isObject } from './json.ts';
import { bytesOf, checkShape } from './npy.ts';

const known: Record<string, DtypeName> = {
  F64: 'f8',
  F32: 'f4',
  F16: 'f2',
  BF16: 'bf2',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U64: 'u8',
  U32: 'u4',
  U16: 'u2',
  U8: 'u1',
  BOOL: 'b1',
};

/** The format's own limit. */
const MOST_HEADER = 100_000_000;

const AGAIN = 'Save it again with safetensors.numpy.save_file or safetensors.torch.save_file.';

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Safetensors extends Source {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Every tensor is looked at before one is read: dtype, shape and place must fit together, and fill the file.
 * @throws BAD_ARGUMENT, LIMIT
 */
export function openSafetensors(file: string, bytes: Uint8Array): Safetensors {
  const damaged = (what: string, cause?: unknown) => fault(file, what, AGAIN, 'BAD_ARGUMENT', cause);
  if (bytes.length < 8) throw damaged('it is cut off: it has no header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > MOST_HEADER) {
    throw damaged(`it is no safetensors file: its header would have ${length} bytes, and ${MOST_HEADER} are the most`);
  }
  const start = 8 + Number(length);
  if (start > bytes.length) throw damaged(`its header of ${length} bytes is cut off`);
  const { tensors, metadata } = readHeader(bytes.subarray(8, start), damaged);
  checkPlaces(tensors, bytes.length - start, damaged);
  return {
    file,
    names: [...tensors.keys()],
    metadata,
    columnExample: 'save X[:, None]',
    read(name): NumberField {
      const { dtype, shape, begin, end } = tensors.get(name) as Tensor;
      if (!Object.hasOwn(known, dtype)) {
        const fix = 'Save it as float32, as with tensor.float().';
        throw fault(file, `${name}: it holds numbers of the dtype ${dtype}, which are not read`, fix);
      }
      const numbers = bytes.subarray(start + begin, start + end);
      const stored = { file, name, dtype: known[dtype], little: true, shape, bytes: numbers };
      return { shape, values: readNumbers(stored) };
    },
  };
}

type Damaged = (what: string, cause?: unknown) => FlatwalkError;

function readHeader(bytes: Uint8Array, damaged: Damaged) {
  let header: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damaged(`it is no safetensors file, or damaged: its header is no JSON (${reason})`, error);
  }
  if (!isObject(header)) throw damaged('its header is no object');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged(`${twice} is in it twice`);
  const { __metadata__: said = {}, ...entries } = header;
  if (!isObject(said) || !Object.values(said).every((value) => typeof value === 'string')) {
    throw damaged('__metadata__ in its header does not consist of texts');
  }
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, readEntry(name, entry, damaged)]));
  return { tensors, metadata: said as Record<string, string> };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, entry: unknown, damaged: Damaged): Tensor {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !shape.every(isSize)) {
    throw damaged(`${name}: its header does not say dtype and shape`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1]) {
    throw damaged(`${name}: its header does not say where it lies`);
  }
  const [begin, end] = offsets;
  if (Object.hasOwn(known, dtype)) {
    const wanted = shape.reduce((a, b) => a * b, dtypes[known[dtype]].size);
    if (end - begin !== wanted) {
      const what = `${shape.join(' x ') || 'a single number'} of ${dtype} makes ${wanted} bytes`;
      throw damaged(`${name}: ${what}, and it has ${end - begin}`);
    }
  }
  return { dtype, shape, begin, end };
}

/** One behind the other, from the first byte to the last. */
function checkPlaces(tensors: ReadonlyMap<string, Tensor>, there: number, damaged: Damaged): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const [name, tensor] of inOrder) {
    if (tensor.end > there) throw damaged(`it is cut off: ${name} ends at byte ${tensor.end}, the numbers at ${there}`);
    if (tensor.begin < end) throw damaged(`${name} overlaps with the tensor before it`);
    if (tensor.begin > end) throw damaged(`before ${name} there are ${tensor.begin - end} bytes of no tensor`);
    end = tensor.end;
  }
  if (end < there) throw damaged(`behind its tensors there are ${there - end} bytes of no tensor`);
}

/** A key of the outermost object that is there twice, of which JSON.parse keeps the last. The text must be JSON. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, key, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === '{') depth++;
    else if (token === '}') depth--;
    else if (colon !== undefined && depth === 1) {
      const name = JSON.parse(key) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}

/**
 * Tensors by name, as the package safetensors writes them: those of float64 before those of float32, each by name.
 * @throws BAD_SHAPE when numbers do not fill a shape
 */
export function encodeSafetensors(
  arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array | Float64Array }>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const inOrder = Object.entries(arrays).sort(
    ([one, a], [other, b]) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT || (one < other ? -1 : 1),
  );
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const [name, { shape, values }] of inOrder) {
    checkShape(shape, values.length);
    const begin = end;
    end += values.byteLength;
    const dtype = values instanceof Float32Array ? 'F32' : 'F64';
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(text, 8);
  for (let k = 0, at = 8 + length; k < inOrder.length; k++) {
    const numbers = bytesOf(inOrder[k][1].values);
    bytes.set(numbers, at);
    at += numbers.length;
  }
  return bytes;
}
