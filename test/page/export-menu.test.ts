/** The menu of files below a run of the page: what it saves, and what the command line makes of it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Chrome, type FolderServer, launchChrome, type Page, serveFolder } from '../../src/host/chrome/index.ts';
import { readResults } from '../../src/host/results/read.ts';
import { useProgram } from '../host/program.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });
const pages = usePages();
const { flatwalk, folder: scratch } = useProgram();
const downloads = mkdtempSync(join(tmpdir(), 'flatwalk-downloads-'));
afterAll(() => rmSync(downloads, { recursive: true, force: true }));

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(withoutBrowser)('the menu of files', () => {
  let chrome: Chrome;
  let server: FolderServer;
  let page: Page;
  let ofPage: Record<string, unknown>;
  let settingsFile: string;
  let table: string;
  const errors: string[] = [];
  beforeAll(async () => {
    server = await serveFolder(pages);
    chrome = await launchChrome(pinned);
    page = await chrome.browser.newPage();
    const session = await page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads,
      eventsEnabled: true,
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(`${server.origin}/index.html?preset=walk&steps=400&replicas=2&every=40&pace=full`);
    await page.waitForSelector('#start:not(:disabled)');
  });
  afterAll(async () => {
    await chrome?.close();
    await server?.close();
  });

  const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  const openMenu = () =>
    page.$eval('.export-menu', (menu) => {
      (menu.closest('details') as HTMLDetailsElement).open = true;
    });
  /** Presses a button of the menu, and waits for its file. */
  async function take(words: string): Promise<string> {
    const before = readdirSync(downloads);
    const button = await page.waitForSelector(`::-p-xpath(//button[normalize-space(.)='${words}'][not(@disabled)])`);
    await button?.focus();
    await page.keyboard.press('Enter');
    const found = () => readdirSync(downloads).find((name) => !before.includes(name) && !/crdownload$/.test(name));
    await vi.waitFor(() => expect(found(), errors.join()).toBeDefined(), 60_000);
    const name = found() as string;
    await vi.waitFor(async () => expect(await text('.export-menu [role=status]')).toMatch(`${name} was made, `));
    return name;
  }
  const saved = (name: string) => readFileSync(join(downloads, name));

  test('has nothing to give before a run', async () => {
    await openMenu();
    expect(await text('.export-menu')).toContain('There is nothing yet: start a run.');
    const enabled = await page.$$eval('.export-list button:not(:disabled)', (all) => all.length);
    expect(enabled).toBe(0);
  });

  test('a paused run becomes a folder for the command line, which goes on only where the same bits come out', async () => {
    await page.click('#row');
    await page.waitForSelector('#continue');
    const name = await take('Results folder (.zip)');
    for (const [path, content] of Object.entries(unzipSync(saved(name)))) {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), content);
    }
    const folder = name.replace(/\.zip$/, '');
    const files = ['checkpoint.bin', 'features.ndjson', 'metrics.ndjson', 'report.html', 'summary.json', 'weights.npz'];
    expect(readdirSync(join(scratch, folder)).sort()).toEqual(files);
    const { summary, rows } = readResults(join(scratch, folder));
    expect(summary).toMatchObject({
      outcome: { kind: 'aborted', step: 40 },
      environment: { in: 'page', adapter: { software: true } },
    });
    expect(rows.map(({ step }) => step)).toEqual([0, 40]);
    for (const command of [
      ['report', folder],
      ['export', folder, '--out', `${folder}.csv`],
    ]) {
      expect(await flatwalk(command), command.join(' ')).toMatchObject({ code: 0 });
    }
    const { code, err } = await flatwalk(['run', '--resume', folder]);
    expect([code, err]).toEqual([2, expect.stringContaining('the place was page, and is node')]);
  });

  test('every file of a run that has ended is made, by the keyboard alone', async () => {
    await page.click('#continue');
    await vi.waitFor(async () => expect(await text('#status')).toContain('Done: step 400'), 90_000);
    table = saved(await take('Table (.csv)')).toString();
    expect(table).toMatch(/^run,step,replica,loss,[\s\S]*\ntrain,400,1,/);
    const settings = await take('Settings (.json)');
    ofPage = JSON.parse(saved(settings).toString());
    settingsFile = settings;
    const everything = await take('Everything as JSON');
    for (const name of [settings, everything]) {
      writeFileSync(join(scratch, name), saved(name));
      const { code, out } = await flatwalk(['run', name, '--print-config']);
      expect(code, name).toBe(0);
      expect(JSON.parse(out).config).toMatchObject({ noise: 2, steps: 400, replicas: 2, every: 40, generate: 'unit' });
    }
    expect(JSON.parse(saved(everything).toString())).toMatchObject({ outcome: { kind: 'finished', step: 400 } });
    expect(Object.keys(unzipSync(saved(await take('Weights (.npz)'))))).toEqual(['theta.npy']);
    expect(saved(await take('Report (.html)')).toString()).toContain(
      '<meta name="generator" content="flatwalk report">',
    );
    const figures = Object.entries(unzipSync(saved(await take('Figures (.svg, .png)'))));
    const names = figures.map(([name]) => name.replace(/^.*\//, ''));
    expect(names).toEqual(expect.arrayContaining(['loss.svg', 'loss.png']));
    for (const [name, bytes] of figures) {
      expect(new TextDecoder().decode(bytes.subarray(0, 4)), name).toMatch(name.endsWith('.svg') ? /^<svg/ : /^.PNG/);
    }
  });

  test('flatwalk run makes the same table of the settings, to the bit, though the page paused on its way', async () => {
    const { code, err } = await flatwalk(['run', settingsFile, '--plan', 'model', '--out', 'same']);
    expect(code, err).toBe(0);
    expect(await flatwalk(['export', 'same', '--out', 'same.csv'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(scratch, 'same.csv'), 'utf8')).toBe(table);
  });

  test('the command that it shows is a run of the same settings', async () => {
    const command = await text('.export-command code');
    expect(command).toMatch(/^flatwalk run --generate unit --n 3 --d 8 .*--noise 2 .*--steps 400 --replicas 2 /);
    expect(command).not.toMatch(/--pin|--metrics/);
    const { code, out } = await flatwalk([...command.split(' ').slice(1), '--print-config']);
    expect(code).toBe(0);
    const { config } = JSON.parse(out);
    for (const key of [
      'generate',
      'n',
      'd',
      'width',
      'seed',
      'noise',
      'initStd',
      'steps',
      'every',
      'replicas',
      'batch',
    ]) {
      expect(config[key], key).toEqual(ofPage[key]);
    }
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in it, %s', async (theme) => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(place: string): Promise<{ violations: { id: string }[] }> };
      };
      return (await axe.run('.export-menu')).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
  });

  test('the page has said no error', () => {
    expect(errors).toEqual([]);
  });
});
