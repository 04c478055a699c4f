/** Results that a visitor wants to keep, in the browser's IndexedDB: of this origin, and gone with its data. */
import { createStore, del, entries, set } from 'idb-keyval';
import type { BenchDocument } from '../../../../bench/document.ts';
import { validDocument } from '../../../../bench/validate.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { reason, toJson } from '../../results/json.ts';

export interface Kept {
  readonly documents: ReadonlyMap<string, BenchDocument>;
  /** What lies there and is none. */
  readonly notes: readonly string[];
}

let store: ReturnType<typeof createStore> | null = null;
const table = () => {
  store ??= createStore('flatwalk-benchmarks', 'documents');
  return store;
};

/** @throws HOST where the browser keeps nothing */
export async function readKept(): Promise<Kept> {
  const found = await allowed(() => entries<string, unknown>(table()));
  const documents = new Map<string, BenchDocument>();
  const notes: string[] = [];
  for (const [id, value] of found) {
    try {
      documents.set(String(id), validDocument(value, `What was kept as '${String(id)}'`));
    } catch (error) {
      notes.push(reason(error));
    }
  }
  return { documents, notes };
}

/** @throws HOST */
export function keep(id: string, document: BenchDocument): Promise<void> {
  // As its file has it: errors themselves would lose their code there.
  return allowed(() => set(id, JSON.parse(toJson(document)), table()));
}

/** @throws HOST */
export function forget(id: string): Promise<void> {
  return allowed(() => del(id, table()));
}

async function allowed<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    store = null;
    throw new FlatwalkError(
      'HOST',
      `The browser keeps no results: ${reason(cause)}`,
      'Allow the page to store data, or download the document and drop it here next time.',
      { cause },
    );
  }
}
