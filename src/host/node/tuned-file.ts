/** What the tuner has found, in a file: one for all adapters and shapes of a user. */
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FlatwalkError, keyOf, readTuned, type TunedEntry, type TunedStore } from '../../engine/index.ts';
import { cacheFolder } from './embedded.ts';

const fileName = 'tuned.json';
const VERSION = 1;
/** How long a writer waits for another, and after how long it takes the other for dead. Milliseconds. */
const PATIENCE = 5_000;
const STALE = 10_000;
const RETRY = 20;

/** FLATWALK_TUNE_FILE, or a file in the private cache folder (see FLATWALK_CACHE and XDG_CACHE_HOME). */
export async function tunedPath(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  return environment.FLATWALK_TUNE_FILE || join(await cacheFolder(environment), fileName);
}

/**
 * A store in a file. Written whole and moved into place, by one process at a time. A file that cannot be read is told to
 * `warn` and taken for empty, and set aside by the next writer; so is an entry that makes no sense.
 */
export class TunedFile implements TunedStore {
  readonly path: string;
  readonly #warn: (text: string) => void;

  constructor(path: string, warn: (text: string) => void) {
    this.path = path;
    this.#warn = warn;
  }

  async load(): Promise<TunedEntry[]> {
    const found = await this.#read();
    if (found.damage) this.#warn(`${this.path} is ignored: ${found.damage}. Remove it, or run flatwalk tune again.`);
    return found.entries;
  }

  /** @throws HOST when the file cannot be written */
  async save(entry: TunedEntry): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await this.#alone(async () => {
        const { entries, damage } = await this.#read();
        if (damage) {
          await rename(this.path, `${this.path}.damaged`);
          this.#warn(`${this.path} was set aside as ${this.path}.damaged: ${damage}.`);
        }
        const others = entries.filter((other) => keyOf(other) !== keyOf(entry));
        const text = `${JSON.stringify({ version: VERSION, entries: [...others, entry] }, null, 1)}\n`;
        const fresh = `${this.path}.${process.pid}.new`;
        await writeFile(fresh, text, { mode: 0o600 });
        await rename(fresh, this.path);
      });
    } catch (error) {
      if (error instanceof FlatwalkError) throw error;
      throw new FlatwalkError(
        'HOST',
        `Cannot keep what was measured in ${this.path}: ${reason(error)}`,
        'Set FLATWALK_TUNE_FILE to a file that can be written.',
        { cause: error },
      );
    }
  }

  async #read(): Promise<{ entries: TunedEntry[]; damage?: string }> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? { entries: [] } : { entries: [], damage: reason(error) };
    }
    let table: { version?: unknown; entries?: unknown };
    try {
      table = JSON.parse(text) as typeof table;
    } catch {
      return { entries: [], damage: 'it is not JSON' };
    }
    if (table?.version !== VERSION || !Array.isArray(table.entries)) {
      return { entries: [], damage: `it is no table of version ${VERSION}` };
    }
    const entries: TunedEntry[] = [];
    for (const [k, value] of table.entries.entries()) {
      const entry = readTuned(value);
      if (typeof entry === 'string') this.#warn(`${this.path}: entry ${k + 1} is ignored: ${entry}.`);
      else entries.push(entry);
    }
    return { entries };
  }

  /** One process after the other: whoever makes the lock file may write. */
  async #alone(action: () => Promise<void>): Promise<void> {
    const lock = `${this.path}.lock`;
    for (const began = Date.now(); ; ) {
      try {
        await (await open(lock, 'wx')).close();
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        // Its maker was killed.
        const made = (await stat(lock).catch(() => null))?.mtimeMs;
        if (made !== undefined && Date.now() - made > STALE) await rm(lock, { force: true });
        else if (Date.now() - began > PATIENCE) throw new Error(`another process has held ${lock} for too long`);
        else await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
    try {
      await action();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
