/** The bundle for a bare GPU machine, made and used with neither network nor home folder nor npm's cache. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  test('laid over an older one, it is unpacked anew', () => {
    expect(() => run('--quik')).toThrow(expect.objectContaining({ status: 2 }));
    writeFileSync(join(bundle, 'unpacked/run.mjs'), 'process.exit(9);');
    expect(() => run('--quik')).toThrow(expect.objectContaining({ status: 9 }));
    const made = JSON.parse(readFileSync(join(bundle, 'package.json'), 'utf8'));
    writeFileSync(join(bundle, 'package.json'), JSON.stringify({ ...made, made: 'later' }));
    expect(() => run('--quik')).toThrow(expect.objectContaining({ status: 2 }));
  });

  test('Ctrl-C keeps what was measured, exit 130', async () => {
    const out = join(folder, 'cut.json');
    // A group of its own: a terminal sends the signal to all of them.
    const child = spawn('./run.sh', ['--software', '--out', out], { cwd: bundle, detached: true, stdio: 'pipe' });
    let said = '';
    child.stderr.resume();
    child.stdout.on('data', (text) => {
      const before = said;
      said += text;
      if (said.includes('Adapter:') && !before.includes('Adapter:') && child.pid) process.kill(-child.pid, 'SIGINT');
    });
    const code = await new Promise((done) => child.on('close', done));
    expect([code, said]).toEqual([130, expect.stringContaining('Adapter:')]);
    const document = JSON.parse(readFileSync(out, 'utf8'));
    expect(document).toMatchObject({ suites: { code: 130 }, peers: { code: 130, document: null } });
    expect(document.suites.document.outcome).toEqual({ kind: 'aborted' });
  }, 120_000);

  test('an option that it does not know is exit 2', () => {
    expect(() => run('--quik')).toThrow(expect.objectContaining({ status: 2 }));
  });
});
