import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { FlatwalkError } from '../../engine/index.ts';
import { crc32 } from './crc32.ts';
import { type Field, fault, type Source } from './fields.ts';
import { encodeNpy, readNpy, type Writable } from './npy.ts';

/** An array that is larger than this, unpacked, is refused: 2^27 numbers of float64. */
const MOST_BYTES = 2 ** 30;

/** The most bytes that one byte of a deflated entry can stand for. */
const DEFLATED = 1032;

/** What the offsets in a zip file can say. */
const MOST_ZIPPED = 2 ** 32 - 1;

/**
 * Arrays by name, as numpy.savez puts them together: uncompressed. The same arrays give the same bytes.
 * @throws BAD_SHAPE when numbers do not fill a shape; LIMIT for 4 GiB or more
 */
export function encodeNpz(arrays: Readonly<Record<string, Writable>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  const size = entries.reduce((sum, [name, bytes]) => sum + bytes.length + 2 * name.length + 100, 0);
  if (size > MOST_ZIPPED) {
    throw new FlatwalkError('LIMIT', `The arrays have ${size} bytes, and a .npz file holds 4 GiB`, 'Write fewer.');
  }
  // The first day that a zip file can name.
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: new Date(1980, 0, 1) });
}

/** Arrays that numpy.savez or savez_compressed has put together. @throws BAD_ARGUMENT, LIMIT */
export function openNpz(file: string, bytes: Uint8Array): Source {
  const again = 'Save it again with numpy.savez(file, X=X, y=y, theta=theta).';
  const damaged = (what: string, cause?: unknown) => fault(file, what, again, 'BAD_ARGUMENT', cause);
  if (!(bytes[0] === 0x50 && bytes[1] === 0x4b)) throw damaged('it is no zip file, which a .npz file is');
  const sizes = new Map<string, number>();
  const unzip = (wanted: (file: UnzipFileInfo) => boolean) => {
    try {
      return unzipSync(bytes, { filter: wanted });
    } catch (error) {
      if (error instanceof FlatwalkError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw damaged(`it is cut off or damaged (${reason})`, error);
    }
  };
  unzip(({ name, size, originalSize, compression }) => {
    // Thrown at once: a damaged directory may name entries without end, and sizes that nothing is unpacked to.
    if (sizes.has(name)) throw damaged(`${name} is in it twice`);
    if (originalSize > (compression === 0 ? size : DEFLATED * size)) throw damaged(`${name}: its size is damaged`);
    sizes.set(name, originalSize);
    return false;
  });
  const sums = checksums(bytes);
  const arrays = [...sizes.keys()].filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
  if (arrays.length === 0) throw damaged('there are no arrays in it');
  return {
    file,
    names: arrays,
    columnExample: 'save X[:, None]',
    read(name): Field {
      const entry = `${name}.npy`;
      const size = sizes.get(entry) ?? 0;
      if (size > MOST_BYTES) {
        const what = `${name}: it has ${size} bytes, and ${MOST_BYTES} can be read`;
        throw fault(file, what, 'Take fewer samples, or a smaller network.', 'LIMIT');
      }
      const content = unzip(({ name }) => name === entry)[entry];
      if (content.length !== size || crc32(content) !== sums.get(entry)) {
        throw damaged(`${name}: it is damaged, its checksum does not fit`);
      }
      return readNpy(file, name, content);
    },
  };
}

const DIRECTORY_ENTRY = 0x02014b50;

/** CRC-32 by name, from the directory at the end of a zip file: fflate reads past them. */
function checksums(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sums = new Map<string, number>();
  // The last record says where the directory begins; a comment may follow it.
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return sums;
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= bytes.length && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    sums.set(name, view.getUint32(at + 16, true));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return sums;
}
