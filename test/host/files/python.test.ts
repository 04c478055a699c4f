/** NumPy and the package safetensors read what flatwalk has written, where there is a Python that has them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readWeights } from '../../../src/host/files/node.ts';
import { encodeNpy } from '../../../src/host/files/npy.ts';
import { encodeNpz, openNpz } from '../../../src/host/files/npz.ts';
import { encodeSafetensors } from '../../../src/host/files/safetensors.ts';
import { type ExtraArray, encodeWeights } from '../../../src/host/files/weights.ts';
import { missing, runPython } from './python.ts';
import { fixture, folder, type Numbers, type numbersIn, tensors } from './support.ts';

const checker = new URL('check.py', import.meta.url).pathname;
interface Told {
  readonly dtype: string;
  readonly shape: number[];
  readonly values: (string | number | boolean)[];
}
/** What is in each file, by name. */
function check(...files: string[]): Record<string, Told>[] {
  const found = JSON.parse(runPython([checker, ...files]));
  return files.map((file) => found[file]);
}

/** As check.py tells floating-point numbers. */
const numbersOf = ({ values }: Told) =>
  values.map((value) => Number(String(value).replace('inf', 'Infinity').replace('nan', 'NaN')));

const written = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const values = [0.1, -0, 1 / 3, 1e-45, 3.4e38, -2.5, Number.NaN, Infinity, -Infinity, 1, 2, 3];
const arrays: Record<string, ExtraArray> = Object.fromEntries(
  [[12], [3, 4], [4, 3], [2, 3, 2], [1, 12, 1, 1]].flatMap((shape) => [
    [`f4 of ${shape}`, { shape, values: Float32Array.from(values) }],
    [`f8 of ${shape}`, { shape, values: Float64Array.from(values) }],
  ]),
);
const everything: Record<string, ExtraArray> = {
  ...arrays,
  'no dimension': { shape: [], values: Float64Array.of(0.1) },
  'no rows': { shape: [0, 3], values: new Float32Array() },
};

const without = { numpy: missing('numpy'), safetensors: missing('numpy', 'safetensors') };
for (const reason of new Set(Object.values(without))) if (reason) console.log(reason);

describe.skipIf(without.numpy)('NumPy', () => {
  test('reads every array of .npz, and its texts', () => {
    const [found] = check(written('all.npz', encodeNpz({ ...everything, note: 'φ = tanh' })));
    expect(Object.keys(found)).toEqual([...Object.keys(everything), 'note']);
    for (const [name, { shape, values }] of Object.entries(everything)) {
      expect(found[name]).toMatchObject({ shape, dtype: values instanceof Float32Array ? '<f4' : '<f8' });
      expect(numbersOf(found[name])).toEqual(Array.from(values));
    }
    expect(found.note).toMatchObject({ shape: [], values: ['φ = tanh'] });
  });

  test('reads every array as .npy', () => {
    const files = Object.entries(everything).map(([name, array], k) => ({
      name,
      file: written(`${k}.npy`, encodeNpy(array)),
    }));
    const found = check(...files.map(({ file }) => file));
    for (const [k, { name }] of files.entries()) {
      expect(found[k][''].shape).toEqual(everything[name].shape);
      expect(numbersOf(found[k][''])).toEqual(Array.from(everything[name].values));
    }
  });

  test('NumPy -> flatwalk -> NumPy: every dtype and order', () => {
    const source = openNpz('dtypes.npz', readFileSync(fixture('dtypes.npz')));
    const all = Object.fromEntries(
      source.names.map((name) => [name, source.read(name) as ReturnType<typeof numbersIn>]),
    );
    const [original, returned] = check(fixture('dtypes.npz'), written('returned.npz', encodeNpz(all)));
    expect(Object.keys(returned)).toEqual(Object.keys(original));
    for (const [name, array] of Object.entries(original)) {
      expect(returned[name]).toMatchObject({ shape: array.shape, dtype: '<f8' });
      expect(numbersOf(returned[name])).toEqual(array.values.map(Number));
    }
  });

  test('weights come back from NumPy to the bit', () => {
    const theta = Float32Array.of(0.1, 1 / 3, -1e-45, 3.4e38, 2 ** -24, -0);
    const weights = { theta, replicas: 1, width: 2, dimension: 3 };
    written('there.npz', encodeWeights('there.npz', weights));
    const program = 'import sys, numpy as np; np.savez(sys.argv[2], theta=np.load(sys.argv[1])["theta"])';
    runPython(['-c', program, join(folder, 'there.npz'), join(folder, 'back.npz')]);
    const back = readWeights(join(folder, 'back.npz'));
    expect(new Uint32Array(back.theta.buffer)).toEqual(new Uint32Array(theta.buffer));
  });
});

describe.skipIf(without.safetensors)('the package safetensors', () => {
  test('reads every array, and the metadata', () => {
    const bytes = encodeSafetensors(everything, { activation: 'tanh', 'step size': '0.1' });
    const [{ __metadata__: metadata, ...found }] = check(written('all.safetensors', bytes));
    expect(metadata).toEqual({ activation: 'tanh', 'step size': '0.1' });
    expect(Object.keys(found).sort()).toEqual(Object.keys(everything).sort());
    for (const [name, { shape, values }] of Object.entries(everything)) {
      expect(found[name].shape).toEqual(shape);
      expect(numbersOf(found[name])).toEqual(Array.from(values));
    }
  });

  test('and finds in its own files what flatwalk finds', () => {
    const expected: Numbers = JSON.parse(readFileSync(tensors('dtypes.json'), 'utf8'));
    const [found] = check(tensors('dtypes.safetensors'));
    for (const [name, array] of Object.entries(found)) {
      if (name !== '__metadata__') expect(array.values.map(Number)).toEqual(expected[name].values);
    }
  });
});
