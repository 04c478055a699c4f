/** Files that the package safetensors has written, and damaged ones. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readInstance, readSamples } from '../../../src/host/files/node.ts';
import { openSafetensors } from '../../../src/host/files/safetensors.ts';
import { fixture, type Numbers, numbersIn, tensors } from './support.ts';

const open = (name: string) => openSafetensors(name, readFileSync(tensors(name)));

describe('safetensors', () => {
  const expected: Numbers = JSON.parse(readFileSync(tensors('dtypes.json'), 'utf8'));
  const sources = [open('dtypes.safetensors'), open('torch.safetensors')];

  test.each(Object.keys(expected))('dtype %s', (name) => {
    const source = sources.find(({ names }) => names.includes(name));
    expect(source?.read(name)).toEqual(numbersIn(expected[name]));
  });

  test('nothing else is in them', () => {
    expect(sources.flatMap(({ names }) => names).sort()).toEqual(Object.keys(expected).sort());
    expect(sources.map(({ metadata }) => metadata)).toEqual([{ 'made by': 'numpy' }, {}]);
  });

  test('data, and a network with its data, as in .npz', () => {
    const [one, other] = [tensors('instance.safetensors'), fixture('plain.npz')];
    expect(readSamples(one, {})).toEqual(readSamples(other, {}));
    expect(readInstance(one)).toEqual({ ...readInstance(other), file: one });
  });
});

describe('a damaged safetensors file is refused', () => {
  const make = (header: unknown, numbers = 16) => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, Buffer.alloc(numbers)]);
  };
  const tensor = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const good = { a: tensor(0, 8), b: tensor(8, 16) };

  test('only where it is', () => {
    expect(openSafetensors('f', make(good)).read('b')).toEqual({ shape: [2], values: Float64Array.of(0, 0) });
    expect(openSafetensors('f', make(`${JSON.stringify(good)}      `)).names).toEqual(['a', 'b']);
    expect(openSafetensors('f', make({}, 0)).names).toEqual([]);
  });

  const cases: [name: string, bytes: Uint8Array, message: RegExp][] = [
    ['empty', new Uint8Array(), /cut off: it has no header/],
    ['cut off in its length', make(good).subarray(0, 5), /cut off: it has no header/],
    ['cut off in its header', make(good).subarray(0, 30), /its header of \d+ bytes is cut off/],
    ['cut off in its numbers', make(good).subarray(0, -1), /cut off: b ends at byte 16, the numbers at 15/],
    ['a header without end', Buffer.alloc(16, 0xff), /18446744073709551615 bytes, and 100000000 are the most/],
    ['no JSON', make('{"a": '), /its header is no JSON/],
    ['no UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), /its header is no JSON/],
    ['a list', make([]), /its header is no object/],
    ['no dtype', make({ a: { shape: [4], data_offsets: [0, 16] } }), /a: its header does not say dtype and shape/],
    ['a shape of text', make({ a: { ...tensor(0, 16), shape: ['4'] } }), /a: its header does not say dtype and shape/],
    ['a negative shape', make({ a: tensor(0, 16, [-4]) }), /does not say dtype and shape/],
    ['no place', make({ a: { dtype: 'F32', shape: [4] } }), /a: its header does not say where it lies/],
    ['a place backwards', make({ a: { ...tensor(0, 16), data_offsets: [16, 0] } }), /does not say where it lies/],
    ['another length', make({ a: tensor(0, 16, [2, 3]) }), /a: 2 x 3 of F32 makes 24 bytes, and it has 16/],
    ['an overlap', make({ a: tensor(0, 12), b: tensor(8, 16) }), /b overlaps with the tensor before it/],
    ['a hole', make({ a: tensor(0, 4), b: tensor(8, 16) }), /before b there are 4 bytes of no tensor/],
    ['a rest', make(good, 20), /behind its tensors there are 4 bytes of no tensor/],
    [
      'a name twice',
      make('{"a": {"dtype":"U8","shape":[0],"data_offsets":[0,0]}, "\\u0061": 1}', 0),
      /a is in it twice/,
    ],
    ['metadata of numbers', make({ __metadata__: { step: 5 } }, 0), /__metadata__ in its header does not consist of/],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    const read = () => openSafetensors('file.safetensors', bytes);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name: 'FlatwalkError', code: 'BAD_ARGUMENT' }));
    expect(read).toThrow(/^file\.safetensors: .*\n {2}Save it again/);
  });

  test('an integer that float64 does not hold', () => {
    const bytes = make({ a: tensor(0, 16, [2], 'I64') });
    bytes.writeBigInt64LE(2n ** 53n + 1n, bytes.length - 8);
    expect(() => openSafetensors('f', bytes).read('a')).toThrow(
      /9007199254740993 at index 1 is an integer beyond 2\^53/,
    );
  });
});
