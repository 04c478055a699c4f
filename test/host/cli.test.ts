import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import '../gpu.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = new URL('../../dist/cli/flatwalk.js', import.meta.url).pathname;
const root = new URL('../..', import.meta.url).pathname;

beforeAll(
  () =>
    new Promise<void>((done, fail) => {
      // The program as users run it: built from the sources as they are now.
      execFile(process.execPath, ['build.mjs', 'cli'], { cwd: root }, (error) => (error ? fail(error) : done()));
    }),
);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function flatwalk(args: string[], interruptAfter?: RegExp): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [program, ...args], { cwd: folder }, (_, out, err) =>
      done({ code: child.exitCode, out, err }),
    );
    if (interruptAfter) {
      let seen = '';
      const look = (text: string) => {
        seen += text;
        // A second one would end it at once.
        if (interruptAfter.test(seen) && !child.killed) child.kill('SIGINT');
      };
      child.stdout?.on('data', look);
    }
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const good = file('good.csv', 'a,b,y\n1,0,2\n0,1,-3\n0.6,0.8,2.5\n');

describe('usage', () => {
  test('help teaches with an example, version is the package’s', async () => {
    const help = await flatwalk(['run', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('Example: flatwalk run');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect((await flatwalk(['--version'])).out.trim()).toBe(version);
  });

  test('a wrong flag is met with the right one, exit 2', async () => {
    const { code, err } = await flatwalk(['run', '--data', good, '--target', 'y', '--widht', '3']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean --width?');
  });

  test('an adapter that is not there is exit 3 or works, never another adapter', async () => {
    const { code, err, out } = await flatwalk([
      'run',
      '--data',
      good,
      '--target',
      'y',
      '--steps',
      '1',
      '--width',
      '1',
      '--adapter',
      'lavapipe',
      '--out',
      'adapter',
    ]);
    if (code === 0) expect(out).toMatch(/Adapter: .*llvmpipe/);
    else {
      expect(code).toBe(3);
      expect(err).toContain('lavapipe');
    }
  });
});

describe('bad data is refused with its place, and leaves no folder', () => {
  const cases: [name: string, text: string, message: RegExp][] = [
    ['empty cell', 'x,y\n1,\n3,4\n', /line 2, column 'y': the cell is empty/],
    ['spaces', 'x,y\n1,2\n3,   \n', /line 3, column 'y': the cell is empty/],
    ['NA', 'x,y\nNA,1\n', /line 2, column 'x': 'NA' is not a number/],
    ['NaN', 'x,y\n1,NaN\n', /line 2, column 'y': 'NaN' is not a number/],
    ['infinity', 'x,y\n1,Infinity\n', /'Infinity' is not a number/],
    ['semicolons', 'x;y\n1,5;2\n', /there is no column 'y'/],
    [
      'comma in a number',
      'x,y\n"1,5",2\n',
      /line 2, column 'x': '1,5' is not a number\n {2}Write decimals with a point/,
    ],
    ['too large for f32', 'x,y\n1e39,2\n', /1e\+39 .* outside the range of f32/],
    ['unequal rows', 'x,y\n1,2\n3\n', /line 3 has 1 cells, the header has 2/],
    ['only a header', 'x,y\n', /there are no rows/],
    ['empty file', '', /it is empty/],
    ['header twice', 'y,y\n1,2\n', /two columns are called 'y'/],
    ['no input', 'y\n1\n', /there is no input column/],
  ];
  for (const [name, text, message] of cases) {
    test(name, async () => {
      const data = file(`${name.replaceAll(' ', '-')}.csv`, text);
      const { code, err, out } = await flatwalk(['run', '--data', data, '--target', 'y', '--out', 'refused']);
      expect(code).toBe(2);
      expect(err).toMatch(message);
      expect(err + out).not.toMatch(/^\s+at /m);
      expect(existsSync(join(folder, 'refused'))).toBe(false);
    });
  }

  test('a metric that does not exist', async () => {
    const { code, err } = await flatwalk([
      'run',
      '--data',
      good,
      '--target',
      'y',
      '--metrics',
      'los',
      '--out',
      'refused',
    ]);
    expect(code).toBe(2);
    expect(err).toContain("There is no metric 'los'");
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});

describe('run', () => {
  const rowsOf = (name: string) =>
    readFileSync(join(folder, name, 'metrics.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('a byte-order mark and CRLF change nothing', async () => {
    const args = ['--target', 'y', '--steps', '20', '--every', '10', '--width', '3', '--seed', '4'];
    const text = readFileSync(join(folder, good), 'utf8');
    file('bom.csv', `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect((await flatwalk(['run', '--data', good, ...args, '--out', 'plain'])).code).toBe(0);
    expect((await flatwalk(['run', '--data', 'bom.csv', ...args, '--out', 'bom'])).code).toBe(0);
    expect(rowsOf('bom')).toEqual(rowsOf('plain'));
    expect(rowsOf('plain').map((row) => row.step)).toEqual([0, 10, 20]);
  });

  test('with --json, stdout is one document and nothing else', async () => {
    const { code, out, err } = await flatwalk([
      'run',
      '--data',
      good,
      '--target',
      'y',
      '--steps',
      '5',
      '--json',
      '--out',
      'json',
    ]);
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ schema: 1, command: 'run', outcome: { kind: 'finished', step: 5 } });
    expect(document.environment.adapter.name).not.toBe('');
    expect(document.plan.reason).not.toBe('');
    expect(document).toEqual(JSON.parse(readFileSync(join(folder, 'json', 'summary.json'), 'utf8')));
    expect(err).toContain('Adapter:');
  });

  test('a diverging run says so, exits 1, and its files stay JSON', async () => {
    const { code, out } = await flatwalk([
      'run',
      '--data',
      good,
      '--target',
      'y',
      '--step-size',
      '1e3',
      '--steps',
      '100',
      '--out',
      'diverged',
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/DIVERGED at step \d+/);
    expect(out).not.toMatch(/Infinity|NaN/);
    const { outcome } = JSON.parse(readFileSync(join(folder, 'diverged', 'summary.json'), 'utf8'));
    expect(outcome.kind).toBe('diverged');
    expect(rowsOf('diverged').at(-1).diverged).toEqual(outcome.replicas);
  });

  test('results are never written over', async () => {
    const args = ['run', '--data', good, '--target', 'y', '--steps', '1', '--out', 'once'];
    expect((await flatwalk(args)).code).toBe(0);
    const again = await flatwalk(args);
    expect(again.code).toBe(2);
    expect(again.err).toContain('once already holds results');
  });

  test('Ctrl-C keeps what was computed, exit 130', async () => {
    const args = [
      'run',
      '--data',
      good,
      '--target',
      'y',
      '--steps',
      '4000000000',
      '--every',
      '1000',
      '--out',
      'stopped',
    ];
    const { code } = await flatwalk(args, /Plan:/);
    expect(code).toBe(130);
    const { outcome } = JSON.parse(readFileSync(join(folder, 'stopped', 'summary.json'), 'utf8'));
    expect(outcome.kind).toBe('aborted');
    expect(rowsOf('stopped').at(-1).step).toBe(outcome.step);
  });
});
