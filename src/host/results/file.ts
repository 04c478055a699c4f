import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { FlatwalkError } from '../../model/errors.ts';
import { reason, toJson } from './json.ts';

/** A file that will hold one document. It is looked at before anything is computed, so that no work is lost. */
export class ResultsFile {
  readonly path: string;

  /** @throws BAD_ARGUMENT when it exists and is not to be replaced, HOST when it cannot be written */
  constructor(path: string, { force }: { readonly force?: boolean } = {}) {
    this.path = path;
    if (isDevice(path)) return;
    if (existsSync(path) && !force) {
      const fix = `Choose another file with --out${force === undefined ? '' : ', or replace it with --force'}.`;
      throw new FlatwalkError('BAD_ARGUMENT', `${path} exists already`, fix);
    }
    this.#write(() => {
      makeFolder(dirname(path));
      writeFileSync(`${path}.new`, '');
      rmSync(`${path}.new`);
    });
  }

  write(document: object): void {
    this.writeContent([`${toJson(document, 2)}\n`]);
  }

  /** Piece after piece; the file is there once all of them are. @throws HOST */
  writeContent(pieces: Iterable<string | Uint8Array>): void {
    this.#write(() => replaceFile(this.path, pieces));
  }

  #write(action: () => void): void {
    try {
      action();
    } catch (cause) {
      const message = `Cannot write ${this.path}: ${reason(cause)}`;
      throw new FlatwalkError('HOST', message, 'Choose another file with --out.', { cause });
    }
  }
}

/**
 * Puts a file in the place of the one before, whole and on the disk: who reads meets the one or the other.
 * @throws what the file system says; the one before is then still there, and no part of the new one
 */
export function replaceFile(path: string, pieces: Iterable<string | Uint8Array>): void {
  if (isDevice(path)) {
    for (const piece of pieces) writeFileSync(path, piece, { flag: 'a' });
    return;
  }
  // A link goes on leading to its file.
  const place = existsSync(path) ? realpathSync(path) : path;
  const fresh = `${place}.new`;
  try {
    const file = openSync(fresh, 'w');
    try {
      for (const piece of pieces) writeFileSync(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, place);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Such as /dev/stdout, or a pipe: it takes what is written, and nothing is put in its place. */
function isDevice(path: string): boolean {
  // Not there, whatever lies on the way to it.
  if (!existsSync(path)) return false;
  const about = statSync(path);
  return !about.isFile() && !about.isDirectory();
}

/** With its parents, from the outermost: Node's own `recursive` never ends where a parent takes no folders, as /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) {
    // Is silent for a folder, and says what else it is.
    mkdirSync(path, { recursive: true });
    return;
  }
  makeFolder(dirname(path));
  mkdirSync(path);
}
