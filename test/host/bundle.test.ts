/** The bundle for a bare GPU machine, made and used with neither network nor home folder nor npm's cache. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const possible = process.platform === 'linux' && process.arch === 'x64';
if (!possible) console.log('skipped: the bundle is made and used on Linux x64');

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flatwalk-bundle-'));
const bundle = join(folder, 'bundle');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A namespace without network, where the system allows one to make it. */
function isolation(): string[] {
  try {
    execFileSync('unshare', ['-rn', 'true'], { stdio: 'ignore' });
    return ['unshare', '-rn'];
  } catch {
    console.log('the network is not hidden: this system lets nobody make a namespace (unshare -rn)');
    return [];
  }
}

function run(...args: string[]): string {
  const clean = ['env', '-i', `PATH=${process.env.PATH}`, 'HOME=/nonexistent', `TMPDIR=${folder}`, './run.sh'];
  const [program, ...words] = [...isolation(), ...clean, ...args];
  return execFileSync(program, words, { cwd: bundle, encoding: 'utf8', timeout: 240_000, stdio: 'pipe' });
}

describe.skipIf(!possible)('the bundle', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['bundle/make.mjs', `--out=${bundle}`], { cwd: root, stdio: 'pipe' });
  }, 240_000);

  test('carries the licence of all that it ships', () => {
    const licences = readdirSync(join(bundle, 'licences'));
    for (const name of ['flatwalk', 'node', 'webgpu', 'swiftshader', 'vulkan-loader', 'commander', 'tar', 'minipass']) {
      expect(licences).toContain(`${name}.txt`);
    }
    for (const name of licences)
      expect(readFileSync(join(bundle, 'licences', name), 'utf8').length).toBeGreaterThan(300);
  });

  test('measures with one command, and writes one document', () => {
    const out = join(folder, 'card.json');
    expect(run('--tiny', '--software', '--filter', 'small/one', '--out', out)).toContain(out);
    const document = JSON.parse(readFileSync(out, 'utf8'));
    expect(document).toMatchObject({ command: 'bundle', suites: { code: 0 }, peers: { code: 0 } });
    expect(document.adapter).toMatch(/swiftshader/i);
    const { cases } = document.suites.document;
    expect(cases.map((one: { suite: string }) => one.suite)).toEqual(expect.arrayContaining(['steps', 'probes']));
    expect(document.peers.document.missing.length).toBeGreaterThan(0);
  }, 300_000);

  test('an option that it does not know is exit 2', () => {
    expect(() => run('--quik')).toThrow(expect.objectContaining({ status: 2 }));
  });
});
