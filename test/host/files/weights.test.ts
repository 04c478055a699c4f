/** Weights as NumPy and PyTorch users have them, and what is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readWeights } from '../../../src/host/files/node.ts';
import { fixture, tensors, written } from './support.ts';

const theta = [0.5, -0.25, 1, 0.125, 0.75, -0.5];
const next = theta.map((value) => value + 1);

describe('weights', () => {
  test.each([
    [fixture('plain.npz'), undefined],
    [fixture('fortran.npz'), undefined],
    [fixture('big-endian.npz'), undefined],
    [fixture('float16.npz'), undefined],
    [fixture('compressed.npz'), [2, -1]],
    [fixture('weights-keras.npz'), [2, -1]],
    [fixture('weights-only.npz'), undefined],
    [fixture('weights.npy'), undefined],
    [tensors('linear.safetensors'), undefined],
    [tensors('zero-bias.safetensors'), undefined],
    [tensors('sequential.safetensors'), [2, -1]],
    [tensors('module.safetensors'), [2, -1]],
    [tensors('instance.safetensors'), undefined],
  ])('of %s', (file, second) => {
    const { secondLayer, ...read } = readWeights(file);
    expect(read).toEqual({ theta: Float32Array.from(theta), replicas: 1, width: 2, dimension: 3, notes: [] });
    expect(secondLayer && Array.from(secondLayer)).toEqual(second);
  });

  test.each([fixture('weights-replicas.npz'), tensors('replicas.safetensors')])('of replicas: %s', (file) => {
    const read = readWeights(file);
    expect(read).toMatchObject({ replicas: 2, width: 2, dimension: 3, secondLayer: Float32Array.of(2, -1) });
    expect(Array.from(read.theta)).toEqual([...theta, ...next]);
  });

  test('as JSON', () => {
    const file = written('weights.json', '{"theta": [[1, 2]], "a": [3], "activation": "tanh"}');
    expect(readWeights(file)).toMatchObject({ theta: Float32Array.of(1, 2), secondLayer: Float32Array.of(3) });
  });

  test('rounding to float32 is said, and what is not read', () => {
    const file = written('thirds.json', JSON.stringify({ theta: [[1 / 3]], second_layr: [3], step: 5 }));
    expect(readWeights(file).notes).toEqual([
      'Only the weights are read, and not second_layr, step.',
      expect.stringMatching(/rounded to float32.*\(theta, row 0, column 0\)/),
    ]);
  });
});

describe('weights are refused', () => {
  let count = 0;
  const json = (value: unknown) => written(`bad-${count++}.json`, JSON.stringify(value));
  const cut = (file: string) => readFileSync(file).subarray(0, -8);
  test.each([
    ['biases', tensors('bias.safetensors'), /bias is not zero, and the network here has no biases\n.*bias=False/],
    [
      'three layers',
      tensors('deep.safetensors'),
      /which weights are which: fc1\.weight \(2 x 3\), fc2\.weight \(4 x 2\)/,
    ],
    ['one neuron in one dimension', tensors('ones.safetensors'), /which weights are which: .*\n.*as theta, m x d/],
    ['no weights', fixture('no-theta.npz'), /there is no theta .*\n {2}There are: X, y\./],
    ['a name near it', json({ thet: [[1]] }), /there is no theta .*\n {2}Did you mean thet\? There are: thet/],
    ['two names', json({ theta: [[1]], W1: [[1]] }), /theta and W1 are both the weights/],
    ['one dimension', fixture('labels.npy'), /theta is 4 numbers in one dimension\n.*m rows of d numbers/],
    ['four dimensions', json({ theta: [[[[1]]]] }), /theta is 1 x 1 x 1 x 1\n/],
    ['no rows', json({ theta: [] }), /theta is 0 numbers in one dimension/],
    ['no columns', json({ theta: [[], []] }), /theta is 2 x 0, so it is empty/],
    ['a second layer of another width', json({ theta: [[1]], a: [1, 2] }), /theta has 1 neurons and a is 2 numbers/],
    ['a second layer of two outputs', json({ theta: [[1], [2]], a: [[1], [2, 3]] }), /a: row 1 has 2 numbers/],
    [
      'a second layer a neuron and replica',
      json({
        theta: [[1], [2], [3], [4]],
        a: [
          [1, 2],
          [3, 4],
        ],
      }),
      /a is 2 x 2/,
    ],
    ['NaN', fixture('text.npy'), /theta is 'text', not numbers/],
    ['not finite', written('nan.json', '{"theta": [[1, NaN]]}'), /theta: NaN at row 0, column 1 .* is not finite/],
    ['beyond f32', json({ theta: [[1e39]] }), /theta: 1e\+39 at row 0, column 0 .* outside the range of float32/],
    ['complex', tensors('complex.safetensors'), /theta: it holds numbers of the dtype C64/],
    ['float8', tensors('float8.safetensors'), /dtype F8_E4M3, which are not read\n.*tensor\.float\(\)/],
    ['a table', written('weights.csv', 'a,b\n'), /must end in \.npz, \.safetensors, \.npy or \.json/],
    ['a pickle', written('weights.pt', 'PK'), /must end in .*\n {2}Save its tensors with safetensors/],
    ['cut off: npz', written('cut.npz', cut(fixture('weights-replicas.npz'))), /cut off or damaged/],
    ['cut off: npy', written('cut.npy', cut(fixture('weights.npy'))), /cut off: 6 numbers of 8 bytes/],
    ['cut off: safetensors', written('cut.safetensors', cut(tensors('linear.safetensors'))), /cut off: weight ends at/],
    [
      'foreign: npz',
      written('foreign.npz', cut(tensors('linear.safetensors'))),
      /is a safetensors file, no \.npz file/,
    ],
    ['foreign: safetensors', written('foreign.safetensors', cut(fixture('plain.npz'))), /it is a zip file/],
  ])('%s', (_, file, message) => {
    expect(() => readWeights(file)).toThrow(message);
    expect(() => readWeights(file)).toThrow(file);
    expect(() => readWeights(file)).toThrow(expect.objectContaining({ name: 'FlatwalkError' }));
  });
});
