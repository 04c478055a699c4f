/** The pages, built once for a test file into a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';
import type { ChromeOptions } from '../../src/host/chrome/index.ts';
import { findEmbedded } from '../../src/host/node/embedded.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pinned, like the adapter in Node: the same browser on every machine. */
export const pinned: ChromeOptions = { adapter: 'swiftshader', browser: 'embedded' };

const absent = findEmbedded();
/** Whether the embedded browser cannot run here. The reason is printed, so that no skip is silent. */
export const withoutBrowser = typeof absent === 'string';
if (withoutBrowser) console.log(`skipped: ${absent}`);

/** Builds the pages before the file's tests and removes them after. Returns their folder. */
export function usePages(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flatwalk-pages-'));
  beforeAll(async () => {
    await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
