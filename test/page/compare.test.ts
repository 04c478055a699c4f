/** The tab Compare: variants laid over each other, and the phase diagram. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { loseNextDevice, text, useVisits } from './visits.ts';

const folder = usePages();
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 120_000 });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(withoutBrowser)('the tab Compare', () => {
  const visits = useVisits(folder);
  const visit = (query: string, action: (page: Page) => Promise<void>, width?: number) =>
    visits.visit(`?tab=compare&${query}`, action, { width });

  const says = (page: Page, selector: string, part: string) =>
    vi.waitFor(async () => expect(await text(page, selector)).toContain(part), 90_000);
  const click = async (page: Page, selector: string) => {
    await page.waitForSelector(`${selector}:not(:disabled)`, { timeout: 60_000 });
    await page.click(selector);
  };
  const query = (page: Page) => new URLSearchParams(new URL(page.url()).search);

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    });
  }

  /** The cells of the table of final values, row by row. */
  const table = (page: Page) =>
    page.$$eval('#overlay tbody tr', (rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
  const small = 'steps=40&replicas=3&every=10';

  test('runs with and without noise are two lines, and a row each with the last value of its line', () =>
    visit(`${small}&vary=noise%3D0,2`, async (page) => {
      await click(page, '#overlay-start');
      await says(page, '#overlay-status', 'All 2 runs have ended.');
      const rows = await table(page);
      expect(rows.map(([name, state]) => [name, state])).toEqual([
        ['noise = 0', 'Done: step 40'],
        ['noise = 2', 'Done: step 40'],
      ]);
      const loss = await vi.waitFor(async () => {
        const told = await page.$$eval('#overlay .plot-figure', (figures) =>
          [...figures[0].querySelectorAll('li')].map((line) => line.textContent ?? ''),
        );
        for (const one of told) expect(one).toContain('step 40');
        return told.map((one) => Number(/: ([\d.e-]+) \(/.exec(one)?.[1]));
      });
      expect(loss).toHaveLength(2);
      const medians = await page.$$eval('#overlay tbody tr', (all) =>
        all.map((row) => row.querySelector('.run-median')?.textContent ?? ''),
      );
      for (const [k, value] of loss.entries())
        expect(Number(medians[k])).toBeCloseTo(value, 3 - Math.ceil(Math.log10(value)));
      // Noise from the second step on is all that tells them apart.
      expect(loss[1]).not.toBe(loss[0]);
      expect(rows[1][2]).toMatch(/[+−]/);
      const dashed = await page.$$eval('#overlay tbody .swatch', (all) => all.map((one) => one.className));
      expect(dashed).toEqual(['swatch', 'swatch dashed']);
      expect(query(page).get('vary')).toBe('noise=0,2');
    }));

  test('a run that diverges is told in its row, the next one goes on, and is opened as the experiment', () =>
    visit(`${small}&stepSize=0.01`, async (page) => {
      await page.waitForSelector('[name="vary-values"]');
      await page.select('[name="vary-key"]', 'stepSize');
      const field = await page.$('[name="vary-values"]');
      await field?.click({ count: 3 });
      await page.keyboard.type('1000, 0.01');
      await page.keyboard.press('Tab');
      await vi.waitFor(() => expect(query(page).get('vary')).toBe('stepSize=1000,0.01'));
      await click(page, '#overlay-start');
      await says(page, '#overlay-status', 'All 2 runs have ended.');
      const rows = await table(page);
      expect(rows[0][1]).toContain('Diverged: 3 of 3');
      expect(rows[1][1]).toBe('Done: step 40');
      await page.click('[aria-label="Open stepSize = 0.01 in Experiment"]');
      await page.waitForSelector('#start');
      expect(query(page).get('stepSize')).toBe('0.01');
      expect(query(page).get('tab')).toBe('experiment');
    }));

  test('settings that make no run are told in their row, and keep no other run from its end', () =>
    visit(`${small}&secondLayer=1,1,1&vary=width%3D4,3`, async (page) => {
      await click(page, '#overlay-start');
      await says(page, '#overlay-status', 'All 2 runs have ended.');
      const rows = await table(page);
      expect(rows[0][1]).toMatch(/(Refused|Failed).*4/);
      expect(rows[0].slice(2, -1).every((cell) => cell === '–')).toBe(true);
      expect(rows[1][1]).toBe('Done: step 40');
    }));

  const grid = 'steps=60&replicas=2&grid=stepSize%3A0.0001..1%3A3,noise%3A0.5..2%3A3';

  test('a phase diagram has a cell for each pair, which the pointer and the keyboard open', () =>
    visit(grid, async (page) => {
      await click(page, '#grid-start');
      await says(page, '#grid-status', 'Done: 9 cells');
      const cells = await page.$$eval('[role="gridcell"]', (all) =>
        all.map((cell) => ({
          words: cell.getAttribute('aria-label'),
          kind: cell.className,
          tab: (cell as HTMLElement).tabIndex,
        })),
      );
      expect(cells).toHaveLength(9);
      // From above: the largest noise first.
      expect(cells[0].words).toMatch(/^Step size η 0\.0001, label noise σ 2: stable rank [\d.]+ at step 60$/);
      expect(cells[2].words).toMatch(/^Step size η 1, label noise σ 2: diverged at step \d+/);
      expect(cells.map(({ kind }) => kind)).toEqual(Array(3).fill(['heat-cell', 'heat-cell', 'diverged']).flat());
      expect(cells.filter(({ tab }) => tab === 0)).toHaveLength(1);
      expect(await text(page, '.heat-legend')).toContain('diverged: 3 of 9 cells');
      await page.click('[data-cell="4"]');
      await says(page, '#cell-title', 'Step size η 0.01, label noise σ 1');
      expect(await page.$$eval('#cell-panel .plot-figure', (all) => all.length)).toBe(4);
      await page.focus('[data-cell="4"]');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowLeft');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-cell'))).toBe('6');
      await page.keyboard.press('Enter');
      await says(page, '#cell-title', 'Step size η 0.0001, label noise σ 2');
      const told = await text(page, '#cell-panel');
      expect(told).toContain('number 6 of 9');
      expect(await violations(page)).toEqual([]);
      await page.click('#cell-experiment');
      await page.waitForSelector('#start');
      const own = query(page);
      expect([own.get('stepSize'), own.get('replicas'), own.get('tab')]).toEqual(['0.0001', '1', 'experiment']);
    }));

  test('a device lost while cells are trained: one click goes on to the same numbers', () =>
    visit(grid, async (page) => {
      const words = () => page.$$eval('[role="gridcell"]', (all) => all.map((cell) => cell.getAttribute('aria-label')));
      await click(page, '#grid-start');
      await says(page, '#grid-status', 'Done: 9 cells');
      const whole = await words();
      await loseNextDevice(page);
      await click(page, '#grid-start');
      await says(page, '#grid-status', 'The GPU device was lost');
      await click(page, '#grid-continue');
      await says(page, '#grid-status', 'Done: 9 cells');
      expect(await words()).toEqual(whole);
    }));

  test('the address keeps the grid, and another colour', () =>
    visit(`${grid}&colour=loss`, async (page) => {
      await page.waitForSelector('#grid-start:not(:disabled)', { timeout: 60_000 });
      const count = await page.$$eval('.axis-numbers input', (all) =>
        all.map((one) => (one as HTMLInputElement).value),
      );
      expect(count).toEqual(['0.0001', '1', '3', '0.5', '2', '3']);
      const [, high] = await page.$$('.axis-numbers input');
      await high.click({ count: 3 });
      await page.keyboard.type('0.5');
      await page.keyboard.press('Tab');
      await vi.waitFor(() => expect(query(page).get('grid')).toBe('stepSize:0.0001..0.5:3,noise:0.5..2:3'));
      await high.click({ count: 3 });
      await page.keyboard.type('-1');
      await page.keyboard.press('Tab');
      await says(page, '#grid-complaint', 'there is no range from 0.0001 to -1');
      expect(query(page).get('grid')).toBe('stepSize:0.0001..0.5:3,noise:0.5..2:3');
    }));

  test('an address full of mischief is quoted, and nothing else', () =>
    visit(
      'vary=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&grid=__proto__%3A1..2%3A3,noise%3A1..2%3A1e9&colour=constructor',
      async (page) => {
        await says(page, '#address-notes', 'vary=“<img src=x onerror=alert(1)>”');
        expect(await text(page, '#address-notes')).toContain("'__proto__' cannot be an axis");
        expect(await page.$$('#address-notes img')).toHaveLength(0);
        expect(await text(page, '#address-notes')).toContain('colour=“constructor”; it was left out');
        expect(query(page).get('vary')).toBeNull();
        expect(query(page).get('colour')).toBeNull();
        await page.waitForSelector('#overlay-start');
      },
    ));

  test('nothing stands out on a phone', () =>
    visit(
      grid,
      async (page) => {
        await click(page, '#grid-start');
        await says(page, '#grid-status', 'Done: 9 cells');
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      },
      360,
    ));
});
