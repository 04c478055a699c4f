/** Tables: what is read, and what is refused with its line and column. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FlatwalkError } from '../../../src/engine/index.ts';
import { readSamples } from '../../../src/host/files/node.ts';
import { written } from './support.ts';

const target = 'y';
const read = (text: string | Uint8Array, name = 'data.csv') => readSamples(written(name, text), { target });

describe('a table', () => {
  const plain = read('a,b,y\n1,0,2\n-0.5,1e-3,-3\n+.6,0.8,2.5\n');

  test('is inputs and labels, by the names of its columns', () => {
    expect(plain).toEqual({
      inputs: Float64Array.of(1, 0, -0.5, 1e-3, 0.6, 0.8),
      labels: Float64Array.of(2, -3, 2.5),
      samples: 3,
      dimension: 2,
      inputNames: ['a', 'b'],
      targetName: 'y',
      notes: [],
    });
  });

  test('is the same with a byte-order mark, CRLF, quoted cells, spaces, empty lines, tabs, or packed', () => {
    const windows = '\uFEFFa,b,y\r\n1,0,2\r\n-0.5,1e-3,-3\r\n+.6,0.8,2.5\r\n';
    expect(read(windows)).toEqual(plain);
    expect(read('"a","b","y"\n"1","0","2"\n"-0.5","1e-3","-3"\n"+.6","0.8","2.5"')).toEqual(plain);
    expect(read('a , b,y\n\n 1, 0, 2\n-0.5,1e-3 ,-3\n+.6,\t0.8,2.5\n\n\n')).toEqual(plain);
    expect(read('a\tb\ty\n1\t0\t2\n-0.5\t1e-3\t-3\n+.6\t0.8\t2.5\n', 'data.TSV')).toEqual(plain);
    expect(read(gzipSync(windows), 'data.csv.gz')).toEqual(plain);
  });

  test('with chosen columns, in the order of the choice', () => {
    const file = written('chosen.csv', 'a,text,b,y\n1,x,2,3\n4,y,5,6\n');
    expect(readSamples(file, { target: 'a', inputs: ['y', 'b'] })).toMatchObject({
      inputs: Float64Array.of(3, 2, 6, 5),
      labels: Float64Array.of(1, 4),
      inputNames: ['y', 'b'],
    });
  });

  test('names of columns may have commas, quotes, line breaks and other alphabets', () => {
    const file = written('names.csv', '"a, b","say ""x""","θ\n₁",y\n1,2,3,4\n');
    expect(readSamples(file, { target }).inputNames).toEqual(['a, b', 'say "x"', 'θ\n₁']);
  });

  test('a header as numpy.savetxt writes it', () => {
    const { inputNames, notes } = read('# a,b,y\n1.000000000000000000e+00,2.0e+00,3.0e+00\n');
    expect(inputNames).toEqual(['a', 'b']);
    expect(notes).toEqual([expect.stringContaining("begins with '#'")]);
  });

  test('columns that have numbers for names, as pandas writes them', () => {
    expect(readSamples(written('numbers.csv', '0,1,2\n5,6,7\n'), { target: '2' })).toMatchObject({
      inputs: Float64Array.of(5, 6),
      labels: Float64Array.of(7),
    });
  });
});

describe('a table is refused', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const cases: [name: string, content: string | Uint8Array, message: RegExp][] = [
    ['empty cell', 'x,y\n1,\n3,4\n', /line 2, column 'y': the cell is empty\n {2}Remove the row, or fill the cell in/],
    ['a cell of spaces', 'x,y\n1,2\n3,   \n', /line 3, column 'y': the cell is empty/],
    ['an empty quoted cell', 'x,y\n"",2\n', /line 2, column 'x': the cell is empty/],
    ...['NA', 'NaN', 'nan', 'null', 'Infinity', '-inf', 'N/A', '?'].map((cell): [string, string, RegExp] => [
      cell,
      `x,y\n1,2\n${cell},4\n`,
      new RegExp(`line 3, column 'x': '${cell.replace('?', '\\?')}' is not a number\n {2}Remove the row, or fill`),
    ]),
    ['a word', 'x,y\n1,2\nred,4\n', /line 3, column 'x': 'red' is not a number\n.*choose other columns with --inputs/],
    ['a truth value', 'x,y\nTRUE,4\n', /'TRUE' is not a number\n {2}Write 1 and 0/],
    ['a unit', 'x,y\n12%,4\n', /'12%' is not a number\n {2}Write the number without its unit/],
    ['a decimal comma', 'x,y\n"1,5",2\n', /line 2, column 'x': '1,5' is not a number\n {2}Write decimals with a point/],
    ['decimal commas without quotes', 'x,y\n1,5,2,5\n', /line 2 has 4 cells, the header has 2\n.*decimals have commas/],
    ['thousands', 'x,y\n"1,234,567",2\n', /'1,234,567' is not a number\n {2}Write thousands without/],
    ['a typographic minus', 'x,y\n−1,2\n', /'−1' is not a number\n {2}Write minus as '-'/],
    ['a hexadecimal number', 'x,y\n0x10,2\n', /'0x10' is not a number/],
    ['beyond f32', 'x,y\n1e39,2\n', /line 2, column 'x': 1e39 is outside the range of f32\n {2}Scale the column/],
    ['beyond f32, negative', 'x,y\n1,2\n1,-4e38\n', /line 3, column 'y': -4e38 is outside the range of f32/],
    ['beyond float64', 'x,y\n1,2\n1,1e999\n', /line 3, column 'y': 1e999 is outside the range of f32/],
    ['a short row', 'x,y\n1,2\n3\n', /line 3 has 1 cells, the header has 2\n {2}Mend that line/],
    ['a long row', 'x,y\n1,2,3\n', /line 2 has 3 cells, the header has 2/],
    ['only a header', 'x,y\n', /there are no rows below the header/],
    ['nothing', '', /it is empty/],
    ['blank lines', '\n \n\n', /it is empty/],
    ['a byte-order mark alone', '\uFEFF', /it is empty/],
    ['a header twice', 'x,x,y\n1,2,3\n', /two columns are called 'x'/],
    [
      'no header',
      '1.5,2,3\n4,5,6\n',
      /its first line is all numbers, so the header line is missing\n.*names of the columns/,
    ],
    ['a column without a name', ',x,y\n0,1,2\n', /column 1 has no name in the header\n.*index=False/],
    ['no input', 'y\n1\n', /there is no input column/],
    ['semicolons', 'x;y\n1,5;2\n', /the separator looks like ';'\n {2}Save it with commas between cells, and points/],
    ['tabs', 'x\ty\n1\t2\n', /the separator looks like a tab\n {2}Save it with commas, or call it \.tsv/],
    ['bars', 'x|y\n1|2\n', /the separator looks like '\|'/],
    ['spaces', '# x y\n1 2\n', /the separator looks like a space\n.*option delimiter/],
    ['a quote that is left open', 'x,y\n"1,2\n3,4\n', /Quote Not Closed.*\n {2}Close every quotation mark/],
    ['no such column', 'x,Price\n1,2\n', /there is no column 'y'\n {2}Its columns are: x, Price\./],
    [
      'UTF-16 with its mark',
      Buffer.concat([Buffer.from([255, 254]), utf16('x,y\n1,2\n')]),
      /it is UTF-16 \(little-endian\) text/,
    ],
    ['UTF-16 without its mark', utf16('x,y\n1,2\n').swap16(), /it is UTF-16 \(big-endian\) text\n {2}Save it as UTF-8/],
    ['UTF-32', Buffer.from([255, 254, 0, 0, 120, 0, 0, 0]), /it is UTF-32 \(little-endian\) text/],
    [
      'Latin-1',
      Buffer.from('x,y\n1,2\n\xe9,4\n', 'latin1'),
      /no UTF-8 text: line 3 has bytes that are none\n.*Latin-1/,
    ],
    ['a workbook', Buffer.from('PK\x03\x04 and so on'), /it is a zip file, no \.csv file\n.*workbook, save it as CSV/],
    ['a packed file', gzipSync('x,y\n1,2\n'), /it is compressed with gzip, no \.csv file\n.*end in \.gz/],
    ['Parquet', Buffer.from('PAR1 and so on'), /it is a Parquet file, no \.csv file\n.*to_csv/],
  ];
  test.each(cases)('%s', (_, content, message) => {
    expect(() => read(content, 'bad.csv')).toThrow(message);
    expect(() => read(content, 'bad.csv')).toThrow(FlatwalkError);
    expect(() => read(content, 'bad.csv')).toThrow(/bad\.csv: /);
  });

  const file = written('choices.csv', 'sqft,rooms,price\n1,2,3\n');
  test.each([
    [{ target: 'prize' }, /no column 'prize'\n {2}Did you mean price\? Its columns are: sqft, rooms, price/],
    [{ target: 'price', inputs: ['room'] }, /no column 'room'\n {2}Did you mean rooms\?/],
    [{ target: 'price', inputs: ['sqft', 'price'] }, /'price' is both target and input/],
    [{ target: 'price', inputs: ['sqft', 'sqft'] }, /'sqft' is twice in --inputs/],
    [{ target: 'price', inputs: [] }, /there is no input column/],
    [{}, /not said which column has the labels\n {2}Name it with --target\. Its columns are: sqft/],
  ])('the choice %j', (choice, message) => {
    expect(() => readSamples(file, choice)).toThrow(message);
  });

  test('a long list of columns is cut short', () => {
    const header = Array.from({ length: 800 }, (_, k) => `p${k}`).join(',');
    expect(() => read(`${header}\n${header}\n`)).toThrow(/Its columns are: p0, .*p9, \.\.\. \(800 in all\)\.$/);
  });
});
