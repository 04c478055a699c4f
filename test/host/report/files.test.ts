import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { writePng, writeSvg } from '../../../src/host/cli/pictures.ts';
import { writeReport, writeReportFile } from '../../../src/host/cli/write-report.ts';
import { reportFigures } from '../../../src/host/report/document.ts';
import { environment, made, walk } from './made.ts';

const root = mkdtempSync(join(tmpdir(), 'flatwalk-report-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
let folder: string;

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'summary.json'),
    JSON.stringify({
      schema: 2,
      command: 'run',
      config: { width: 3 },
      environment,
      outcome: { kind: 'finished', step: 200 },
    }),
  );
  const lines = walk().map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(join(folder, 'metrics.ndjson'), lines.join(''));
});

describe('report.html', () => {
  test('is written into the folder, and written anew', async () => {
    expect(await writeReport(folder)).toBe(join(folder, 'report.html'));
    const first = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(first).toContain('Singular values');
    writeFileSync(join(folder, 'report.html'), `${first}<!-- older -->`);
    await writeReport(folder);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(first);
    expect(readdirSync(folder).sort()).toEqual(['metrics.ndjson', 'report.html', 'summary.json']);
  });

  test('never takes the place of a file that flatwalk did not make', async () => {
    writeFileSync(join(folder, 'report.html'), '<p>my own notes</p>');
    await expect(writeReport(folder)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      fix: expect.stringContaining('--out'),
    });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('<p>my own notes</p>');
  });

  test('of a folder without results names it', async () => {
    await expect(writeReport(join(root, 'nowhere'))).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining('nowhere'),
    });
  });

  test('that cannot be written is said, with what to do', async () => {
    await expect(writeReportFile([folder], join(folder, 'not', 'there.html'))).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringContaining('there.html'),
      fix: 'Choose another file with --out.',
    });
    mkdirSync(join(folder, 'report.html'));
    await expect(writeReport(folder)).rejects.toMatchObject({ code: 'HOST' });
  });
});

describe('figures as files', () => {
  const figures = reportFigures([
    made({
      features: [0, 200].map((step) => ({
        run: 'train',
        step,
        samples: 2,
        width: 4,
        values: [1, -2, 3, 4, 5, 6, 7, -8],
      })),
    }),
  ]);

  test('SVG: one file each, whole documents in the theme that was asked for', () => {
    const names = writeSvg(figures, join(folder, 'svg'), 'reader');
    expect(names.map((path) => path.slice(join(folder, 'svg').length + 1)).sort()).toEqual(
      ['features.svg', 'loss.svg', 'rank.svg', 'sharpness.svg', 'singular-values.svg'].sort(),
    );
    for (const path of names)
      expect(readFileSync(path, 'utf8')).toMatch(/^<svg [\s\S]*prefers-color-scheme[\s\S]*<\/svg>\n$/);
    for (const path of writeSvg(figures, join(folder, 'svg'), 'dark'))
      expect(readFileSync(path, 'utf8')).not.toMatch(/var\(|@media/);
  });

  test('PNG: drawn with fonts of its own, in either theme', async () => {
    const [first] = figures;
    const draw = async (theme: 'light' | 'dark') =>
      readFileSync((await writePng([first], join(folder, theme), theme))[0]);
    const [light, dark] = [await draw('light'), await draw('dark')];
    for (const png of [light, dark]) {
      expect([...png.subarray(1, 4)].map((code) => String.fromCharCode(code)).join('')).toBe('PNG');
      expect(png.readUInt32BE(16)).toBe(2 * 736);
    }
    expect(light.equals(dark)).toBe(false);
    // The same figure without its words is another picture: there is a font.
    const wordless = { ...first, figure: { ...first.figure, title: '', keys: [] } };
    const [bare] = await writePng([wordless], join(folder, 'bare'), 'light');
    expect(readFileSync(bare).length).toBeLessThan(light.length - 2000);
  });

  test('a folder that cannot be made is said', () => {
    const inTheWay = join(folder, 'file');
    writeFileSync(inTheWay, '');
    expect(() => writeSvg(figures, join(inTheWay, 'svg'), 'light')).toThrow(expect.objectContaining({ code: 'HOST' }));
  });
});
