/** Follows a results folder in Node while a run writes to it. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROWS, SUMMARY } from './names.ts';
import { parseRow, parseSummary } from './parse.ts';
import { noResults } from './read.ts';
import type { StoredRow, Summary } from './schema.ts';
import { type State, stateOf } from './state.ts';

/** What is new in a folder. */
export interface Look {
  readonly summary: Summary;
  readonly rows: readonly StoredRow[];
  /** Whether the rows told before are not those of this run: another one writes here, or it goes on from a checkpoint. */
  readonly anew: boolean;
  /** When the folder was last written to. */
  readonly written: Date;
  readonly state: State;
}

/** Rows read at once, in bytes. */
const PIECE = 1 << 24;

/** Tells rows once each, as whole lines appear. */
export class Follower {
  readonly #folder: string;
  readonly #path: string;
  /** Which file has been read, how far, how many lines, and the beginning of a line whose end is not there yet. */
  #inode = -1;
  #offset = 0;
  #lines = 0;
  #rest = Buffer.alloc(0);

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, ROWS);
  }

  /** @throws BAD_ARGUMENT where there are no results, where they are of a later version, and where a line is damaged */
  look(): Look {
    const file = join(this.#folder, SUMMARY);
    if (!existsSync(file)) throw noResults(this.#folder);
    // Before the rows: once it says that the run has ended, all of them are there.
    const summary = parseSummary(readFileSync(file, 'utf8'), file);
    const { rows, anew, written } = this.#rows();
    return {
      summary,
      rows,
      anew,
      written: new Date(Math.max(written, statSync(file).mtimeMs)),
      state: stateOf(summary),
    };
  }

  #rows(): { rows: StoredRow[]; anew: boolean; written: number } {
    if (!existsSync(this.#path)) return { rows: [], anew: false, written: 0 };
    const file = openSync(this.#path, 'r');
    try {
      const { ino, size, mtimeMs } = fstatSync(file);
      const anew = this.#inode !== -1 && (ino !== this.#inode || size < this.#offset);
      if (ino !== this.#inode || anew) {
        this.#inode = ino;
        this.#offset = this.#lines = 0;
        this.#rest = Buffer.alloc(0);
      }
      const rows: StoredRow[] = [];
      while (this.#offset < size) {
        const piece = Buffer.alloc(Math.min(PIECE, size - this.#offset));
        const count = readSync(file, piece, 0, piece.length, this.#offset);
        if (count === 0) break;
        this.#offset += count;
        this.#take(piece.subarray(0, count), rows);
      }
      return { rows, anew, written: mtimeMs };
    } finally {
      closeSync(file);
    }
  }

  #take(piece: Buffer, rows: StoredRow[]): void {
    let bytes = Buffer.concat([this.#rest, piece]);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      this.#lines++;
      rows.push(parseRow(bytes.toString('utf8', 0, end), `${this.#path}, line ${this.#lines}`));
      bytes = bytes.subarray(end + 1);
    }
    this.#rest = bytes;
  }
}
