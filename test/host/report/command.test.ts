/** The command, and what run does at its end, as users meet them. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import '../../gpu.ts';
import { stackTrace, useProgram } from '../program.ts';
import { environment, walk } from './made.ts';

const { flatwalk, folder, file } = useProgram();
const at = (...path: string[]) => join(folder, ...path);

function results(name: string, outcome: object = { kind: 'finished', step: 200 }): string {
  mkdirSync(at(name));
  const summary = { schema: 2, command: 'run', config: { width: 3 }, environment, outcome };
  writeFileSync(at(name, 'summary.json'), JSON.stringify(summary));
  const rows = walk().map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(at(name, 'metrics.ndjson'), rows.join(''));
  return name;
}

describe('flatwalk report', () => {
  test('puts the report of one folder into it, that of several where it is told', async () => {
    const [one, two] = [results('one'), results('two')];
    expect(await flatwalk(['report', one])).toMatchObject({ code: 0, out: expect.stringContaining('one/report.html') });
    expect(readFileSync(at(one, 'report.html'), 'utf8')).toContain('<title>one');
    const { code } = await flatwalk(['report', one, two, '--out', 'both.html']);
    expect(code).toBe(0);
    expect(readFileSync(at('both.html'), 'utf8')).toContain('Side by side');
  }, 60_000);

  test('of a sweep puts all its cells side by side; a folder of folders that is none is told apart', async () => {
    mkdirSync(at('grid'));
    for (const cell of ['grid/seed=10', 'grid/seed=9']) results(cell);
    const { code, err } = await flatwalk(['report', 'grid']);
    expect(code).toBe(2);
    expect(err).toContain('grid holds folders with results, and is none itself\n  Give one of them, as grid/seed=9.');
    writeFileSync(at('grid/sweep.json'), '{}');
    expect((await flatwalk(['report', 'grid'])).code).toBe(0);
    const report = readFileSync(at('grid/report.html'), 'utf8');
    expect(report).toContain('Side by side');
    expect(report.indexOf('seed=9')).toBeLessThan(report.indexOf('seed=10'));
    // The report in it is made anew like any other.
    expect((await flatwalk(['report', 'grid'])).code).toBe(0);
  }, 60_000);

  test('writes figures, and with --json says which, on stdout alone', async () => {
    const name = results('pictured');
    const ended = await flatwalk(['report', name, '--svg', 'svg', '--png', 'png/deep', '--theme', 'dark', '--json']);
    expect(ended.code).toBe(0);
    const document = JSON.parse(ended.out);
    expect(document).toMatchObject({
      command: 'report',
      outcome: { kind: 'finished' },
      report: 'pictured/report.html',
    });
    const written = ['svg', 'png/deep'].flatMap((one) => readdirSync(at(one)).map((name) => `${one}/${name}`));
    expect(document.figures.toSorted()).toEqual(written.toSorted());
    expect(readdirSync(at('svg')).length).toBe(4);
  }, 60_000);

  test('draws where no package is installed: what it needs lies beside the program', async () => {
    const name = results('alone');
    cpSync(dirname(file), at('program'), { recursive: true });
    writeFileSync(at('program/package.json'), '{"type": "module"}');
    execFileSync(process.execPath, [at('program/flatwalk.js'), 'report', name, '--png', 'alone-png'], { cwd: folder });
    expect(readdirSync(at('alone-png')).length).toBe(4);
    for (const licence of ['LICENSE-DejaVu.txt', 'LICENSE-resvg.txt']) {
      expect(readFileSync(at('program/pictures', licence), 'utf8').length).toBeGreaterThan(1000);
    }
  }, 60_000);

  test('a folder that is none, a damaged one and a bad flag are told in two lines, exit 2', async () => {
    const damaged = results('damaged');
    writeFileSync(at(damaged, 'metrics.ndjson'), '{"run": \n');
    for (const args of [['nowhere'], [damaged], [damaged, '--theme', 'pink'], []]) {
      const { code, err } = await flatwalk(['report', ...args]);
      expect(code, err).toBe(2);
      expect(err).not.toMatch(stackTrace);
      expect(err.trim().split('\n').length, err).toBeLessThanOrEqual(3);
    }
    expect(existsSync(at(damaged, 'report.html'))).toBe(false);
  }, 60_000);
});

describe('flatwalk run', () => {
  writeFileSync(join(folder, 'good.csv'), 'a,b,y\n1,0,2\n0,1,-3\n');
  const run = ['run', '--data', 'good.csv', '--target', 'y', '--width', '4', '--steps', '100', '--out'];

  test('ends with its report', async () => {
    const { code, out } = await flatwalk([...run, 'walked']);
    expect(code).toBe(0);
    expect(out).toContain('Report: walked/report.html');
    const report = readFileSync(at('walked', 'report.html'), 'utf8');
    for (const part of ['Loss', 'Sharpness', 'The feature matrix', 'good.csv']) expect(report).toContain(part);
  }, 120_000);

  test('a run that diverged has a report that says so', async () => {
    const { code } = await flatwalk([...run, 'wild', '--step-size', '100', '--noise', '5']);
    expect(code).toBe(1);
    expect(readFileSync(at('wild', 'report.html'), 'utf8')).toContain('DIVERGED.');
  }, 120_000);

  test('where the report cannot be written the results stay, and exit 5 says so', async () => {
    mkdirSync(at('blocked', 'report.html.new'), { recursive: true });
    const { code, err } = await flatwalk([...run, 'blocked']);
    expect(code).toBe(5);
    expect(err).toContain('The results are in blocked, but their report could not be made');
    expect(err).toContain('Make it later: flatwalk report blocked');
    expect(err).not.toMatch(stackTrace);
    expect(JSON.parse(readFileSync(at('blocked', 'summary.json'), 'utf8'))).toMatchObject({
      outcome: { kind: 'finished' },
    });
  }, 120_000);
});
