/** The package as npm packs and installs it, without the packages that it can do without, and with them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../gpu.ts';
import { root, stackTrace, useProgram } from '../program.ts';

const { file: program, folder, flatwalk } = useProgram();
const installed = join(folder, 'installed');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const small = ['run', '--generate', 'unit', '--n', '3', '--d', '4', '--steps', '10'];

function npm(args: string[], cwd: string, timeout = 50_000): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout });
  return { status, output: stdout + stderr };
}

/** The program that npm has put there, on the adapter that is there. */
function start(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: installed,
    encoding: 'utf8',
    env: { ...process.env, FLATWALK_ADAPTER: '', FLATWALK_TUNE_FILE: join(folder, 'tuned.json') },
  });
  return { code: status, out: stdout, err: stderr };
}
const npx = (...args: string[]) => start('npx', ['--no-install', 'flatwalk', ...args]);
const direct = (...args: string[]) => start(join(installed, 'node_modules/.bin/flatwalk'), args);

beforeAll(async () => {
  const copy = join(folder, 'package');
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'])
    cpSync(join(root, name), join(copy, name));
  cpSync(dirname(program), join(copy, 'dist/cli'), { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, '--loglevel=error'], { cwd: copy });
  const [packed] = readdirSync(folder).filter((name) => /^flatwalk-.*\.tgz$/.test(name));
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{ "private": true }');
  const { status, output } = npm(['install', ...quietly, join(folder, packed)], installed);
  expect(status, output).toBe(0);
  await flatwalk([...small, '--out', join(installed, 'walked')]);
});

describe('without Dawn', () => {
  test('nothing is installed with it', () => {
    const modules = readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(modules).toEqual(['flatwalk']);
  });

  test('run says in two lines which package to add, exit 3', () => {
    const { code, out, err } = npx(...small);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^flatwalk: .*npm package webgpu.*\n {2}Add it: npm install webgpu,.*\n$/);
    expect(existsSync(join(installed, 'results'))).toBe(false);
  });

  test('adapters says so of every one, exit 3', () => {
    const { code, out } = direct('adapters', '--json');
    expect(code).toBe(3);
    const { adapters } = JSON.parse(out);
    expect(adapters.every(({ works }: { works: boolean }) => !works)).toBe(true);
    expect(JSON.stringify(adapters)).toMatch(/npm install webgpu.*npm install puppeteer/);
  });

  test('what computes nothing works', () => {
    expect(direct('--version')).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
    expect(direct('help')).toMatchObject({ code: 0, err: '' });
    expect(direct('completion', 'bash')).toMatchObject({ code: 0, out: expect.stringContaining('complete -o') });
    const exported = direct('export', 'walked');
    expect([exported.code, exported.err]).toEqual([0, '']);
    expect(exported.out).toMatch(/^run,step/);
    expect(direct('export', 'walked', '--out', 'walked.parquet')).toMatchObject({ code: 0 });
    const { code, err } = direct('report', 'walked', '--svg', 'figures', '--png', 'figures');
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(join(installed, 'figures')).filter((name) => name.endsWith('.png'))).not.toEqual([]);
  });
});

const embedded = process.platform === 'linux' && process.arch === 'x64';
if (!embedded) console.log('skipped: the installed package on the embedded software adapter, which is for Linux x64');

describe.skipIf(!embedded)('with webgpu and @sparticuz/chromium', () => {
  const added = ['webgpu', '@sparticuz/chromium'];

  beforeAll(() => {
    const versions = added.map((name) => `${name}@${manifest.devDependencies[name]}`);
    const { status, output } = npm(['install', ...quietly, ...versions], installed);
    if (status === 0) return;
    console.log(`linked from this project, as npm cannot install them: ${output.trim().split('\n')[0]}`);
    for (const name of added) {
      const link = join(installed, 'node_modules', name);
      if (existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
  });

  test('a run computes, and is reported', () => {
    const { code, out, err } = direct(...small, '--adapter', 'swiftshader', '--out', 'computed');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Finished 10 steps');
    expect(readdirSync(join(installed, 'computed'))).toEqual(expect.arrayContaining(['summary.json', 'report.html']));
    expect(out + err).not.toMatch(stackTrace);
  });

  test('adapters finds it', () => {
    expect(direct('adapters', '--in', 'node', '--adapter', 'swiftshader')).toMatchObject({ code: 0 });
  });
});
