/** Any array comes back as it was; any damage is met with an error in words. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { FlatwalkError } from '../../../src/engine/index.ts';
import { encodeNpy, readNpy } from '../../../src/host/files/npy.ts';
import { encodeNpz, openNpz } from '../../../src/host/files/npz.ts';
import { encodeSafetensors, openSafetensors } from '../../../src/host/files/safetensors.ts';
import { parseSamples } from '../../../src/host/files/samples.ts';
import { encodeWeights, parseWeights } from '../../../src/host/files/weights.ts';
import { fixture, tensors } from './support.ts';

/** The same in every run, so that a failure is met by everyone. */
const seed = 20240607;

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const sized = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
const arrays = shapes.chain((shape) => {
  const length = { minLength: sized(shape), maxLength: sized(shape) };
  return fc.record({ shape: fc.constant(shape), values: fc.oneof(fc.float32Array(length), fc.float64Array(length)) });
});
type Numbers = { shape: number[]; values: Float32Array | Float64Array };
const names = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((name) => name !== '__metadata__');
const float64 = ({ shape, values }: { shape: number[]; values: Iterable<number> }) => ({
  shape,
  values: Float64Array.from(values),
});

describe('any array', () => {
  test('through .npy', () => {
    const property = fc.property(arrays, (array) => {
      expect(readNpy('f', 'A', encodeNpy(array))).toEqual(float64(array));
    });
    fc.assert(property, { seed, numRuns: 300 });
  });

  test('any text through .npy', () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    const property = fc.property(texts, (text) => {
      expect(readNpy('f', 'A', encodeNpy(text))).toBe(text);
    });
    fc.assert(property, { seed });
  });

  test.each([
    ['.npz', (all: Record<string, Numbers>) => openNpz('f', encodeNpz(all))],
    ['.safetensors', (all: Record<string, Numbers>) => openSafetensors('f', encodeSafetensors(all))],
  ])('any number of them, by any names, through %s', (_, thereAndBack) => {
    const property = fc.property(fc.dictionary(names, arrays, { minKeys: 1, maxKeys: 5 }), (all) => {
      const source = thereAndBack(all);
      expect([...source.names].sort()).toEqual(Object.keys(all).sort());
      for (const [name, array] of Object.entries(all)) expect(source.read(name)).toEqual(float64(array));
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test.each(['w.npz', 'w.safetensors'])('any weights through %s', (file) => {
    const size = fc.integer({ min: 1, max: 4 });
    const finite = (length: number) =>
      fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true });
    const weights = fc.record({ replicas: size, width: size, dimension: size }).chain((sizes) =>
      fc.record({
        sizes: fc.constant(sizes),
        theta: finite(sizes.replicas * sizes.width * sizes.dimension),
        second: fc.option(finite(sizes.width), { nil: undefined }),
      }),
    );
    const property = fc.property(weights, ({ sizes, theta, second }) => {
      const written = { ...sizes, theta, ...(second && { secondLayer: second }) };
      expect(parseWeights(file, encodeWeights(file, written))).toEqual({ ...written, notes: [] });
    });
    fc.assert(property, { seed, numRuns: 200 });
  });
});

describe('any damage is an error in words', () => {
  const text = 'a,"b",y\r\n1,2,3\r\n-4e-1,"5",6\r\n';
  const json = '{"X": [[1, 2], [3, 4]], "y": [5, 6.5e1], "theta": [[1, 2]]}';
  const deflated = zipSync({
    'X.npy': readFileSync(fixture('single.npy')),
    'y.npy': readFileSync(fixture('labels.npy')),
  });
  const files: [name: string, bytes: Uint8Array, target?: string][] = [
    ['table.csv', Buffer.from(text), 'y'],
    ['data.json', Buffer.from(json)],
    ['rows.json', Buffer.from('[{"a": 1, "y": 2}, {"a": 3, "y": 4}]'), 'y'],
    ['plain.npz', readFileSync(fixture('plain.npz'))],
    ['deflated.npz', deflated],
    ['single.npy', readFileSync(fixture('single.npy')), '1'],
    ['fortran.npz', readFileSync(fixture('fortran.npz'))],
    ['instance.safetensors', readFileSync(tensors('instance.safetensors'))],
  ];

  /** Whether it was read, unless it failed otherwise than in words. */
  function outcome(read: () => unknown, file: string): 'read' | 'refused' {
    try {
      read();
      return 'read';
    } catch (error) {
      if (!(error instanceof FlatwalkError)) throw error;
      // Two lines: what is wrong and where, and what to do.
      expect(error.message).toMatch(new RegExp(`${file.replace('.', '\\.')}: [^\\n]+\\n {2}[^\\n]+$`));
      return 'refused';
    }
  }

  describe.each(files)('%s', (file, bytes, target) => {
    const outcomes = (damaged: Uint8Array) => [
      outcome(() => parseSamples({ file, bytes: damaged }, { target }), file),
      ...(/csv|rows/.test(file) ? [] : [outcome(() => parseWeights(file, damaged), file)]),
    ];

    test('undamaged it is read', () => {
      expect(outcomes(bytes)[0]).toBe('read');
    });

    test('cut off anywhere', () => {
      const found = new Set<string>();
      for (let length = 0; length < bytes.length; length++)
        for (const one of outcomes(bytes.subarray(0, length))) found.add(one);
      // A table that ends with a whole row is a table.
      if (!file.endsWith('.csv')) expect([...found]).toEqual(['refused']);
    });

    test('with up to four other bytes', () => {
      const change = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }));
      const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        outcomes(damaged);
      });
      fc.assert(property, { seed, numRuns: 500 });
    });

    test('with a stretch left out, or there twice', () => {
      const at = fc.integer({ min: 0, max: bytes.length });
      const property = fc.property(at, at, (a, b) => {
        outcomes(Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)]));
      });
      fc.assert(property, { seed, numRuns: 500 });
    });
  });

  test.each(['.csv', '.tsv', '.json', '.npz', '.npy', '.safetensors'])('any bytes at all called %s', (ending) => {
    const file = `any${ending}`;
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      outcome(() => parseSamples({ file, bytes }, { target: '0' }), file);
    });
    fc.assert(property, { seed, numRuns: 500 });
  });
});
