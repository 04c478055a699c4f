/** How much a visitor loads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { usePages, withoutBrowser } from './pages.ts';
import { ready, statusIs, useVisits } from './visits.ts';

const folder = usePages();
vi.setConfig({ testTimeout: 120_000 });

const KB = 1024;
const read = (name: string) => readFileSync(join(folder, name));

/** Compressed, in KB; told with the heaviest. */
function weigh(what: string, names: readonly string[]): number {
  const sizes = names.map((name) => [gzipSync(read(name), { level: 9 }).length / KB, name] as const);
  const sum = sizes.reduce((total, [size]) => total + size, 0);
  const heaviest = sizes.sort(([a], [b]) => b - a).slice(0, 8);
  const told = heaviest.map(([size, name]) => `${name} ${size.toFixed(1)}`).join(', ');
  console.log(`${what}: ${sum.toFixed(1)} KB in ${names.length} files, of them ${told}`);
  return sum;
}

test('what is there before the first tab shows', () => {
  const named = [
    ...read('index.html')
      .toString()
      .matchAll(/(?:src|href)="\.\/([^"]+)"/g),
  ].map(([, name]) => name);
  expect(named.some((name) => name.endsWith('.css'))).toBe(true);
  expect(weigh('first load', ['index.html', ...named])).toBeLessThan(90);
});

test('what is kept for use without network: all parts, those of exports, files and tasks included', () => {
  const [, list] = /^const FILES = (.*);$/m.exec(read('service-worker.js').toString()) ?? [];
  expect(weigh('all that is kept', ['index.html', ...JSON.parse(list)])).toBeLessThan(450);
});

describe.skipIf(withoutBrowser)('a visitor of all tabs', () => {
  const { visit } = useVisits(folder);

  test('loads less than 250 KB, a run and its plots included', () =>
    visit('?steps=20&replicas=2', async (page) => {
      await ready(page);
      await page.click('#start');
      await statusIs(page, 'Done: step 20');
      for (const id of await page.$$eval('[role="tab"]', (all) => all.map((one) => one.id))) {
        await page.click(`#${id}`);
        await page.waitForFunction(() => !/^Loading/.test(document.getElementById('panel')?.textContent ?? ''));
      }
      await page.waitForNetworkIdle();
      const loaded = 'performance.getEntriesByType("resource").map(({ name }) => name)';
      const urls = [...((await page.evaluate(loaded)) as string[])];
      for (const worker of page.workers()) urls.push(...((await worker.evaluate(loaded)) as string[]));
      const base = page.url().replace(/index\.html.*/, '');
      const names = [...new Set(urls.map((url) => url.replace(base, '').replace(/[?#].*/, '')))];
      expect(names.some((name) => /worker-.*\.js/.test(name))).toBe(true);
      expect(names.some((name) => /geometry-.*\.js/.test(name))).toBe(true);
      expect(weigh('all tabs', ['index.html', ...names.filter((name) => !name.startsWith('blob:'))])).toBeLessThan(250);
    }));
});
