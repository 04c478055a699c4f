/** Weights of a network: from files of NumPy, PyTorch and flatwalk, and back. */
import { FlatwalkError } from '../../engine/index.ts';
import { some } from './columns.ts';
import { fault, type NumberField, type Source, shapeText } from './fields.ts';
import { isObject, openObject, parseJson } from './json.ts';
import { checkContent, checkEnding } from './kinds.ts';
import { parts } from './names.ts';
import { encodeNpy, readNpy, type Writable } from './npy.ts';
import { encodeNpz, openNpz } from './npz.ts';
import { Rounding } from './rounding.ts';
import { encodeSafetensors, openSafetensors } from './safetensors.ts';
import { didYouMean } from './similar.ts';
import { decodeText } from './text.ts';

export interface Weights {
  /** Theta, replicas x m x d, row-major. */
  readonly theta: Float32Array;
  readonly replicas: number;
  /** m. */
  readonly width: number;
  /** d. */
  readonly dimension: number;
  /** a, m numbers; ones, if it is not there. */
  readonly secondLayer?: Float32Array;
}

export interface WeightsFile extends Weights {
  /** What a person should know about how the file was read. */
  readonly notes: readonly string[];
}

/** Numbers that a file has besides the weights. */
export interface ExtraArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

export const weightEndings = ['.npz', '.safetensors', '.npy', '.json'];
export const writtenEndings = ['.npz', '.safetensors', '.npy'];

/**
 * Weights by the names that README's users have for them: `theta` and `a`, their other names, or those of PyTorch's
 * `state_dict`: `weight` or `*.weight` of shape m x d, with `*.weight` of shape 1 x m for the second layer. Theta with
 * three dimensions is replicas x m x d. The only array of a file may have any name that NumPy gives.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file, the array and the place
 */
export function parseWeights(file: string, bytes: Uint8Array): WeightsFile {
  const ending = checkEnding(file, weightEndings);
  checkContent(file, ending, bytes);
  const source = open(file, ending, bytes);
  const { theta, a, left } = findLayers(source);
  const layer = numbersOf(source, theta);
  const { shape } = layer;
  const meaning = `It must be ${parts.theta.meaning}, or as many of these as there are replicas.`;
  if (shape.length !== 2 && shape.length !== 3) {
    throw fault(file, `${theta} is ${shapeText(shape)}`, meaning, 'BAD_SHAPE');
  }
  if (shape.includes(0)) throw fault(file, `${theta} is ${shapeText(shape)}, so it is empty`, meaning, 'BAD_SHAPE');
  const [width, dimension] = shape.slice(-2);
  const second = a === null ? null : numbersOf(source, a);
  if (second && (second.values.length !== width || second.shape.filter((length) => length !== 1).length > 1)) {
    const what = `${theta} has ${width} neurons and ${a} is ${shapeText(second.shape)}`;
    throw fault(file, what, 'Give one number for each neuron.', 'BAD_SHAPE');
  }
  const rounding = new Rounding(file);
  const weights = rounding.round(theta, layer);
  const secondLayer = second && a !== null ? rounding.round(a, second) : undefined;
  const unread = left.length === 0 ? [] : [`Only the weights are read, and not ${some(left)}.`];
  return {
    theta: weights,
    replicas: shape.length === 3 ? shape[0] : 1,
    width,
    dimension,
    ...(secondLayer && { secondLayer }),
    notes: [...unread, ...rounding.notes()],
  };
}

function open(file: string, ending: string, bytes: Uint8Array): Source {
  if (ending === '.npz') return openNpz(file, bytes);
  if (ending === '.safetensors') return openSafetensors(file, bytes);
  if (ending === '.npy') {
    const read = () => readNpy(file, '', bytes);
    return { file, names: ['theta'], columnExample: 'save X[:, None]', read };
  }
  const value = parseJson(file, decodeText(file, bytes));
  if (isObject(value)) return openObject(file, value);
  throw fault(file, 'it is no object', 'Write {"theta": [[1, 2], [3, 4]]}.');
}

interface Layers {
  readonly theta: string;
  readonly a: string | null;
  /** Names that stand for nothing here. */
  readonly left: readonly string[];
}

function findLayers(source: Source): Layers {
  const { file, names } = source;
  const called = (part: 'theta' | 'a'): string | null => {
    const known: readonly string[] = [part, ...parts[part].also];
    const found = names.filter((name) => known.includes(name));
    if (found.length <= 1) return found[0] ?? null;
    throw fault(file, `${found.join(' and ')} are both ${parts[part].meaning}`, 'Leave out one.');
  };
  const direct = called('theta');
  const modules = names.filter((name) => /(^|\.)weight$/.test(name));
  const layers =
    direct !== null
      ? { theta: direct, a: called('a') }
      : modules.length > 0
        ? ofModules(source, modules)
        : { theta: names.length === 1 && names[0] === 'arr_0' ? names[0] : null, a: null };
  const { theta, a } = layers;
  if (theta === null) {
    const fix = `${didYouMean('theta', names)}There are: ${some(names)}.`;
    throw fault(file, `there is no theta (${parts.theta.meaning})`, fix);
  }
  refuseBiases(source);
  const others = Object.values(parts).flatMap(({ also }) => also as readonly string[]);
  const expected = [...Object.keys(parts), ...others, theta, a];
  return { theta, a, left: names.filter((name) => !expected.includes(name) && !/(^|\.)bias$/.test(name)) };
}

/** As in PyTorch: a layer of m x d, and perhaps one of 1 x m behind it. */
function ofModules(source: Source, modules: readonly string[]): { theta: string; a: string | null } {
  const [one, other] = modules;
  if (modules.length === 1) return { theta: one, a: null };
  const follows = (first: string, second: string) => {
    const [m] = numbersOf(source, first).shape;
    const { shape } = numbersOf(source, second);
    return shape.length === 2 && shape[0] === 1 && shape[1] === m;
  };
  if (modules.length === 2) {
    const inOrder = follows(one, other);
    if (inOrder !== follows(other, one)) return inOrder ? { theta: one, a: other } : { theta: other, a: one };
  }
  const shapes = modules.map((name) => `${name} (${shapeText(numbersOf(source, name).shape)})`).join(', ');
  const fix = 'Save the first layer as theta, m x d, and the second as a, m numbers.';
  throw fault(source.file, `it cannot be told which weights are which: ${shapes}`, fix);
}

/** The network has none: with biases it is another function. */
function refuseBiases(source: Source): void {
  for (const name of source.names.filter((name) => /(^|\.)bias$/.test(name))) {
    if (numbersOf(source, name).values.every((value) => value === 0)) continue;
    const fix = 'Train with bias=False, or give the inputs a column of ones.';
    throw fault(source.file, `${name} is not zero, and the network here has no biases`, fix);
  }
}

function numbersOf(source: Source, name: string): NumberField {
  const field = source.read(name);
  if (field !== null && typeof field !== 'string') return field;
  throw fault(source.file, `${name} is ${field === null ? 'null' : `'${field}'`}, not numbers`, 'Save numbers.');
}

/**
 * Weights as bytes of the kind that a file's name ends in: `theta` (m x d of one replica, replicas x m x d of several),
 * `a` if there is a second layer, and what comes besides. The same weights give the same bytes. Metadata are texts: in
 * .npz arrays of strings without dimensions, in .safetensors its `__metadata__`. A .npy file holds `theta` alone.
 * @throws BAD_ARGUMENT for another ending, and for names that are there twice; BAD_SHAPE where numbers do not fit
 */
export function encodeWeights(
  file: string,
  { theta, replicas, width, dimension, secondLayer }: Weights,
  extra: Readonly<Record<string, ExtraArray>> = {},
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ending = checkEnding(file, writtenEndings);
  const shape = replicas === 1 ? [width, dimension] : [replicas, width, dimension];
  const layers: Record<string, ExtraArray> = { theta: { shape, values: theta } };
  if (secondLayer) layers.a = { shape: [width], values: secondLayer };
  const arrays = { ...layers, ...extra };
  if (ending === '.npy') {
    if (Object.keys(arrays).length === 1) return encodeNpy(arrays.theta);
    const names = Object.keys(arrays).slice(1).join(', ');
    throw fault(file, `a .npy file holds one array, and there is ${names} besides theta`, 'Let its name end in .npz.');
  }
  const names = [...Object.keys(layers), ...Object.keys(extra), ...Object.keys(metadata)];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new FlatwalkError('BAD_ARGUMENT', `There are two of '${twice}'`, 'Rename one.');
  if (ending === '.safetensors') return encodeSafetensors(arrays, metadata);
  const everything: Record<string, Writable> = { ...arrays, ...metadata };
  return encodeNpz(everything);
}
