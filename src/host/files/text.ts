import { fault } from './fields.ts';

/** What a string of V8 can hold, with room to spare. */
const MOST_BYTES = 2 ** 28;

/**
 * UTF-8 as text, without a byte-order mark.
 * @throws BAD_ARGUMENT for other encodings, saying which one it looks like and where it is no UTF-8; LIMIT
 */
export function decodeText(file: string, bytes: Uint8Array): string {
  const other = otherEncoding(bytes);
  if (other) throw fault(file, `it is ${other} text`, 'Save it as UTF-8.');
  if (bytes.length > MOST_BYTES) {
    const size = `${Math.round(bytes.length / 2 ** 20)} MiB of text`;
    throw fault(file, `it is ${size}, and ${MOST_BYTES / 2 ** 20} can be read`, 'Save it as .npz or .npy.', 'LIMIT');
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const line = lineOfFault(bytes);
    const fix = 'Save it as UTF-8; it may be Latin-1 or Windows-1252.';
    throw fault(file, `it is no UTF-8 text: line ${line} has bytes that are none`, fix, 'BAD_ARGUMENT', error);
  }
}

/** By its byte-order mark, or by the zeros that every other byte of plain text then has. */
function otherEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32 (little-endian)' : 'UTF-16 (little-endian)';
  if (a === 0xfe && b === 0xff) return 'UTF-16 (big-endian)';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32 (big-endian)';
  const beginning = bytes.subarray(0, 1024);
  const zeros = [0, 0];
  beginning.forEach((byte, k) => {
    if (byte === 0) zeros[k % 2]++;
  });
  const many = beginning.length / 4;
  if (zeros[1] > many && zeros[0] < many / 8) return 'UTF-16 (little-endian)';
  if (zeros[0] > many && zeros[1] < many / 8) return 'UTF-16 (big-endian)';
  return null;
}

/** Counted from 1. */
function lineOfFault(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found + 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}
