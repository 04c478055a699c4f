/** Files that a visitor has dropped: their bytes, unpacked, by name. They stay in this worker until they are forgotten. */
import { FlatwalkError } from '../../../../model/errors.ts';
import { fault } from '../../../files/fields.ts';
import { endingOf } from '../../../files/kinds.ts';

const MiB = 2 ** 20;
/** Text becomes many small strings on its way to numbers, which take ten times its room. */
const MOST_TEXT = 64 * MiB;
/** Numbers are read as float64, beside what they are read from. */
const MOST_BINARY = 256 * MiB;
/** Of all files together. */
const MOST = 512 * MiB;

const kept = new Map<string, Uint8Array>();

/** Told while a file is read: bytes so far, of how many in the file. */
type OnRead = (read: number, total: number) => void;

/**
 * Reads a file and keeps it in place of one of its name; unpacked, if its name ends in .gz.
 * @throws LIMIT before more is read than a browser has room for, BAD_ARGUMENT for a damaged .gz, HOST where it cannot be read
 */
export async function keep(file: string, content: Blob, onRead: OnRead): Promise<Uint8Array> {
  const packed = /\.gz$/i.test(file);
  const isText = ['.csv', '.tsv', '.json'].includes(endingOf(file));
  const others = [...kept].reduce((sum, [name, { length }]) => sum + (name === file ? 0 : length), 0);
  const most = Math.min(isText ? MOST_TEXT : MOST_BINARY, MOST - others);
  const refuse = (size: string) => {
    const already = others > 0 ? ` (others have ${inMiB(others)} here)` : '';
    const what = `${packed ? 'unpacked ' : ''}it has ${size}, and a page has room for ${inMiB(most)} of it${already}`;
    const shorter = isText ? ', or save them as .npz or .npy, of which more can be read' : '';
    return fault(file, what, `Take fewer samples${shorter}; flatwalk run reads larger files.`, 'LIMIT');
  };
  if (content.size > most) throw refuse(inMiB(content.size));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(file, content, packed, onRead)) {
    length += chunk.length;
    if (length > most) throw refuse(`${inMiB(most)} or more`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  kept.set(file, bytes);
  return bytes;
}

async function* chunksOf(file: string, content: Blob, packed: boolean, onRead: OnRead): AsyncGenerator<Uint8Array> {
  let read = 0;
  const counter = new TransformStream<Uint8Array, BufferSource>({
    transform(chunk, controller) {
      read += chunk.length;
      onRead(read, content.size);
      controller.enqueue(chunk as BufferSource);
    },
  });
  const counted = content.stream().pipeThrough(counter);
  const reader = (packed ? counted.pipeThrough(new DecompressionStream('gzip')) : counted).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } catch (error) {
    throw unreadable(file, packed, error);
  } finally {
    // Stops what is still to come, where a file is refused in its middle.
    await reader.cancel().catch(() => undefined);
  }
}

function unreadable(file: string, packed: boolean, error: unknown): FlatwalkError {
  const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  // The decompressor throws a TypeError, and a file that was moved or changed meanwhile a DOMException.
  if (packed && error instanceof TypeError) {
    const what = `it is cut off, or not compressed with gzip (${reason})`;
    return fault(file, what, 'Pack it again.', 'BAD_ARGUMENT', error);
  }
  return fault(file, `it cannot be read (${reason})`, 'Drop it again.', 'HOST', error);
}

/** The bytes of a file by its name; settings may have it with a folder before it. @throws BAD_ARGUMENT */
export function bytesOf(file: string): Uint8Array {
  const bytes = kept.get(file) ?? kept.get(baseName(file));
  if (bytes) return bytes;
  throw new FlatwalkError('BAD_ARGUMENT', `'${file}' is not here`, "Drop that file under 'Your data'.");
}

export function drop(file: string): void {
  kept.delete(file);
}

const baseName = (file: string) => file.replace(/^.*[/\\]/, '');

function inMiB(bytes: number): string {
  return `${bytes < 10 * MiB ? (bytes / MiB).toFixed(1) : Math.round(bytes / MiB)} MiB`;
}
