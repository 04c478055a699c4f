import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, describe, expect, test } from 'vitest';
import { withPage } from '../../src/host/chrome/index.ts';
import { golden } from '../engine/support.ts';
import { goldenChecks } from '../golden/checks.ts';
import { pinned, withoutBrowser } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(withoutBrowser)('in headless Chrome', () => {
  test('every golden check passes', async () => {
    const root = fileURLToPath(new URL('golden', import.meta.url));
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      base: './',
      build: { outDir: folder, emptyOutDir: true },
    });
    const { passed, failures } = await withPage(
      folder,
      'index.html',
      (page) => page.evaluate(() => globalThis.goldenOutcome),
      pinned,
    );
    expect(failures).toEqual([]);
    expect(passed).toBe(goldenChecks(golden).length);
  }, 240_000);
});
