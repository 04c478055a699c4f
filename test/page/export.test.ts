/** Files that visitors take away: made in a page, they are the command line's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaveOut } from '../../leave-out.mjs';
import { withPage } from '../../src/host/chrome/index.ts';
import { drawFigure } from '../../src/host/figures/svg.ts';
import { themes } from '../../src/host/figures/theme.ts';
import { configFile, csvFile, jsonFile } from '../../src/host/page/export/files.ts';
import { buildReport, reportFigures } from '../../src/host/report/document.ts';
import { toJson } from '../../src/host/results/json.ts';
import { stripShaders } from '../../strip-wgsl.mjs';
import { type Made, made, walk } from '../host/report/made.ts';
import { pinned, withoutBrowser } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evil = `"><script>alert('x')</script>&amp;\u0001`;
const matrix = (step: number) => ({ run: 'train', step, samples: 2, width: 3, values: [1, -2, 0.5, step, 3, 1] });
const claim = (id: string, series: object) => ({
  ...{ id, statement: evil, measured: 'm', expected: 'e', holds: true, values: {}, series },
});
const decay = { time: [0, 1, 2, 3], gap: [1, 0.1, 0.01, 0.001], predictedRate: [1] };
const folders: Made[] = [
  {
    path: 'a-run',
    summary: { config: { width: 3, samples: 2, activation: evil, noise: 1, target: evil } },
    rows: walk((row, k) => ({
      ...row,
      ...(k === 3 ? { loss: [1, 'NaN', 'Infinity', 2, 3, 4, 5, 6] } : {}),
      ...{ gap: [10 ** -k], disagreement: [k === 1 ? 'NaN' : 1 / (k + 1)], riemannianEigenvalue: [k - 2] },
    })),
    features: [matrix(0), matrix(200)],
  },
  {
    path: 'a-flow',
    summary: { command: 'flow', optimum: { sharpness: 5, isMinimum: true }, predictedRate: 2 },
    rows: walk((row, k) => ({ ...row, run: 'flow', time: k / 10, trace: [5 + 10 ** -k], gap: [10 ** -k] })),
  },
  {
    path: 'claims',
    summary: {
      command: 'reproduce',
      claims: [claim('6', { one: decay }), claim('10', { ends: { stableRank: [1, 2], distinct: [3, 4] } })],
    },
    rows: walk((row) => ({ ...row, run: 'walk' })),
  },
];
const all = folders.map(made);
const texts = folders.map(({ path = '', rows = [], features = [] }, k) => ({
  path,
  summary: toJson(all[k].summary),
  rows: rows.map((row) => toJson(row)),
  features: features.map((one) => toJson(one)),
}));

describe.skipIf(withoutBrowser)('in a page', () => {
  let files: Map<string, Uint8Array>;
  let colours: string[];
  let environment: Awaited<ReturnType<typeof environmentHere>>;
  beforeAll(async () => {
    const root = fileURLToPath(new URL('export', import.meta.url));
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      base: './',
      plugins: [stripShaders(), leaveOut()],
      build: { target: 'es2022', outDir: folder, emptyOutDir: true },
    });
    const made = await withPage(
      folder,
      'index.html',
      async (page) => {
        await page.waitForFunction(() => 'makeFiles' in globalThis);
        environment = await page.evaluate(() => environmentHere());
        const made = await page.evaluate((folders) => makeFiles(folders), texts);
        const [, picture] = made.find(([name]) => name === 'a-run-loss.png') ?? [];
        colours = await page.evaluate((png) => coloursOf(png), picture as string);
        return made;
      },
      pinned,
    );
    files = new Map(made.map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]));
  }, 120_000);

  const text = (name: string) => strFromU8(files.get(name) ?? strToU8(`there is no ${name}`));

  test('CSV, JSON and settings are the same bytes as here', () => {
    for (const make of [csvFile, jsonFile, configFile]) {
      for (const { name, bytes } of all.map(make)) expect(text(name), name).toBe(strFromU8(bytes));
    }
  });

  test('a report is the same text as here, of one run and of several', () => {
    for (const one of all) {
      expect(firstDifference(text(`${one.path}-report.html`), buildReport([one])), one.path).toBeNull();
    }
    expect(firstDifference(text('report.html'), buildReport(all))).toBeNull();
  });

  test('every figure is the same SVG document as here, and a PNG file of twice its size', () => {
    const figures = reportFigures(all);
    expect(figures.length).toBeGreaterThan(12);
    for (const { name, figure } of figures) {
      const svg = text(`${name}.svg`);
      expect(firstDifference(svg, drawFigure(figure)), name).toBeNull();
      const { width, height } = sizeOf(svg);
      expect(pngSize(files.get(`${name}.png`))).toEqual({ width: 2 * width, height: 2 * height });
    }
    const made = [...files.keys()].filter((name) => name.endsWith('.svg'));
    expect(made).toEqual(figures.map(({ name }) => `${name}.svg`));
  });

  test('a picture has the colours of its theme', () => {
    const { page, title, measured } = themes.dark;
    expect(colours).toEqual(expect.arrayContaining([page, title, measured]));
    expect(colours).not.toContain(themes.light.measured);
  });

  test('a zip file holds the folder', () => {
    const entries = unzipSync(files.get('a-run.zip') as Uint8Array);
    const names = ['summary.json', 'metrics.ndjson', 'features.ndjson', 'report.html'];
    expect(Object.keys(entries)).toEqual(names.map((name) => `a-run/${name}`));
    expect(strFromU8(entries['a-run/report.html'])).toBe(text('a-run-report.html'));
    expect(JSON.parse(strFromU8(entries['a-run/summary.json']))).toEqual(JSON.parse(texts[0].summary));
  });

  test('the page says what computed', () => {
    expect(environment).toMatchObject({
      in: 'page',
      flatwalk: expect.stringMatching(/^\d+\.\d+\.\d+/),
      kernels: 'abc',
    });
    expect(environment.browser).toMatch(/Chrom\w*\/\d+\.\d+\.\d+\.\d+$/);
    expect(environment.system).toMatch(/^Linux/);
  });
});

/** Where two long texts part, with what they say there; null if they are the same. */
function firstDifference(one: string, other: string) {
  if (one === other) return null;
  let at = 0;
  while (one[at] === other[at]) at++;
  return [one, other].map((text) => text.slice(Math.max(0, at - 60), at + 60));
}

/** Of an SVG document. */
function sizeOf(svg: string) {
  const [width, height] = ['width', 'height'].map((name) =>
    Number(new RegExp(`^<svg [^>]* ${name}="(\\d+)"`).exec(svg)?.[1]),
  );
  return { width, height };
}

/** As its header says. */
function pngSize(bytes: Uint8Array | undefined) {
  const view = new DataView((bytes ?? new Uint8Array(24)).buffer);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
