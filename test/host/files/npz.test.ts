/** Files that NumPy has written: test/host/npz/make.py says what is in each. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { readInstance } from '../../../src/host/files/node.ts';
import { readNpy } from '../../../src/host/files/npy.ts';

const fixture = (name: string) => new URL(`../npz/${name}`, import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-npz-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const theta = [0.5, -0.25, 1, 0.125, 0.75, -0.5];
const X = [1, 0, 0, 0, 1, 0, 0.5, 0.5, 2, 1.5, -2, 0.25];
const y = [1, -2, 3, 4];

describe('the same numbers, however they were saved', () => {
  const files = ['plain', 'float32', 'float16', 'big-endian', 'int-labels', 'column', 'other-names', 'versions'];
  test.each([...files, 'compressed', 'fortran'])('%s', (name) => {
    const read = readInstance(fixture(`${name}.npz`));
    expect(read).toMatchObject({ samples: 4, width: 2, dimension: 3, id: null, notes: [] });
    expect(Array.from(read.inputs)).toEqual(X);
    expect(Array.from(read.labels)).toEqual(y);
    expect(Array.from(read.weights)).toEqual(theta);
  });

  test('what else may be in a file', () => {
    const read = readInstance(fixture('compressed.npz'));
    expect(read.activation).toBe('tanh');
    expect(Array.from(read.secondLayer ?? [])).toEqual([2, -1]);
    const reversed = [0.25, 1.5, -1, 1, -0.5, 2];
    expect(Array.from(read.vector ?? [])).toEqual(reversed);
    expect(Array.from(readInstance(fixture('fortran.npz')).vector ?? [])).toEqual(reversed);
    expect(readInstance(fixture('plain.npz'))).toMatchObject({ activation: null, secondLayer: null, vector: null });
  });

  test.each(['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'b1'])('dtype %s', (kind) => {
    const { inputs, labels } = readInstance(fixture(`${kind}.npz`));
    expect([Array.from(inputs), Array.from(labels)]).toEqual([[1, 0, 1], [1]]);
  });

  test('half precision down to its smallest number and up to its largest', () => {
    const { inputs, labels } = readInstance(fixture('halves.npz'));
    expect(Array.from(inputs)).toEqual([2 ** -24, -(2 ** -15), 65504]);
    // 0.1 = 1.6 / 16, and a fraction has 10 bits.
    expect(labels[0]).toBe(Math.round(0.6 * 1024) / 1024 / 16 + 1 / 16);
  });

  test('an array of three dimensions in column-major order', () => {
    const shape = [2, 3, 4];
    const text = `{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }`.padEnd(117);
    const head = [0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0, ...Buffer.from(`${text}\n`)];
    // The number at [i, j, k] is 12 i + 4 j + k; the first index runs fastest in the file.
    const numbers = Array.from(
      { length: 24 },
      (_, q) => 12 * (q % 2) + 4 * (Math.floor(q / 2) % 3) + Math.floor(q / 6),
    );
    const field = readNpy('f', 'A', Uint8Array.from([...head, ...numbers]));
    expect(field).toEqual({ shape, values: Float64Array.from({ length: 24 }, (_, k) => k) });
  });
});

describe('rounding to float32 is said', () => {
  test('once, with the largest relative change', () => {
    const { notes } = readInstance(fixture('tiny.npz'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/largest relative change is 1\.0 \(y, index 0\)\. 4 of them, too small for it, become 0/);
  });

  test('and refused beyond the range', () => {
    expect(() => readInstance(fixture('large.npz'))).toThrow(/y: 1e\+39 at index 0 .* outside the range of float32/);
  });
});

describe('bad files are refused in words', () => {
  const cases: [name: string, code: string, message: RegExp][] = [
    ['no-theta.npz', 'BAD_ARGUMENT', /there is no theta \(the weights, m rows of d numbers\)\n {2}There are: X, y\./],
    ['flat-x.npz', 'BAD_SHAPE', /X is 4 numbers in one dimension; .* n rows of d numbers\n {2}For one column save X\[/],
    ['misfit.npz', 'BAD_SHAPE', /theta is 2 x 2 and X is 4 x 3, so their rows differ/],
    ['transposed.npz', 'BAD_SHAPE', /theta is 3 x 2 and X is 4 x 3[\s\S]*looks transposed/],
    ['nan.npz', 'NOT_FINITE', /X: NaN at row 2, column 2 \(counted from 0\) is not finite/],
    ['fortran-nan.npz', 'NOT_FINITE', /X: NaN at row 3, column 1 \(counted from 0\) is not finite/],
    ['no-rows.npz', 'BAD_SHAPE', /X has no rows/],
    ['huge-integers.npz', 'LIMIT', /y: 9007199254740993 at index 2 is an integer beyond 2\^53/],
    ['objects.npz', 'BAD_ARGUMENT', /X: it holds Python objects/],
    ['complex.npz', 'BAD_ARGUMENT', /X: it holds complex numbers/],
    ['strings.npz', 'BAD_ARGUMENT', /X: it holds strings/],
    ['records.npz', 'BAD_ARGUMENT', /X: it holds records/],
    ['unknown.npz', 'BAD_ARGUMENT', /by the name 'thetas'\n {2}Did you mean theta\?/],
    ['single.npy', 'BAD_ARGUMENT', /must end in \.json, \.npz or \.safetensors\n.*together with numpy\.savez/],
  ];
  test.each(cases)('%s', (name, code, message) => {
    expect(() => readInstance(fixture(name))).toThrow(expect.objectContaining({ code }));
    expect(() => readInstance(fixture(name))).toThrow(message);
    expect(() => readInstance(fixture(name))).toThrow(fixture(name));
  });

  const plain = readFileSync(fixture('plain.npz'));
  test.each([10, 100, 500, plain.length - 1])('cut off after %i bytes', (length) => {
    const path = written('cut.npz', plain.subarray(0, length));
    expect(() => readInstance(path)).toThrow(/cut off or damaged[\s\S]*Save it again with numpy\.savez/);
  });

  test('a number that has changed on the way', () => {
    const damaged = Uint8Array.from(plain);
    // Within the numbers of X, which are stored as they are: its last 96 bytes, before the entry of y.
    damaged[plain.indexOf('y.npy') - 60] ^= 1;
    expect(() => readInstance(written('bit.npz', damaged))).toThrow(/X: it is damaged, its checksum does not fit/);
  });

  test('two arrays of one name', () => {
    const twice = Buffer.from(plain);
    for (let at = twice.indexOf('y.npy'); at >= 0; at = twice.indexOf('y.npy', at + 1)) twice.write('X.npy', at);
    expect(() => readInstance(written('twice.npz', twice))).toThrow(/X\.npy is in it twice/);
  });

  test.each([
    ['text', Buffer.from('hello, this is no archive'), /it is no zip file/],
    ['one-array', readFileSync(fixture('single.npy')), /it is an array of NumPy, no \.npz file/],
    ['other-zip', zipSync({ 'a.txt': Buffer.from('a') }), /there are no arrays in it/],
    ['no-array', zipSync({ 'X.npy': Buffer.from('a') }), /X: it is no NumPy array/],
    ['header', zipSync({ 'X.npy': plain.subarray(41, 41 + 40) }), /X: /],
    ['nothing', new Uint8Array(), /it is empty/],
  ])('%s called .npz', (name, bytes, message) => {
    const path = written(`${name}.npz`, bytes);
    expect(() => readInstance(path)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => readInstance(path)).toThrow(message);
  });

  test('an array that is shorter or longer than it says', () => {
    const single = readFileSync(fixture('single.npy'));
    const read = (bytes: Uint8Array) => () => readNpy('f.npz', 'X', bytes);
    expect(read(single.subarray(0, -3))).toThrow(/cut off: 12 numbers of 8 bytes make 96 bytes, and there are 93/);
    expect(read(Uint8Array.from([...single, 0]))).toThrow(/something follows its numbers/);
    expect(read(single.subarray(0, 30))).toThrow(/its header is cut off/);
    expect(read(Uint8Array.from(single, (byte, k) => (k === 6 ? 9 : byte)))).toThrow(/version 9 of the format/);
  });
});
