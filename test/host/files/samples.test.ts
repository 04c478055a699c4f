/** Data in JSON, .npz and .npy, and files that are none. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readSamples } from '../../../src/host/files/node.ts';
import type { Choice } from '../../../src/host/files/samples.ts';
import { fixture, folder, written } from './support.ts';

const json = (value: unknown, choice: Choice = {}) =>
  readSamples(written('data.json', typeof value === 'string' ? value : JSON.stringify(value)), choice);

describe('JSON', () => {
  const X = [
    [1, 2],
    [3, 4],
  ];

  test.each([
    ['labels as a list', { X, y: [5, 6] }, {}],
    ['labels as a column', { X, y: [[5], [6]] }, {}],
    ['under other names', { inputs: X, labels: [5, 6], comment: 'what it is' }, {}],
    ['with a choice', { data: X, z: [5, 6], y: [0, 0] }, { target: 'z' }],
    ['an instance', { activation: 'tanh', theta: [[1, 2]], X, y: [5, 6] }, {}],
  ])('arrays: %s', (_, value, choice) => {
    expect(json(value, choice)).toMatchObject({
      inputs: Float64Array.of(1, 2, 3, 4),
      labels: Float64Array.of(5, 6),
      samples: 2,
      dimension: 2,
    });
  });

  test('arrays side by side, and single columns of them', () => {
    const value = { X: [[1, 2, 3]], age: [9], y: [5] };
    const { inputs, inputNames } = json(value, { inputs: ['age', 'X[2]', 'X[0]'] });
    expect([Array.from(inputs), inputNames]).toEqual([
      [9, 3, 1],
      ['age', 'X[2]', 'X[0]'],
    ]);
    expect(json(value).inputNames).toEqual(['X[0]', 'X[1]', 'X[2]']);
    expect(json(value, { target: 'X[1]', inputs: ['age'] }).labels).toEqual(Float64Array.of(2));
  });

  test('the names of the inputs choose the same again', () => {
    const value = { X: [[1, 2, 3]], y: [5] };
    const first = json(value);
    expect(json(value, { target: first.targetName, inputs: first.inputNames })).toEqual(first);
  });

  test('rows as objects, in any order of their names', () => {
    const rows = [
      { a: 1, b: 2, y: 3 },
      { y: 6, b: 5, a: 4 },
    ];
    expect(json(rows, { target: 'y' })).toMatchObject({
      inputs: Float64Array.of(1, 2, 4, 5),
      labels: Float64Array.of(3, 6),
      inputNames: ['a', 'b'],
    });
    expect(json(rows, { target: 'a', inputs: ['y'] }).inputs).toEqual(Float64Array.of(3, 6));
  });

  const bad: [name: string, value: unknown, choice: Choice, message: RegExp][] = [
    [
      'no labels',
      { X },
      {},
      /there is no y \(the labels, n numbers\)\n {2}Name the array with --target\. There are: X/,
    ],
    ['no inputs', { a: [1], y: [1] }, {}, /there is no X .*\n {2}Name the array with --inputs/],
    ['two kinds of labels', { X, y: [5, 6], labels: [5, 6] }, {}, /y and labels are both the labels/],
    [
      'a strange name',
      { X, y: [5, 6], prices: [1, 2] },
      { target: 'price' },
      /no array 'price'\n {2}Did you mean prices\?/,
    ],
    ['a label too few', { X, y: [5] }, {}, /X has 2 rows and y has 1 labels\n.*one label for every row of X/],
    ['labels of two columns', { X, y: X }, {}, /y has 2 columns\n.*--target 'y\[0\]'/],
    ['a column too far', { X, y: [5, 6] }, { inputs: ['X[2]'] }, /no column X\[2\]\n {2}X has 2 of them/],
    ['a column in both', { X, y: [5, 6] }, { target: 'X[0]', inputs: ['X'] }, /'X\[0\]' is both target and input/],
    ['flat inputs', { X: [1, 2], y: [5, 6] }, {}, /X is 2 numbers in one dimension[\s\S]*\[\[1\], \[2\], \[3\]\]/],
    ['no rows', { X: [], y: [] }, {}, /y has no rows|X has no rows/],
    ['no columns', { X: [[], []], y: [1, 2] }, {}, /X has no columns/],
    ['an empty list', [], { target: 'y' }, /it has no rows/],
    ['text in an array', { X: [[1, 'a']], y: [1] }, {}, /X: row 0, column 1 is 'a', not a number/],
    ['NaN', '{"X": [[1], [NaN], [2]], "y": [1, 1, 2]}', {}, /X, row 1, column 0 \(counted from 0\): NaN is not finite/],
    ['infinite labels', '{"X": [[1]], "y": [-Infinity]}', {}, /y, index 0 \(counted from 0\): -Infinity is not finite/],
    ['beyond f32', { X: [[1e39]], y: [1] }, {}, /X, row 0, column 0 .*: 1e\+39 is outside the range of f32/],
    ['words for numbers', { X: 'none', y: [1] }, {}, /X is 'none', not numbers/],
    ['a row without a name', [{ a: 1, y: 2 }, { a: 1 }], { target: 'y' }, /row 1 .*, 'y': it is missing/],
    [
      'a row with a name more',
      [
        { a: 1, y: 2 },
        { a: 1, y: 2, aa: 3 },
      ],
      { target: 'y' },
      /row 1 .* has 'aa', which row 0/,
    ],
    ['null in a row', [{ a: null, y: 2 }], { target: 'y' }, /row 0 .*, 'a': it is null, not a number/],
    ['rows without names', [[1, 2]], { target: 'y' }, /row 0 .* is a list, not an object\n.*"X"/],
    ['no target', [{ a: 1, y: 2 }], {}, /not said which column has the labels/],
    ['half a file', '{"X": [[1, 2', {}, /it is no JSON/],
    ['a number', '3', {}, /neither an object nor a list/],
    ['blanks', '  \n', {}, /it is empty/],
  ];
  test.each(bad)('is refused: %s', (_, value, choice, message) => {
    expect(() => json(value, choice)).toThrow(message);
    expect(() => json(value, choice)).toThrow(/data\.json: /);
  });
});

const X = [1, 0, 0, 0, 1, 0, 0.5, 0.5, 2, 1.5, -2, 0.25];

describe('arrays of NumPy', () => {
  test.each(['plain', 'compressed', 'float32', 'float16', 'fortran', 'big-endian', 'column', 'other-names'])(
    '%s.npz',
    (name) => {
      const { inputs, labels, dimension } = readSamples(fixture(`${name}.npz`), {});
      expect([Array.from(inputs), Array.from(labels), dimension]).toEqual([X, [1, -2, 3, 4], 3]);
    },
  );

  test('one .npy, with the labels in a column', () => {
    const file = fixture('single.npy');
    const last = readSamples(file, { target: '-1' });
    expect(last).toEqual(readSamples(file, { target: '2', inputs: ['0', '1'] }));
    expect(last).toMatchObject({
      inputs: Float64Array.of(1, 0, 0, 1, 0.5, 0.5, 1.5, -2),
      labels: Float64Array.of(0, 0, 2, 0.25),
      inputNames: ['0', '1'],
      targetName: '2',
    });
  });

  test('two .npy files', () => {
    const target = fixture('labels.npy');
    const read = readSamples(fixture('single.npy'), { target });
    expect([Array.from(read.inputs), Array.from(read.labels), read.targetName]).toEqual([X, [1, -2, 3, 4], target]);
    expect(readSamples(fixture('single.npy'), { target: fixture('labels-column.npy') }).labels).toEqual(read.labels);
  });

  test.each([
    ['single.npy', {}, /not said where the labels are\n.*FILE\.npy, or the number of a column/],
    ['single.npy', { target: '3' }, /there is no column 3\n.*It has 3, counted from 0/],
    ['single.npy', { target: '-4' }, /there is no column -4\n/],
    ['single.npy', { target: 'price' }, /'price' is no column of it/],
    ['labels.npy', { target: '0' }, /it is 4 numbers in one dimension; it must be n rows of numbers\n.*X\[:, None\]/],
    ['single.npy', { target: fixture('single.npy') }, /single\.npy: it is 4 x 3; labels are n numbers/],
    ['single.npy', { target: fixture('three.npy') }, /three\.npy: it has 3 labels, and .*single\.npy has 4 rows/],
    ['text.npy', { target: '0' }, /it holds text/],
    ['no-rows.npz', {}, /has no rows/],
    ['nan.npz', {}, /X, row 2, column 2 \(counted from 0\): NaN is not finite/],
    ['large.npz', {}, /y, index 0 \(counted from 0\): 1e\+39 is outside the range of f32/],
  ])('%s with %j is refused', (name, choice, message) => {
    expect(() => readSamples(fixture(name), choice)).toThrow(message);
  });
});

describe('a file that is none, or of another kind', () => {
  written('houses.csv', 'x,y\n1,2\n');
  mkdirSync(join(folder, 'sub'));
  mkdirSync(join(folder, 'full'));
  written('full/b.csv', '');
  written('full/a.md', '');
  const at = (name: string) => join(folder, name);

  test.each([
    ['hauses.csv', /Cannot read .*hauses\.csv: there is no such file\n {2}Did you mean houses\.csv\?/],
    ['nothing-like-it.json', /there is no such file\n {2}Check the path\. It is looked for in .{2}/],
    ['nowhere/houses.csv', /there is no folder .*nowhere\n/],
    ['houses.csv/x.csv', /houses\.csv is no folder/],
    ['sub', /sub: it is a folder\n {2}Name a file in it\./],
    ['full', /it is a folder\n {2}Name a file in it, as .*full.b\.csv/],
  ])('%s', (name, message) => {
    expect(() => readSamples(at(name), { target: 'y' })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => readSamples(at(name), { target: 'y' })).toThrow(message);
  });

  test.each([
    ['houses', 'x,y\n', /its name must end in \.csv, \.tsv, \.json, \.npz, \.npy or \.safetensors/],
    ['houses.cvs', 'x,y\n', /its name must end in .*\n {2}Did you mean \.csv\?/],
    ['houses.xlsx', 'PK', /its name must end in .*\n {2}Save it as CSV/],
    ['houses.txt', 'x,y\n', /its name must end in .*\n {2}Call it \.csv if/],
    ['houses.pt', 'PK', /its name must end in .*\n.*safetensors/],
    ['houses.json', 'PK\x03\x04', /it is a zip file, no \.json file/],
    ['houses.npy', 'PK\x03\x04', /it is a zip file, no \.npy file\n.*\.npz/],
    ['houses.npz', '\x93NUMPY', /no zip file|no \.npz file/],
    ['empty.npy', '', /it is empty/],
    ['text.npz', 'hello', /it is no zip file/],
    ['text.npy', 'hello', /it is no NumPy array/],
    ['cut.csv.gz', gzipSync('x,y\n1,2\n').subarray(0, 15), /it is cut off, or not compressed with gzip/],
    ['plain.csv.gz', 'x,y\n1,2\n', /it is cut off, or not compressed with gzip/],
  ])('%s', (name, content, message) => {
    const file = written(name, content);
    expect(() => readSamples(file, { target: 'y' })).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => readSamples(file, { target: 'y' })).toThrow(message);
    expect(() => readSamples(file, { target: 'y' })).toThrow(file);
  });
});

test('what reads and writes bytes knows no file system, so that pages can use it', () => {
  const sources = new URL('../../../src/host/files/', import.meta.url);
  const needing = readdirSync(sources).filter((name) =>
    /from 'node:|\bBuffer\./.test(readFileSync(new URL(name, sources), 'utf8')),
  );
  expect(needing).toEqual(['disk.ts']);
  const through = readdirSync(sources).filter((name) =>
    /from '\.\/disk\.ts'/.test(readFileSync(new URL(name, sources), 'utf8')),
  );
  expect(through).toEqual(['node.ts']);
});
