/** What is written: the bytes that NumPy and the package safetensors write, and nothing half done. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readWeights } from '../../../src/host/files/node.ts';
import { encodeNpy, readNpy, type Writable } from '../../../src/host/files/npy.ts';
import { encodeNpz, openNpz } from '../../../src/host/files/npz.ts';
import { encodeSafetensors, openSafetensors } from '../../../src/host/files/safetensors.ts';
import { encodeWeights } from '../../../src/host/files/weights.ts';
import { fixture, type Numbers, numbersIn, tensors, written } from './support.ts';

const theta = [0.5, -0.25, 1, 0.125, 0.75, -0.5];
const X = [1, 0, 0, 0, 1, 0, 0.5, 0.5, 2, 1.5, -2, 0.25];
const f4 = (shape: number[], values: number[]) => ({ shape, values: Float32Array.from(values) });
const f8 = (shape: number[], values: number[]) => ({ shape, values: Float64Array.from(values) });

describe('every dtype and order of NumPy is read', () => {
  const expected: Numbers = JSON.parse(readFileSync(fixture('dtypes.json'), 'utf8'));
  const source = openNpz('dtypes.npz', readFileSync(fixture('dtypes.npz')));

  test('all of them', () => {
    expect([...source.names].sort()).toEqual(Object.keys(expected).sort());
    expect(source.names.length).toBeGreaterThan(120);
  });

  test.each(Object.keys(expected))('%s', (name) => {
    expect(source.read(name)).toEqual(numbersIn(expected[name]));
  });

  test.each(Object.keys(expected))('%s, written and read again', (name) => {
    const field = numbersIn(expected[name]);
    expect(readNpy('f', 'A', encodeNpy(field))).toEqual(field);
    expect(openNpz('f', encodeNpz({ A: field })).read('A')).toEqual(field);
    expect(openSafetensors('f', encodeSafetensors({ A: field })).read('A')).toEqual(field);
  });
});

describe('the bytes of other programs', () => {
  const replicas = [0, 1, 2, 3].flatMap((k) => theta.map((value) => value + k));
  test.each<[string, Writable]>([
    ['f4', f4([2, 3], theta)],
    ['f8', f8([4, 3], X)],
    ['list', f8([4], [1, -2, 3, 4])],
    ['number', f8([], [0.25])],
    ['replicas', f4([4, 2, 3], replicas)],
    ['text', 'cubic_linear:1'],
  ])('.npy as NumPy saves it: %s', (name, array) => {
    expect(Buffer.from(encodeNpy(array))).toEqual(readFileSync(fixture(`written-${name}.npy`)));
  });

  test('.npz has the entries of numpy.savez, and is the same every time', () => {
    const arrays = { X: f8([4, 3], X), y: f8([4], [1, -2, 3, 4]), theta: f8([2, 3], theta) };
    const bytes = encodeNpz(arrays);
    expect(unzipSync(bytes)).toEqual(unzipSync(readFileSync(fixture('plain.npz'))));
    expect(encodeNpz(arrays)).toEqual(bytes);
  });

  test('.safetensors as the package saves it', () => {
    const arrays = { theta: f4([2, 3], theta), a: f4([2], [2, -1]), X: f8([4, 3], X) };
    const bytes = encodeSafetensors(arrays, { activation: 'tanh' });
    expect(Buffer.from(bytes)).toEqual(readFileSync(tensors('written.safetensors')));
  });

  test('views are written from where they begin', () => {
    const { shape } = f4([2, 3], theta);
    const values = Float32Array.of(9, 9, ...theta, 9).subarray(2, 8);
    expect(Buffer.from(encodeNpy({ shape, values }))).toEqual(readFileSync(fixture('written-f4.npy')));
  });

  test('numbers that do not fill the shape', () => {
    for (const encode of [
      encodeNpy,
      (a: typeof wrong) => encodeNpz({ a }),
      (a: typeof wrong) => encodeSafetensors({ a }),
    ])
      expect(() => encode(wrong)).toThrow(/5 numbers do not fill 2 x 3/);
  });
  const wrong = f4([2, 3], theta.slice(1));
});

describe('weights', () => {
  const one = { theta: Float32Array.from(theta), replicas: 1, width: 2, dimension: 3 };
  const several = { theta: Float32Array.from([...theta, ...theta]), replicas: 2, width: 2, dimension: 3 };
  const secondLayer = Float32Array.of(0.1, 1e-45);

  test.each(['one.npz', 'one.safetensors', 'one.npy'])('come back to the bit: %s', (name) => {
    for (const weights of [one, several, ...(name.endsWith('.npy') ? [] : [{ ...several, secondLayer }])]) {
      const file = written(name, encodeWeights(name, weights));
      expect(readWeights(file)).toEqual({ ...weights, notes: [] });
    }
  });

  test('with numbers and texts besides', () => {
    const extra = { loss: f8([2], [0.1, 0.2]) };
    const npz = openNpz('w.npz', encodeWeights('w.npz', one, extra, { activation: 'tanh' }));
    expect([npz.names, npz.read('loss'), npz.read('activation')]).toEqual([
      ['theta', 'loss', 'activation'],
      extra.loss,
      'tanh',
    ]);
    const { names, metadata } = openSafetensors(
      'w.safetensors',
      encodeWeights('w.safetensors', one, extra, { activation: 'tanh' }),
    );
    expect([[...names].sort(), metadata]).toEqual([['loss', 'theta'], { activation: 'tanh' }]);
  });

  test('what does not go into a file is refused', () => {
    expect(() => encodeWeights('w.npy', { ...one, secondLayer })).toThrow(
      /holds one array, and there is a besides theta/,
    );
    expect(() => encodeWeights('w.csv', one)).toThrow(/must end in \.npz, \.safetensors or \.npy/);
    expect(() => encodeWeights('w.npz', one, { theta: f8([1], [1]) })).toThrow(/two of 'theta'/);
    expect(() => encodeWeights('w.npz', { ...one, width: 3 })).toThrow(/6 numbers do not fill 3 x 3/);
  });
});
