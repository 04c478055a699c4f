/** The page on any static server, below any path, and without network after its first load. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Chrome, type FolderServer, launchChrome, type Page, serveFolder } from '../../src/host/chrome/index.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';
import { ready, statusIs, text } from './visits.ts';

const folder = usePages();
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutBrowser)('the page without network', () => {
  let root: string;
  let site: string;
  let server: FolderServer;
  let chrome: Chrome;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'flatwalk-site-'));
    site = join(root, 'some/sub path');
    cpSync(folder, site, { recursive: true });
    server = await serveFolder(root);
    chrome = await launchChrome(pinned);
  });
  afterAll(async () => {
    await chrome?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const address = () => `${server.origin}/some/sub%20path/`;
  const kept = (page: Page) =>
    vi.waitFor(async () => expect(await text(page, '#offline')).toContain('works without network'), 60_000);

  test('all that the page ever loads is kept, and nothing of the runner', () => {
    const files = filesOf(site);
    for (const file of files) expect(() => readFileSync(join(site, file))).not.toThrow();
    expect(files.some((name) => /runner/.test(name))).toBe(false);
    expect(files.some((name) => /worker-/.test(name))).toBe(true);
  });

  test('after one visit it opens, computes and shows every tab with the server gone', async () => {
    const page = await chrome.browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(address());
    await ready(page);
    await kept(page);
    // Neither the server nor the network: the worker's and the service worker's requests fail, too.
    await server.close();
    await page.setOfflineMode(true);
    await page.goto(`${address()}index.html?steps=20&replicas=2`);
    await ready(page);
    await page.click('#start');
    await statusIs(page, 'Done: step 20');
    for (const name of await page.$$eval('[role="tab"]', (all) => all.map((one) => one.id))) {
      await page.click(`#${name}`);
      await page.waitForFunction(() => !/^Loading/.test(document.getElementById('panel')?.textContent ?? ''));
      expect(await page.$('.trouble')).toBeNull();
    }
    // Parts that are loaded only when they are asked for, whichever they are.
    const files = filesOf(site);
    const failed = await page.evaluate(async (names: string[]) => {
      const found = await Promise.all(names.map(async (name) => ((await fetch(name)).ok ? '' : name)));
      return found.filter(Boolean);
    }, files);
    expect(failed).toEqual([]);
    await expect(page.evaluate(() => fetch('./runner.html'))).rejects.toThrow();
    expect(errors).toEqual([]);
    await page.close();
    server = await serveFolder(root);
  });

  test('a new version shows at the next visit, and the old one is forgotten when no page has it open', async () => {
    const page = await chrome.browser.newPage();
    await page.goto(address());
    await kept(page);
    // A page of the same origin that is no part of the site.
    const other = await chrome.browser.newPage();
    await other.goto(`${server.origin}/elsewhere`);
    const names = () => other.evaluate(() => caches.keys());
    const [before] = await names();
    const html = readFileSync(join(site, 'index.html'), 'utf8');
    writeFileSync(join(site, 'index.html'), html.replace('<title>', '<title>new '));
    const program = readFileSync(join(site, 'service-worker.js'), 'utf8');
    writeFileSync(join(site, 'service-worker.js'), program.replace(/VERSION = '\w+'/, "VERSION = 'new'"));
    await page.reload();
    expect(await page.title()).toMatch(/^new /);
    await vi.waitFor(async () => expect((await names()).length).toBe(2), 30_000);
    await page.close();
    await vi.waitFor(async () => expect(await names()).not.toContain(before), 30_000);
    expect((await names()).length).toBe(1);
    await other.close();
  });
});

/** What the service worker of built pages keeps. */
function filesOf(pages: string): string[] {
  const program = readFileSync(join(pages, 'service-worker.js'), 'utf8');
  const [, list] = /^const FILES = (.*);$/m.exec(program) ?? [];
  return JSON.parse(list);
}
