/** The report as a browser shows it: opened as a file, in both themes, at the widths of a phone and a laptop, and in print. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chrome, launchChrome, type Page } from '../../../src/host/chrome/index.ts';
import { buildReport } from '../../../src/host/report/document.ts';
import { pinned, withoutBrowser } from '../../page/pages.ts';
import { made, walk } from './made.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-report-chrome-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const claim = (id: string, holds: boolean | null, series?: object) => ({
  id,
  statement: 'Something is so',
  measured: 'it is',
  expected: 'that it is',
  holds,
  values: {},
  series,
});
const matrix = (step: number, scale: number) => ({
  run: 'train',
  step,
  samples: 2,
  width: 8,
  values: Array.from({ length: 16 }, (_, k) => scale * (k / 7.5 - 1)),
});
const decay = { time: [0, 1, 2, 3], gap: [1, 0.1, 0.01, 0.001], predictedRate: [1] };
const run = made({
  features: [matrix(0, 1), matrix(200, 0.4)],
  summary: { outcome: { kind: 'diverged', step: 200, replicas: [{ replica: 1, step: 120 }] } },
  rows: walk((row, k) => ({ ...row, disagreement: [k === 1 ? 'NaN' : 1 / (k + 1)], riemannianEigenvalue: [k - 2] })),
});
const reproduction = made({
  path: 'results/second',
  rows: walk((row) => ({ ...row, run: 'walk' })),
  summary: { command: 'reproduce', claims: [claim('1', true), claim('6', false, { one: decay }), claim('10', null)] },
});
const reports = { one: [run], reproduction: [reproduction], both: [run, reproduction] };
for (const [name, all] of Object.entries(reports)) writeFileSync(join(folder, `${name}.html`), buildReport(all));

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Texts of figures whose colour is not 4.5 times as light or dark as what is behind them. Runs in the page. */
function faintTexts(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!canvas) throw new Error('there is no canvas');
  const luminance = (colour: string) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (text: Element) => {
    const { x, y, width, height } = text.getBoundingClientRect();
    for (const element of document.elementsFromPoint(x + width / 2, y + height / 2)) {
      const style = getComputedStyle(element);
      if (element.tagName === 'rect' && style.fillOpacity === '1') return style.fill;
      if (element instanceof HTMLElement && style.backgroundColor !== 'rgba(0, 0, 0, 0)') return style.backgroundColor;
    }
    throw new Error(`nothing is behind ${text.textContent}`);
  };
  const texts = [...document.querySelectorAll('svg text')].filter((text) => text.textContent !== '');
  if (texts.length < 20) throw new Error('there are hardly any texts');
  return texts.flatMap((text) => {
    const [fill, ground] = [getComputedStyle(text).fill, behind(text)];
    const [low, high] = [luminance(fill), luminance(ground)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    return contrast < 4.5 ? [`${text.textContent}: ${fill} on ${ground}, ${contrast.toFixed(2)}`] : [];
  });
}

describe.skipIf(withoutBrowser)('a report in Chrome', () => {
  let chrome: Chrome;
  beforeAll(async () => {
    chrome = await launchChrome(pinned);
  }, 120_000);
  afterAll(() => chrome?.close());

  /** Opens one as a file and looks at it; whatever it says in the console or asks for elsewhere fails. */
  async function look<T>(
    name: string,
    width: number,
    theme: 'light' | 'dark',
    action: (page: Page) => Promise<T>,
  ): Promise<T> {
    const page = await chrome.browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on('request', (request) => {
      if (request.url() !== address) said.push(`asked for ${request.url()}`);
    });
    try {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await page.setViewport({ width, height: 900 });
      await page.goto(address);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewport({ width, height });
      const result = await action(page);
      expect(said).toEqual([]);
      return result;
    } finally {
      await page.close();
    }
  }

  const themes = ['light', 'dark'] as const;
  const all = Object.keys(reports).flatMap((name) => themes.map((theme) => ({ name, theme })));

  test.each(all)(
    '$name, $theme: axe finds nothing, and the texts of figures are legible',
    async ({ name, theme }) => {
      const found = await look(name, 1280, theme, async (page) => {
        expect(await page.evaluate(faintTexts)).toEqual([]);
        await page.evaluate(axe);
        return page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: AxeViolation[]; passes: unknown[] }> };
          };
          const { violations, passes } = await axe.run();
          return {
            passes: passes.length,
            violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`),
          };
        });
      });
      expect(found.violations).toEqual([]);
      expect(found.passes).toBeGreaterThan(15);
    },
    60_000,
  );

  test.each([360, 1280, 1920])(
    'nothing stands out at a width of %i',
    async (width) => {
      for (const name of Object.keys(reports)) {
        const wide = await look(name, width, 'light', (page) =>
          page.evaluate(() => document.documentElement.scrollWidth),
        );
        expect(wide, name).toBeLessThanOrEqual(width);
      }
    },
    60_000,
  );

  const ground = () => getComputedStyle(document.body).backgroundColor;

  test('the theme is the one of the reader, or the one that is chosen', async () => {
    const [light, dark] = await Promise.all(
      themes.map((theme) => look('one', 800, theme, (page) => page.evaluate(ground))),
    );
    expect(light).not.toBe(dark);
    const chosen = await look('one', 800, 'dark', async (page) => {
      await page.click('#theme-light');
      return page.evaluate(ground);
    });
    expect(chosen).toBe(light);
  }, 60_000);

  test('print is light, without what only a screen needs, and cuts no figure', async () => {
    await look('one', 800, 'dark', async (page) => {
      await page.click('#theme-dark');
      await page.emulateMediaType('print');
      const found = await page.evaluate(() => ({
        ground: getComputedStyle(document.body).backgroundColor,
        theme: getComputedStyle(document.querySelector('.theme') as Element).display,
        inside: [...document.querySelectorAll('figure')].map((figure) => getComputedStyle(figure).breakInside),
      }));
      expect(found).toMatchObject({ ground: 'rgb(255, 255, 255)', theme: 'none' });
      expect(new Set(found.inside)).toEqual(new Set(['avoid']));
      expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
    });
  }, 60_000);
});
