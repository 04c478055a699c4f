/** What lies in bench/results: a folder for each adapter, whatever its name, with bench.json, peers.json or both. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterDescription } from '../../src/engine/index.ts';
import { toJson } from '../../src/host/results/json.ts';
import { type AdapterKind, adapterKind } from './targets.ts';

/** A document, of what kind of adapter it is, and what tables call that adapter. */
export interface Measured<Document> {
  readonly kind: AdapterKind;
  readonly title: string;
  readonly document: Document;
}

interface Environed {
  readonly environment: { readonly adapter: AdapterDescription };
}

const order: readonly AdapterKind[] = ['swiftshader', 'lavapipe', 'gpu'];

/** All documents of one name; software adapters first, then cards by the names of their folders. */
export function measuredIn<Document>(root: string, name: 'bench' | 'peers'): Measured<Document>[] {
  const results = join(root, 'bench/results');
  const folders = existsSync(results) ? readdirSync(results).sort() : [];
  const files = folders.map((folder) => join(results, folder, `${name}.json`)).filter((file) => existsSync(file));
  return files
    .map((file): Measured<Document> => {
      const document: Document & Environed = JSON.parse(readFileSync(file, 'utf8'));
      const { adapter } = document.environment;
      const kind = adapterKind(adapter);
      return { kind, title: { swiftshader: 'SwiftShader', lavapipe: 'lavapipe', gpu: adapter.name }[kind], document };
    })
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** What `run.sh` of the bundle writes. */
interface BundleDocument {
  readonly command: 'bundle';
  readonly adapter: string;
  readonly suites: Part;
  readonly peers: Part;
}

interface Part {
  /** Exit code of the program, or what killed it. */
  readonly code: number | string;
  readonly document: Environed | null;
}

/**
 * Puts the documents of a bundle's run on a card into a folder of bench/results, named after the card. Those of a run that did not end
 * well are left out. Returns a line for each. @throws where the file is no such document, is of a software adapter, or has
 * nothing to keep
 */
export function splitBundle(root: string, file: string): string[] {
  const bundle: BundleDocument = JSON.parse(readFileSync(file, 'utf8'));
  if (bundle.command !== 'bundle') throw new Error(`${file} is not what the run.sh of a bundle writes`);
  const folder = `bench/results/${bundle.adapter
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`;
  const parts = { bench: bundle.suites, peers: bundle.peers };
  const kept = Object.entries(parts).map(([name, { code, document }]): string | null => {
    if (!document || code !== 0) return null;
    if (document.environment.adapter.software) throw new Error(`${file} is of a software adapter, not of a card`);
    mkdirSync(join(root, folder), { recursive: true });
    // A path of that machine is no fact about its speed.
    const text = toJson(document, 2).replaceAll(/[^"\s]*\/(python[\d.]*)/g, '$1');
    writeFileSync(join(root, folder, `${name}.json`), `${text}\n`);
    return `written: ${folder}/${name}.json`;
  });
  if (kept.every((line) => line === null)) throw new Error(`${file} has no run that ended well`);
  return kept.map(
    (line, k) => line ?? `left out: ${Object.keys(parts)[k]}, which ended with ${Object.values(parts)[k].code}`,
  );
}
