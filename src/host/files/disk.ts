/** Bytes from the file system, with its errors in words. Everything else in this folder works on bytes alone. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FlatwalkError } from '../../engine/index.ts';
import { fault } from './fields.ts';
import { didYouMean } from './similar.ts';

/** What a packed file may become. */
const MOST_UNPACKED = 2 ** 31 - 1;

/** The content of a file, unpacked if its name ends in .gz. @throws BAD_ARGUMENT, LIMIT, HOST */
export function readBytes(file: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  return /\.gz$/i.test(file) ? unpack(file, bytes) : bytes;
}

/** Before the ending of its name is looked at. @throws BAD_ARGUMENT if there is no such file, or it is a folder */
export function checkFile(file: string): void {
  let folder: boolean;
  try {
    folder = statSync(file).isDirectory();
  } catch (error) {
    throw unreadable(file, error);
  }
  if (folder) throw unreadable(file, { code: 'EISDIR' });
}

function unreadable(file: string, error: unknown): FlatwalkError {
  const code = (error as NodeJS.ErrnoException).code;
  const cannot = (why: string, fix: string) =>
    new FlatwalkError('BAD_ARGUMENT', `Cannot read ${file}: ${why}`, fix, { cause: error });
  if (code === 'EISDIR')
    return fault(file, 'it is a folder', `Name a file in it${there(file)}.`, 'BAD_ARGUMENT', error);
  if (code === 'ENOENT') {
    const folder = dirname(file);
    if (!existsSync(folder)) return cannot(`there is no folder ${folder}`, 'Check the path.');
    const names = didYouMean(basename(file), filesIn(folder));
    return cannot(
      'there is no such file',
      // Relative paths in a config begin in the present folder too, not in that of the config.
      `${names ? names.trim() : 'Check the path.'} It is looked for in ${resolve(folder)}.`,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') return cannot('it may not be read', 'Check its permissions.');
  if (code === 'ERR_FS_FILE_TOO_LARGE') {
    return fault(file, 'it has 2 GiB or more', 'Take fewer samples.', 'LIMIT', error);
  }
  if (code === 'ENOTDIR') return cannot(`${dirname(file)} is no folder`, 'Check the path.');
  return cannot(error instanceof Error ? error.message : String(error), 'Check the path.');
}

/** Names in a folder; none if it cannot be listed, since they only serve an advice. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function there(folder: string): string {
  const names = filesIn(folder).filter((name) => /\.(csv|tsv|json|npz|npy|safetensors)(\.gz)?$/i.test(name));
  return names.length === 0 ? '' : `, as ${join(folder, names.sort()[0])}`;
}

function unpack(file: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw fault(file, 'unpacked it has 2 GiB or more', 'Take fewer samples.', 'LIMIT', error);
    }
    throw fault(
      file,
      `it is cut off, or not compressed with gzip (${reason})`,
      'Pack it again.',
      'BAD_ARGUMENT',
      error,
    );
  }
}
