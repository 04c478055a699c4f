import { describe, expect, test, vi } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { readouts, ready, statusIs, text, useVisits } from './visits.ts';

const folder = usePages();
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutBrowser)('the experiment', () => {
  const { visit } = useVisits(folder);
  const type = async (page: Page, name: string, value: string) => {
    const field = await page.waitForSelector(`[name="${name}"]`);
    await field?.click({ count: 3 });
    await page.keyboard.type(value);
    await page.keyboard.press('Tab');
  };

  const small = '?steps=40&replicas=3&every=10';

  test('runs to its end, and shows rows, ranks and the feature matrix', () =>
    visit(small, async (page) => {
      await ready(page);
      await page.click('#start');
      await statusIs(page, 'Done: step 40 of 40');
      await vi.waitFor(async () => expect((await readouts(page))[0]).toContain('step 40'));
      const told = await readouts(page);
      expect(told.find((one) => one.startsWith('loss'))).toMatch(
        /^loss: [\d.e-]+ \([\d.e-]+ to [\d.e-]+\) at step 40$/,
      );
      expect(told.some((one) => one.startsWith('stable rank: '))).toBe(true);
      const label = await page.$eval('canvas.heat-map', (canvas) => canvas.getAttribute('aria-label'));
      expect(label).toMatch(/^Feature matrix of 8 neurons and 3 data points at step 40: /);
      expect(await text(page, '#advice')).toMatch(/Step size η = 0\.0\d+; stable at the start below/);
      expect(await page.$eval('.run-bar progress', (bar) => (bar as HTMLProgressElement).value)).toBe(40);
    }));

  test('paused, stepped and continued, it ends with the numbers of a run in one piece', async () => {
    let whole: string[] = [];
    await visit(small, async (page) => {
      await ready(page);
      await page.click('#start');
      await statusIs(page, 'Done');
      await vi.waitFor(async () => expect((await readouts(page)).every((one) => one.includes('step 40'))).toBe(true));
      whole = await readouts(page);
    });
    await visit(small, async (page) => {
      await ready(page);
      await page.click('#step');
      await statusIs(page, 'Paused at step 1 of 40');
      await page.click('#row');
      await statusIs(page, 'Paused at step 10 of 40');
      await page.click('#step');
      await statusIs(page, 'Paused at step 11 of 40');
      await page.click('#continue');
      await statusIs(page, 'Done: step 40 of 40');
      await vi.waitFor(async () => expect((await readouts(page)).every((one) => one.includes('step 40'))).toBe(true));
      expect(await readouts(page)).toEqual(whole);
    });
  });

  test('a pause is heeded, keeps what there is, and a reset takes it away', () =>
    visit('?steps=10000000&every=1000&replicas=2', async (page) => {
      await ready(page);
      await page.click('#start');
      await vi.waitFor(async () => expect(await text(page, '#status')).toMatch(/Running: step [1-9]/), 90_000);
      await page.click('#pause');
      await statusIs(page, 'Paused at step');
      await vi.waitFor(async () => expect((await readouts(page))[0]).toMatch(/^loss: .* at step [\d,]+$/));
      await page.click('#reset');
      await statusIs(page, 'Ready.');
      await page.waitForSelector('#start');
    }));

  test('a value that makes no sense is refused in its field, and the address follows what is taken', () =>
    visit('', async (page) => {
      await ready(page);
      await type(page, 'width', '-3');
      await page.waitForSelector('.complaint');
      expect(await text(page, '.complaint')).toContain('a whole number, 1 or more');
      expect(new URL(page.url()).search).toBe('');
      await type(page, 'width', '5');
      await vi.waitFor(() => expect(new URL(page.url()).search).toBe('?width=5'));
      expect(await page.$('.complaint')).toBeNull();
      await page.select('[name="preset"]', 'tanh');
      await vi.waitFor(() => expect(new URL(page.url()).search).toBe('?preset=tanh'));
      await vi.waitFor(
        async () => expect(await text(page, '#advice')).toContain('The theorem is for activations with'),
        60_000,
      );
    }));

  test('settings changed after a run begin another', () =>
    visit(small, async (page) => {
      await ready(page);
      await page.click('#step');
      await statusIs(page, 'Paused at step 1');
      await page.waitForSelector('#continue');
      await type(page, 'seed', '9');
      await page.waitForSelector('#start');
      await page.click('#start');
      await statusIs(page, 'Done: step 40 of 40');
    }));

  test('why theory draws no curve is said in sentences', () =>
    visit('?steps=10&replicas=2&stepSize=0', async (page) => {
      await ready(page);
      await page.click('#start');
      await vi.waitFor(
        async () =>
          expect(await text(page, '#plots-title + .hint')).toMatch(/no curve here\. .*leads nowhere\. Set it/),
        60_000,
      );
    }));

  test('clicks that come too fast are one wish each: a run is begun, stepped and continued once', () =>
    visit('?steps=10000000&every=1000&replicas=2', async (page) => {
      const clicks = (...names: string[]) =>
        page.evaluate((all) => {
          for (const name of all) document.querySelector<HTMLButtonElement>(`#${name}`)?.click();
        }, names);
      await ready(page);
      // The second click of a double click meets the button that has taken the first one's place.
      await page.click('#start', { count: 2 });
      await statusIs(page, /Running: step [1-9]/);
      await clicks('pause', 'pause');
      await statusIs(page, 'Paused at step');
      const step = Number(/step ([\d,]+) of/.exec(await text(page, '#status'))?.[1].replaceAll(',', ''));
      await clicks('step', 'step', 'row');
      await statusIs(page, `Paused at step ${(step + 1).toLocaleString('en')} of`);
      await clicks('continue', 'continue', 'reset');
      await clicks('start', 'start');
      await statusIs(page, /Running: step [1-9]/);
      expect(await page.$('.trouble')).toBeNull();
      await clicks('pause');
      await statusIs(page, 'Paused at step');
    }));

  test('a setting that is changed and changed back is no other; one that stays changed is for the next run', () =>
    visit(small, async (page) => {
      await ready(page);
      await page.click('#step');
      await statusIs(page, 'Paused at step 1');
      await page.waitForSelector('#continue');
      await type(page, 'seed', '9');
      await page.waitForSelector('#start');
      await type(page, 'seed', '1');
      await page.waitForSelector('#continue');
      await page.click('#row');
      await statusIs(page, 'Paused at step 10');
      await type(page, 'seed', '9');
      await page.waitForSelector('#start');
      await page.click('#step');
      await statusIs(page, 'Paused at step 1 of');
    }));

  test('a step size beyond stability is told before the run, and a run that diverges says so', () =>
    visit('?preset=quiet&stepSize=5&steps=50&replicas=2', async (page) => {
      await ready(page);
      await vi.waitFor(async () => expect(await text(page, '#advice')).toContain('not stable'), 60_000);
      await page.click('#start');
      await statusIs(page, 'Diverged: 2 of 2 networks');
    }));
});
