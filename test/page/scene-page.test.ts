/** The 3-D view in the built page: a run is seen, turned, zoomed and switched, and told in words where it cannot be. */
import { describe, expect, test, vi } from 'vitest';
import { launchChrome, type Page } from '../../src/host/chrome/index.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';
import { ready, text, useVisits, type VisitOptions } from './visits.ts';

const folder = usePages();
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutBrowser)('the 3-D view', () => {
  const visits = useVisits(folder);
  const visit = (query: string, action: (page: Page) => Promise<void>, options?: VisitOptions) =>
    visits.visit(
      query,
      async (page) => {
        await ready(page);
        await action(page);
      },
      options,
    );

  const label = (page: Page) => page.$eval('.scene canvas', (canvas) => canvas.getAttribute('aria-label') ?? '');
  const done = (page: Page) => vi.waitFor(async () => expect(await text(page, '#status')).toContain('Done'), 90_000);
  /** Where the words over the picture are. */
  const places = (page: Page) =>
    page.$$eval('.scene-labels > span', (all) =>
      all.map((one) => `${one.textContent} ${one.style.left} ${one.style.top}`),
    );
  const moves = async (page: Page, action: () => Promise<unknown>) => {
    const before = await places(page);
    await action();
    await vi.waitFor(async () => expect(await places(page)).not.toEqual(before), 20_000);
  };

  type Colour = readonly [number, number, number];

  /** The share of the canvas, as it is shown, whose colour lies between two. */
  async function share(page: Page, low: Colour, high: Colour): Promise<number> {
    const canvas = (await page.$('.scene canvas'))!;
    const shot = await canvas.screenshot({ encoding: 'base64' });
    return page.evaluate(
      async (base64, from, to) => {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
        context.drawImage(picture, 0, 0);
        const { data } = context.getImageData(0, 0, picture.width, picture.height);
        let found = 0;
        for (let at = 0; at < data.length; at += 4) {
          if ([0, 1, 2].every((k) => data[at + k] >= from[k] && data[at + k] <= to[k])) found++;
        }
        return found / (data.length / 4);
      },
      shot,
      low,
      high,
    );
  }
  /** The blue-green middle of the scale, which nothing else on the canvas has. */
  const middle: [Colour, Colour] = [
    [20, 80, 90],
    [60, 150, 150],
  ];

  test('shows the bowl, turns by keys, hand and buttons, and goes over to the neurons', () =>
    visit('?preset=bowl&steps=300&every=100&replicas=6', async (page) => {
      expect(await text(page, '.scene-instead')).toBe('Start a run to see its networks here.');
      await page.click('#start');
      await done(page);
      await vi.waitFor(
        async () => expect(await label(page)).toMatch(/the bowl of the sharpness F .* 6 networks/),
        20_000,
      );
      expect(await text(page, '.scene-labels')).toContain('the flattest solution');
      expect(await text(page, '.scene-scale')).toMatch(/^F = [\d.]+/);
      await vi.waitFor(async () => expect(await share(page, ...middle)).toBeGreaterThan(0.03), 20_000);

      await page.focus('.scene canvas');
      await moves(page, () => page.keyboard.press('ArrowLeft'));
      await moves(page, () => page.keyboard.press('+'));
      await moves(page, () => page.click('[aria-label="Turn right"]'));
      const box = (await (await page.$('.scene canvas'))!.boundingBox())!;
      await moves(page, async () => {
        await page.mouse.move(box.x + 100, box.y + 100);
        await page.mouse.down();
        await page.mouse.move(box.x + 160, box.y + 120, { steps: 3 });
        await page.mouse.up();
      });

      await page.evaluate(() =>
        [...document.querySelectorAll('button')].find((b) => b.textContent === 'Neurons')!.click(),
      );
      await vi.waitFor(
        async () => expect(await label(page)).toMatch(/2 neurons of network 1, .* data points 1, 2/),
        20_000,
      );
      await vi.waitFor(async () => expect(await share(page, ...middle)).toBeLessThan(0.003), 20_000);
    }));

  test('says why a manifold cannot be drawn, follows the theme, and stays through a second run', () =>
    visit('?steps=20&every=10&replicas=2', async (page) => {
      await page.click('#start');
      await done(page);
      await vi.waitFor(async () => expect(await label(page)).toMatch(/8 neurons of network 1/), 20_000);
      await vi.waitFor(
        async () => expect(await share(page, [250, 250, 250], [255, 255, 255])).toBeGreaterThan(0.7),
        20_000,
      );
      await page.select('.theme select', 'dark');
      await vi.waitFor(async () => expect(await share(page, [10, 10, 10], [40, 40, 60])).toBeGreaterThan(0.7), 20_000);
      await page.evaluate(() =>
        [...document.querySelectorAll('button')].find((b) => b.textContent === 'Zero-loss manifold')!.click(),
      );
      await vi.waitFor(
        async () => expect(await text(page, '.scene-instead')).toMatch(/has 3 x 7 = 21 dimensions/),
        20_000,
      );
      await page.evaluate(() =>
        [...document.querySelectorAll('button')].find((b) => b.textContent === 'Neurons')!.click(),
      );
      await page.click('#start');
      await done(page);
      await vi.waitFor(async () => expect(await label(page)).toMatch(/8 neurons of network 1/), 20_000);
    }));

  test('a browser that cannot draw in a worker is told so, and the run goes without', () =>
    visit(
      '?steps=20&every=10&replicas=2',
      async (page) => {
        expect(await text(page, '#scene-missing')).toContain('OffscreenCanvas is missing');
        await page.click('#start');
        await done(page);
      },
      {
        before: (page) =>
          page.evaluateOnNewDocument(() =>
            Reflect.deleteProperty(HTMLCanvasElement.prototype, 'transferControlToOffscreen'),
          ),
      },
    ));

  test('where the first picture costs the device, there are no more of them, and the run goes on', async () => {
    const fragile = await launchChrome({ ...pinned, show: false });
    try {
      const action = async (page: Page) => {
        await page.click('#start');
        await vi.waitFor(
          async () => expect(await text(page, '.scene-instead')).toContain('was lost when the first picture'),
          60_000,
        );
        // The browser needs a moment to have a device again. Nothing is drawn from now on, so nothing more is lost.
        const again = async () => {
          const status = await text(page, '#status');
          if (!/Running|Done/.test(status)) {
            await (await page.$('#start:not(:disabled), #continue:not(:disabled)'))?.click();
          }
          expect(
            `${status} ${await page.$$eval('.notice.error', (all) => all.map((one) => one.textContent).join())}`,
          ).toContain('Done');
        };
        await vi.waitFor(again, { timeout: 60_000, interval: 1000 });
        expect(await text(page, '.scene-instead')).toContain('was lost when the first picture');
      };
      await visit('?steps=40&every=10&replicas=2', action, { browser: fragile.browser });
    } finally {
      await fragile.close();
    }
  });
});
