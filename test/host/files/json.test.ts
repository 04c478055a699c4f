import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readInstance } from '../../../src/host/files/node.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-json-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const good = {
  activation: 'cubic',
  theta: [[1, 2]],
  X: [
    [0.5, 0],
    [0, 1],
  ],
  y: [3, -1],
};
const read = (content: unknown, chosen?: string) => readInstance(written('one.json', content), chosen);

describe('an instance as JSON', () => {
  test('under the names that people use', () => {
    const others = {
      weights: good.theta,
      inputs: good.X,
      labels: [[3], [-1]],
      secondLayer: [2],
      width: 1,
      name: 'mine',
    };
    const { inputs, labels, weights, secondLayer, id, activation } = read(others);
    expect([inputs, labels, weights, secondLayer].map((list) => Array.from(list ?? []))).toEqual([
      [0.5, 0, 0, 1],
      [3, -1],
      [1, 2],
      [2],
    ]);
    expect([id, activation]).toEqual(['mine', null]);
  });

  test('what belongs to other programs is left alone', () => {
    const read0 = read({ ...good, m: 1, n: 2, d: 2, v: null, expect: { loss: 'x' }, on_M: {}, _made: ['by', 1] });
    expect(read0).toMatchObject({ samples: 2, width: 1, dimension: 2, vector: null, activation: 'cubic' });
  });

  test('every instance of the golden file, chosen by its name', () => {
    const file = new URL('../../golden/golden.json', import.meta.url).pathname;
    const one = readInstance(file, 'm1n1d1_cube');
    expect(one).toMatchObject({ id: 'm1n1d1_cube', activation: 'cube', width: 1, notes: [] });
    expect(Array.from(one.weights)).toEqual([0.49297088384628296]);
    expect(() => readInstance(file)).toThrow(/22 instances in it\n {2}Choose one with --instance: m1n1d1_cube, /);
    expect(() => readInstance(file, 'm1')).toThrow(/there is no instance 'm1'/);
  });

  test('a byte-order mark changes nothing', () => {
    expect(read(`\uFEFF${JSON.stringify(good)}`)).toEqual(read(good));
  });

  test('rounding to float32 is said once', () => {
    const { notes } = read({ ...good, y: [0.1, 1 / 3] });
    expect(notes).toEqual([expect.stringMatching(/largest relative change is [\d.e-]+ \(y, index \d\)\.$/)]);
    expect(read(good).notes).toEqual([]);
  });
});

describe('what is wrong is said with its place', () => {
  const cases: [name: string, content: unknown, message: RegExp][] = [
    ['unknown name', { ...good, labls: [1] }, /nothing is known by the name 'labls'\n {2}Did you mean labels\?/],
    ['two names', { ...good, labels: [1, 2] }, /y and labels are both the labels/],
    [
      'no labels',
      { ...good, y: undefined },
      /there is no y \(the labels, n numbers\)\n {2}There are: activation, theta, X/,
    ],
    ['unequal rows', { ...good, X: [[1, 2], [3]] }, /X: row 1 has 1 numbers, row 0 has 2/],
    ['flat inputs', { ...good, X: [1, 2] }, /X is 2 numbers in one dimension[\s\S]*write \[\[1\], \[2\], \[3\]\]/],
    ['too deep', { ...good, theta: [[[1, 2]]] }, /theta is 1 x 1 x 2; it must be the weights, m rows/],
    [
      'unequal depth',
      {
        ...good,
        X: [
          [1, [2]],
          [3, 4],
        ],
      },
      /X: row 0, column 1 is a list, not a number/,
    ],
    ['a number among rows', { ...good, X: [[1, 2], 3] }, /X: row 1 is 3, not a list/],
    [
      'text',
      {
        ...good,
        X: [
          [1, '2'],
          [3, 4],
        ],
      },
      /X: row 0, column 1 is '2', not a number/,
    ],
    ['null', { ...good, y: [1, null] }, /y: row 1 is null, not a number/],
    ['NaN as Python writes it', '{"theta": [[1]], "X": [[2], [NaN]], "y": [1, 2]}', /X: NaN at row 1, column 0 /],
    ['infinity', '{"theta": [[1]], "X": [[2], [3]], "y": [1, -Infinity]}', /y: -Infinity at index 1 .* is not finite/],
    ['too large for f32', { ...good, y: [1, 1e39] }, /y: 1e\+39 at index 1 .* outside the range of float32/],
    [
      'lists without end',
      `{"X": ${'['.repeat(1e4)}${']'.repeat(1e4)}, "theta": 1, "y": 1}`,
      /nested more than 32 deep/,
    ],
    ['no rows', { ...good, X: [], y: [] }, /X has no rows/],
    ['no columns', { ...good, X: [[], []] }, /X has no columns/],
    ['no labels in the list', { ...good, y: [] }, /y is empty/],
    ['no neurons', { ...good, theta: [] }, /theta has no rows/],
    ['lengths', { ...good, y: [1, 2, 3] }, /X has 2 rows and y has 3 labels/],
    ['rows of theta', { ...good, theta: [[1, 2, 3]] }, /theta is 1 x 3 and X is 2 x 2/],
    ['second layer', { ...good, a: [1, 2] }, /theta has 1 rows and a has 2 numbers/],
    ['vector', { ...good, v: [1, 2] }, /v is 2 numbers in one dimension, and theta is 1 x 2/],
    ['a size that is not so', { ...good, n: 5 }, /n is 5, and the arrays have 2/],
    ['activation', { ...good, activation: 3 }, /activation is a single number, not a word/],
    ['words for numbers', { ...good, X: 'none' }, /X is 'none', not numbers/],
    ['an empty file', '  \n', /it is empty/],
    ['no object', '3', /it is no object/],
    ['half an object', '{"theta": [[1],\n [2', /it is no JSON: .*line 2, column/],
  ];
  test.each(cases)('%s', (_, content, message) => {
    expect(() => read(content)).toThrow(message);
    expect(() => read(content)).toThrow(join(folder, 'one.json'));
  });

  test('a file that is none', () => {
    expect(() => readInstance(join(folder, 'nowhere.json'))).toThrow(
      /Cannot read .*nowhere\.json.*\n {2}Check the path/,
    );
    mkdirSync(join(folder, 'folder.json'));
    expect(() => readInstance(join(folder, 'folder.json'))).toThrow(/folder\.json: it is a folder/);
    expect(() => readInstance(written('a.csv', 'x,y\n1,2\n'))).toThrow(
      /must end in \.json, \.npz or \.safetensors\n.*--data/,
    );
    writeFileSync(join(folder, 'latin.json'), Uint8Array.from([0x7b, 0xe9, 0x7d]));
    expect(() => readInstance(join(folder, 'latin.json'))).toThrow(/no UTF-8 text/);
    expect(() => read('PK\x03\x04')).toThrow(/it is a zip file, no \.json file\n.*\.npz/);
  });
});
