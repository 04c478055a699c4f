/**
 * Writes what documents show of bench/results: the tables of docs/performance.md between their marks, and the README's picture.
 * `npm run figures`; `npm run results` measures first.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchDocument } from '../document.ts';
import { curveTable } from './curves.ts';
import { measuredIn } from './measured.ts';
import { ownTable } from './own.ts';
import { drawSteps } from './picture.ts';
import { type PeersDocument, pairsTable, provenance, ratioTable } from './report.ts';

/** The files that are made, by their path, as they are and as they should be. */
export function figures(root: string): { path: string; is: string; shouldBe: string }[] {
  const documents = measuredIn<PeersDocument>(root, 'peers');
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
  const performance = read('docs/performance.md');
  let filled = fill(performance, 'ratios', ratioTable(documents));
  const own = measuredIn<BenchDocument>(root, 'bench');
  filled = fill(filled, 'own', ownTable(own));
  filled = fill(filled, 'curves', curveTable(own));
  const pairs = documents.map(({ document }) => `${provenance(document)}\n\n${pairsTable(document)}`);
  filled = fill(filled, 'pairs', pairs.join('\n\n'));
  const made = [{ path: 'docs/performance.md', is: performance, shouldBe: filled }];
  if (documents.length > 0) {
    made.push({ path: 'docs/steps.svg', is: read('docs/steps.svg'), shouldBe: drawSteps(documents) });
  }
  return made;
}

/** Replaces what is between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fill(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place marked ${open} ... ${close}`);
  return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
}

export function writeFigures(root: string): void {
  for (const { path, is, shouldBe } of figures(root)) {
    if (is === shouldBe) continue;
    writeFileSync(join(root, path), shouldBe);
    console.log(`written: ${path}`);
  }
}
