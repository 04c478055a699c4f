/** What the tuner has found, in the browser's IndexedDB: of this origin, for all its pages and workers. */
import { FlatwalkError, keyOf, readTuned, type TunedEntry, type TunedStore } from '../../engine/index.ts';

const NAME = 'flatwalk';
const TABLE = 'tuned';

/**
 * A store in IndexedDB. What is no entry of this version is told to `warn` and left out; where the browser keeps nothing
 * (a private window may not), everything is left out.
 */
export class IndexedTuned implements TunedStore {
  readonly #warn: (text: string) => void;
  readonly #name: string;

  constructor(warn: (text: string) => void, name = NAME) {
    this.#warn = warn;
    this.#name = name;
  }

  async load(): Promise<TunedEntry[]> {
    let values: unknown[];
    try {
      values = await this.#within('readonly', (table) => table.getAll());
    } catch (error) {
      this.#warn(`What was tuned is ignored: ${reason(error)}`);
      return [];
    }
    const entries = values.map(readTuned);
    for (const entry of entries) if (typeof entry === 'string') this.#warn(`A tuned entry is ignored: ${entry}.`);
    return entries.filter((entry) => typeof entry !== 'string');
  }

  /** @throws HOST when the browser keeps nothing */
  async save(entry: TunedEntry): Promise<void> {
    try {
      await this.#within('readwrite', (table) => table.put(entry, keyOf(entry)));
    } catch (error) {
      throw new FlatwalkError(
        'HOST',
        `The browser does not keep what was measured: ${reason(error)}`,
        'Allow the page to store data, or tune again next time.',
        { cause: error },
      );
    }
  }

  /** A transaction of one request. Transactions of several pages follow each other. */
  async #within<T>(mode: IDBTransactionMode, request: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const opening = indexedDB.open(this.#name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    const database = await finished(opening);
    try {
      const transaction = database.transaction(TABLE, mode);
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      const [result] = await Promise.all([finished(request(transaction.objectStore(TABLE))), done]);
      return result;
    } finally {
      database.close();
    }
  }
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
