import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * A file that lines are appended to, whole ones only: what a failed write leaves of a line is cut off again. It stays open, so
 * that its lines can be had even when somebody has deleted it.
 */
export class LineFile {
  readonly #file: number;
  #length: number;

  /** `wx` for a new one, `a` for one that is there. @throws what the file system says */
  constructor(path: string, flag: 'wx' | 'a') {
    this.#file = openSync(path, `${flag}+`);
    this.#length = fstatSync(this.#file).size;
  }

  /** @throws what the file system says, or that the file is gone; the file is then as it was */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    // A deleted file takes lines without a word, for nobody.
    if (fstatSync(this.#file).nlink === 0) throw new Error('it was deleted while the run went on');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
      this.#length += bytes.length;
    } catch (error) {
      ftruncateSync(this.#file, this.#length);
      throw error;
    }
  }

  /** All its lines. */
  contents(): Buffer {
    const bytes = Buffer.alloc(this.#length);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, done);
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  }

  /** Returns when the lines are on the disk. */
  sync(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
