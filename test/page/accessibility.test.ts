/** Every tab in both themes, on a phone and on a desk: WCAG 2.2 AA as axe sees it, no error, and something to see. */
import axe, { type AxeResults } from 'axe-core';
import { describe, expect, test, vi } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { panel, ready, statusIs, useVisits } from './visits.ts';

const folder = usePages();
vi.setConfig({ testTimeout: 180_000 });

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What is wrong, with the place of each fault. */
async function faults(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`)) as AxeResults;
  expect(found.passes.length).toBeGreaterThan(10);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

describe.skipIf(withoutBrowser)('every tab', () => {
  const { visit } = useVisits(folder);

  test.each([
    ['light', 360],
    ['light', 1280],
    ['dark', 360],
    ['dark', 1280],
  ] as const)('%s, %i pixels wide', (theme, width) =>
    visit(
      '?steps=20&replicas=2',
      async (page) => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        await page.evaluate(axe.source);
        await ready(page);
        // With numbers in its tables and plots.
        await page.click('#start');
        await statusIs(page, 'Done: step 20');
        const found: string[] = [];
        for (const id of await page.$$eval('[role="tab"]', (all) => all.map((one) => one.id))) {
          await page.click(`#${id}`);
          await page.waitForFunction(() => !/^Loading/.test(document.getElementById('panel')?.textContent ?? ''));
          for (const fault of await faults(page)) found.push(`${id}: ${fault}`);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (wider > 0) found.push(`${id} is ${wider} pixels wider than its window`);
          const { length } = await page.screenshot();
          // An even surface is far less than that.
          if (length < 5000) found.push(`${id} shows nothing: ${length} bytes`);
        }
        expect(found).toEqual([]);
      },
      { width },
    ),
  );

  test('an error panel', () =>
    visit(
      '',
      async (page) => {
        await panel(page);
        await page.evaluate(axe.source);
        expect(await faults(page)).toEqual([]);
      },
      { before: (page) => page.evaluateOnNewDocument('delete Navigator.prototype.gpu') },
    ));
});
