import { fault } from './fields.ts';
import { didYouMean } from './similar.ts';

/** Of files with data. */
export const sampleEndings = ['.csv', '.tsv', '.json', '.npz', '.npy', '.safetensors'];

/** The ending of a name in small letters, '' if it has none. That of `data.csv.gz` is `.csv`. */
export function endingOf(file: string): string {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  return /[^/\\](\.[^./\\]+)$/.exec(name)?.[1] ?? '';
}

const arrays = 'Save its arrays with numpy.savez("FILE.npz", X=X, y=y).';
const table = 'Save it as CSV, as with pandas.DataFrame.to_csv("FILE.csv", index=False).';
const torch = 'Save its tensors with safetensors.torch.save_file, or as arrays with numpy.savez.';

/** What other endings stand for, and what to do with such files. */
const otherEndings: Record<string, string> = {
  '.xlsx': table,
  '.xls': table,
  '.ods': table,
  '.parquet': table,
  '.feather': table,
  '.arrow': table,
  '.arff': table,
  '.txt': 'Call it .csv if its cells are separated by commas, .tsv if by tabs.',
  '.dat': 'Call it .csv if its cells are separated by commas, .tsv if by tabs.',
  '.jsonl': 'Make one list of its lines, and call it .json.',
  '.ndjson': 'Make one list of its lines, and call it .json.',
  '.pkl': arrays,
  '.pickle': arrays,
  '.mat': arrays,
  '.h5': arrays,
  '.hdf5': arrays,
  '.pt': torch,
  '.pth': torch,
};

/** @throws BAD_ARGUMENT unless the name ends in one of these; with an advice for another ending, if there is one */
export function checkEnding(file: string, endings: readonly string[], advice?: string): string {
  const ending = endingOf(file);
  if (endings.includes(ending)) return ending;
  const near = ending === '' ? '' : didYouMean(ending, endings);
  const wanted = `${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`;
  throw fault(
    file,
    `its name must end in ${wanted}`,
    advice ?? otherEndings[ending] ?? `${near}The ending says how it is read.`,
  );
}

/** How files of a kind begin, and the endings that are right for them. */
const signatures: readonly {
  what: string;
  begins: readonly number[];
  at?: number;
  fits: readonly string[];
  fix: string;
}[] = [
  { what: 'an array of NumPy', begins: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], fits: ['.npy'], fix: 'Call it .npy.' },
  {
    what: 'a zip file',
    begins: [0x50, 0x4b, 3, 4],
    fits: ['.npz'],
    fix: 'If it is from NumPy, call it .npz; if it is a workbook, save it as CSV.',
  },
  { what: 'compressed with gzip', begins: [0x1f, 0x8b], fits: [], fix: 'Unpack it, or let its name end in .gz.' },
  { what: 'compressed with bzip2', begins: [0x42, 0x5a, 0x68], fits: [], fix: 'Unpack it.' },
  { what: 'compressed with xz', begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], fits: [], fix: 'Unpack it.' },
  { what: 'compressed with zstd', begins: [0x28, 0xb5, 0x2f, 0xfd], fits: [], fix: 'Unpack it.' },
  { what: 'a Parquet file', begins: [0x50, 0x41, 0x52, 0x31], fits: [], fix: table },
  { what: 'an Arrow file', begins: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], fits: [], fix: table },
  { what: 'an Excel workbook', begins: [0xd0, 0xcf, 0x11, 0xe0], fits: [], fix: table },
  { what: 'an HDF5 file', begins: [0x89, 0x48, 0x44, 0x46], fits: [], fix: arrays },
  { what: 'a PDF', begins: [0x25, 0x50, 0x44, 0x46], fits: [], fix: 'Save the data as CSV.' },
  // A header of less than 16 MiB that begins with {" : its length in eight bytes, of which the last five are 0.
  {
    what: 'a safetensors file',
    begins: [0, 0, 0, 0, 0, 0x7b, 0x22],
    at: 3,
    fits: ['.safetensors'],
    fix: 'Call it .safetensors.',
  },
];

/** @throws BAD_ARGUMENT where the content is plainly of another kind than the ending says, or where there is none */
export function checkContent(file: string, ending: string, bytes: Uint8Array): void {
  if (bytes.length === 0) throw fault(file, 'it is empty', 'Write it again.');
  const kind = signatures.find(({ begins, at = 0 }) => begins.every((byte, k) => bytes[at + k] === byte));
  if (kind && !kind.fits.includes(ending)) throw fault(file, `it is ${kind.what}, no ${ending} file`, kind.fix);
}
