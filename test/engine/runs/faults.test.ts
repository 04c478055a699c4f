import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
/** Quotation marks of either kind are the same, and a backslash before one is not there. */
const plain = (text: string) => text.replaceAll('\\', '').replaceAll(/[‘’]/g, "'");

test('docs/faults.md names tests that exist', () => {
  const cells = [...read('docs/faults.md').matchAll(/`(test\/[^`]+)`((?:(?:: |, )“[^”]+”)*)/g)];
  expect(cells.length).toBeGreaterThan(50);
  for (const [, file, names] of cells) {
    const source = plain(read(file));
    for (const [, name] of names.matchAll(/“([^”]+)”/g)) expect(source, file).toContain(plain(name));
  }
});
