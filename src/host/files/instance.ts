/** One network with its data set, from a file: what `inspect` and `flow` begin with. */
import { fault, type NumberField, type Source, shapeText } from './fields.ts';
import { openJson } from './json.ts';
import { checkContent, checkEnding, endingOf } from './kinds.ts';
import { type Part, parts, resolveNames } from './names.ts';
import { openNpz } from './npz.ts';
import { Rounding } from './rounding.ts';
import { openSafetensors } from './safetensors.ts';
import { decodeText } from './text.ts';

export interface Instance {
  readonly file: string;
  readonly id: string | null;
  /** `name` or `name:parameter`; null where the file does not say. */
  readonly activation: string | null;
  readonly samples: number;
  readonly width: number;
  readonly dimension: number;
  /** X, n x d. */
  readonly inputs: Float32Array;
  /** y, n numbers. */
  readonly labels: Float32Array;
  /** Theta, m x d. */
  readonly weights: Float32Array;
  /** a, m numbers; null means ones. */
  readonly secondLayer: Float32Array | null;
  /** v, m x d, for a Hessian-vector product. */
  readonly vector: Float32Array | null;
  /** What a person should know about how the file was read. */
  readonly notes: readonly string[];
}

/**
 * The content of a .json, .npz or .safetensors file. Numbers become those that float32 holds, by nearest.
 * @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, LIMIT, naming the file, the array and the place
 */
export function parseInstance(file: string, bytes: Uint8Array, chosen?: string): Instance {
  const source = open(file, bytes, chosen);
  const named = resolveNames(source);
  const numbers = (part: Part): NumberField | null => {
    const name = named.get(part);
    const field = name === undefined ? null : source.read(name);
    if (typeof field === 'string')
      throw fault(file, `${name} is '${field}', not numbers`, `It is ${parts[part].meaning}.`);
    return field;
  };
  const needed = (part: Part): NumberField => {
    const found = numbers(part);
    if (found) return found;
    const there = `There are: ${source.names.join(', ')}.`;
    throw fault(file, `there is no ${part} (${parts[part].meaning})`, there);
  };
  const text = (part: Part): string | null => {
    const name = named.get(part);
    const field = name === undefined ? null : source.read(name);
    if (field === null || typeof field === 'string') return field;
    throw fault(file, `${name} is ${shapeText(field.shape)}, not a word`, `It is ${parts[part].meaning}.`);
  };

  const X = matrix(source, 'X', needed('X'));
  const theta = matrix(source, 'theta', needed('theta'));
  const y = list(source, 'y', needed('y'));
  const [n, d] = X.shape;
  const [m] = theta.shape;
  const refuseIf = (wrong: boolean, what: string, fix: string) => {
    if (wrong) throw fault(file, what, fix, 'BAD_SHAPE');
  };
  const transposed = theta.shape[0] === d ? ' theta looks transposed: give its columns as rows.' : '';
  refuseIf(
    theta.shape[1] !== d,
    `theta is ${shapeText(theta.shape)} and X is ${shapeText(X.shape)}, so their rows differ in length`,
    `Each row of theta is a neuron, and has as many numbers as a data point.${transposed}`,
  );
  refuseIf(y.shape[0] !== n, `X has ${n} rows and y has ${y.shape[0]} labels`, 'Give one label for every row of X.');
  for (const [part, length] of [
    ['m', m],
    ['n', n],
    ['d', d],
  ] as const) {
    const said = numbers(part);
    const fix = `${part} is ${parts[part].meaning}: correct it, or leave it out.`;
    refuseIf(
      said !== null && (said.values.length !== 1 || said.values[0] !== length),
      saidText(part, said, length),
      fix,
    );
  }
  const second = numbers('a');
  const a = second && list(source, 'a', second);
  refuseIf(
    a !== null && a.shape[0] !== m,
    `theta has ${m} rows and a has ${a?.shape[0]} numbers`,
    'Give one for each neuron.',
  );
  const vector = numbers('v');
  refuseIf(
    vector !== null && (vector.shape.length !== 2 || vector.shape[0] !== m || vector.shape[1] !== d),
    `v is ${shapeText(vector?.shape ?? [])}, and theta is ${shapeText(theta.shape)}`,
    'v must have the shape of theta.',
  );
  const rounding = new Rounding(file);
  const instance = {
    inputs: rounding.round('X', X),
    labels: rounding.round('y', y),
    weights: rounding.round('theta', theta),
    secondLayer: a && rounding.round('a', a),
    vector: vector && rounding.round('v', vector),
  };
  return {
    file,
    id: text('id'),
    activation: text('activation'),
    samples: n,
    width: m,
    dimension: d,
    ...instance,
    notes: rounding.notes(),
  };
}

const instanceEndings = ['.json', '.npz', '.safetensors'];

/** @throws BAD_ARGUMENT with what to do about a table, or about weights alone */
export function checkInstanceEnding(file: string): void {
  const other = {
    '.csv': 'It has no weights: put theta, X and y into a .json or .npz file. flatwalk flow takes tables with --data.',
    '.npy': 'It is one array: put theta, X and y together with numpy.savez("FILE.npz", X=X, y=y, theta=theta).',
    '': 'Write {"activation", "theta", "X", "y"} as JSON, or numpy.savez("FILE.npz", X=X, y=y, theta=theta).',
  }[endingOf(file).replace('.tsv', '.csv')];
  checkEnding(file, instanceEndings, other);
}

function open(file: string, bytes: Uint8Array, chosen: string | undefined): Source {
  checkInstanceEnding(file);
  const ending = endingOf(file);
  checkContent(file, ending, bytes);
  if (ending !== '.json') {
    if (chosen !== undefined) throw fault(file, `a ${ending} file has one instance`, 'Leave out --instance.');
    return ending === '.npz' ? openNpz(file, bytes) : openSafetensors(file, bytes);
  }
  const content = decodeText(file, bytes);
  if (content.trim() === '') throw fault(file, 'it is empty', 'It needs theta, X and y.');
  return openJson(file, content, chosen);
}

/** @throws BAD_SHAPE unless it has rows and columns */
function matrix({ file, columnExample }: Source, part: 'X' | 'theta', field: NumberField): NumberField {
  const { shape } = field;
  const wanted = parts[part].meaning;
  if (shape[0] === 0) throw fault(file, `${part} has no rows`, `It must be ${wanted}.`, 'BAD_SHAPE');
  if (shape.length !== 2) {
    const fix = shape.length === 1 ? `For one column ${columnExample.replace('X', part)}.` : 'Make it two-dimensional.';
    throw fault(file, `${part} is ${shapeText(shape)}; it must be ${wanted}`, fix, 'BAD_SHAPE');
  }
  if (shape[1] === 0) throw fault(file, `${part} has no columns`, `It must be ${wanted}.`, 'BAD_SHAPE');
  return field;
}

/** A list, or a column of numbers. @throws BAD_SHAPE */
function list({ file }: Source, part: 'y' | 'a', { shape, values }: NumberField): NumberField {
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) {
    if (shape[0] > 0) return { shape: [shape[0]], values };
    throw fault(file, `${part} is empty`, `It must be ${parts[part].meaning}.`, 'BAD_SHAPE');
  }
  throw fault(file, `${part} is ${shapeText(shape)}`, `It must be ${parts[part].meaning}.`, 'BAD_SHAPE');
}

function saidText(part: Part, said: NumberField | null, length: number): string {
  const value = said?.values.length === 1 ? said.values[0] : shapeText(said?.shape ?? []);
  return `${part} is ${value}, and the arrays have ${length}`;
}
