/** Scaling of inputs, what it reports, and what rounding to float32 changes. */
import { describe, expect, test } from 'vitest';
import type { Samples } from '../../../src/host/files/samples.ts';
import { type Scale, scaleSamples } from '../../../src/host/files/scale.ts';

const samplesOf = (rows: number[][], labels = rows.map((_, i) => i)): Samples => ({
  inputs: Float64Array.from(rows.flat()),
  labels: Float64Array.from(labels),
  samples: rows.length,
  dimension: rows[0].length,
  inputNames: rows[0].map((_, k) => `x${k}`),
  targetName: 'y',
  notes: ['of the reading'],
});
const rowsOf = ({ inputs, dimension: d, samples: n }: Samples) =>
  Array.from({ length: n }, (_, i) => Array.from(inputs.subarray(i * d, (i + 1) * d)));
const columnsOf = (samples: Samples) => rowsOf(samples)[0].map((_, k) => rowsOf(samples).map((row) => row[k]));
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

const plain = samplesOf([
  [1, 200, -3],
  [2, 100, 5],
  [4, 150, 0],
  [9, 100, 1],
]);

describe('scaling', () => {
  test('none leaves everything as it is', () => {
    const { samples, report } = scaleSamples(plain, 'none');
    expect(samples).toEqual(plain);
    expect(report).toEqual({ scale: 'none', inputs: ['x0', 'x1', 'x2'], mean: null, deviation: null, norms: null });
  });

  test('standardise: columns of mean 0 and deviation 1, and how', () => {
    const { samples, report } = scaleSamples(plain, 'standardise');
    for (const values of columnsOf(samples)) {
      expect(sum(values)).toBeCloseTo(0, 14);
      expect(sum(values.map((value) => value ** 2)) / 4).toBeCloseTo(1, 14);
    }
    // (1 + 2 + 4 + 9) / 4, and ((9 + 4 + 0 + 25) / 4) ^ ½.
    expect(report.mean?.[0]).toBeCloseTo(4, 14);
    expect(report.deviation?.[0]).toBeCloseTo(Math.sqrt(9.5), 14);
    expect(report.norms).toBeNull();
    expect([samples.labels, samples.notes]).toEqual([plain.labels, plain.notes]);
  });

  test('unit-norm: rows of length 1', () => {
    const { samples, report } = scaleSamples(
      samplesOf([
        [3, 4],
        [0, -2],
        [1e-200, 1e-200],
      ]),
      'unit-norm',
    );
    const half = Math.SQRT1_2;
    expect(rowsOf(samples).flat()).toEqual([0.6, 0.8, 0, -1, expect.closeTo(half, 15), expect.closeTo(half, 15)]);
    expect(report.norms).toEqual({ least: expect.closeTo(1e-200 * Math.SQRT2, 212), most: 5 });
    expect(report.mean).toBeNull();
  });

  test('both: the second after the first', () => {
    const { samples, report } = scaleSamples(plain, 'both');
    const standardised = scaleSamples(plain, 'standardise').samples;
    expect(samples).toEqual(scaleSamples(standardised, 'unit-norm').samples);
    expect(report.norms).not.toBeNull();
  });

  test.each<Scale>(['standardise', 'unit-norm', 'both'])('%s: the report scales new data the same way', (scale) => {
    const { samples, report } = scaleSamples(plain, scale);
    const { mean, deviation, norms } = report;
    for (const [i, row] of rowsOf(plain).entries()) {
      const shifted = mean && deviation ? row.map((value, k) => (value - mean[k]) / deviation[k]) : row;
      const norm = norms ? Math.hypot(...shifted) : 1;
      for (const [k, value] of shifted.entries()) expect(rowsOf(samples)[i][k]).toBeCloseTo(value / norm, 14);
    }
  });

  test('a column far from 0, and the largest numbers of f32', () => {
    const far = samplesOf([
      [1e9 + 0.001, -3e38],
      [1e9, 3e38],
      [1e9 + 0.001, 3e38],
      [1e9, -3e38],
    ]);
    const { samples } = scaleSamples(far, 'standardise');
    for (const values of columnsOf(samples))
      expect(values.map(Math.abs)).toEqual(values.map(() => expect.closeTo(1, 6)));
  });

  test.each<[Scale, number[][], RegExp]>([
    [
      'standardise',
      [
        [1, 0.1],
        [2, 0.1],
        [3, 0.1],
      ],
      /Column 'x1' cannot be standardised: it is 0\.1 in every row\n.*--inputs/,
    ],
    ['both', [[0], [0]], /Column 'x0' cannot be standardised: it is 0 in every row/],
    ['standardise', [[1, 2]], /Column 'x0' cannot be standardised: there is one row/],
    [
      'unit-norm',
      [
        [1, 2],
        [0, -0],
        [3, 4],
      ],
      /Row 1 \(counted from 0\) is all zeros, so it has no direction/,
    ],
    [
      'both',
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      /Row 1 \(counted from 0\) is all zeros after standardising/,
    ],
  ])('%s of %j is refused', (scale, rows, message) => {
    expect(() => scaleSamples(samplesOf(rows), scale)).toThrow(message);
    expect(() => scaleSamples(samplesOf(rows), scale)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });
});

describe('rounding to float32', () => {
  const notes = (rows: number[][], scale: Scale = 'none', labels?: number[]) =>
    scaleSamples(samplesOf(rows, labels), scale).samples.notes.slice(1);

  test('is no matter for decimals', () => {
    expect(
      notes([
        [0.1, 1 / 3],
        [0.7, -1e-20],
        [123.456, 2 / 3],
      ]),
    ).toEqual([]);
    expect(notes([[0.1], [0.1]])).toEqual([]);
    expect(notes([[1e30], [1.7e20]])).toEqual([]);
  });

  test.each([
    ['a whole number', [[1], [16777217]], /'x0' changes .*: 16777217 \(index 1\) becomes 16777216; whole numbers/],
    ['a number too small', [[1], [1e-50]], /'x0' changes .*: 1e-50 \(index 1\) becomes 0\./],
    [
      'seconds since 1970',
      [
        [0, 1.7e9 + 0.25],
        [1, 1.7e9 + 99.5],
      ],
      /'x1' changes .* % of its range .*standardising does/,
    ],
  ])('is said of %s', (_, rows, message) => {
    expect(notes(rows)).toEqual([expect.stringMatching(message)]);
  });

  test('is said of labels', () => {
    expect(notes([[1], [2]], 'none', [1e8 + 1, 0])).toEqual([
      expect.stringMatching(/'y' changes .*100000001 \(index 0\)/),
    ]);
  });

  test('is that of scaled inputs', () => {
    expect(
      notes(
        [
          [0, 1.7e9 + 0.25],
          [1, 1.7e9 + 99.5],
        ],
        'standardise',
      ),
    ).toEqual([]);
  });
});
