/** What goes wrong around a run: one line says what, the next what to do, and nothing that was computed is lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startAlone } from '../../../src/host/cli/bench-alone.ts';
import '../../gpu.ts';
import { withoutBrowser } from '../../page/pages.ts';
import { stackTrace, useProgram } from '../program.ts';

const { flatwalk, file: program, folder } = useProgram();
const small = ['run', '--generate', 'unit', '--n', '3', '--d', '4', '--steps', '20'];

const cases: [name: string, args: string[], env: Record<string, string>, code: number, err: RegExp][] = [
  [
    'no adapter where drivers are named that are none',
    small,
    { FLATWALK_ADAPTER: 'auto', VK_DRIVER_FILES: '/nowhere/icd.json' },
    3,
    /^flatwalk: Dawn gives no adapter[\s\S]*nowhere[\s\S]*\n {2}\S[^\n]*--adapter auto\n$/,
  ],
  [
    'FLATWALK_ADAPTER is wrong',
    small,
    { FLATWALK_ADAPTER: 'voodoo' },
    2,
    /voodoo.*FLATWALK_ADAPTER.*Allowed choices are auto, hardware/s,
  ],
  [
    'FLATWALK_BROWSER is wrong',
    ['verify', '--in', 'chrome', '--adapter', 'swiftshader'],
    { FLATWALK_BROWSER: 'lynx' },
    2,
    /"lynx" \(FLATWALK_BROWSER\)\.\n {2}Choose auto, installed, embedded/,
  ],
  [
    'lavapipe in Chrome',
    ['verify', '--in', 'chrome'],
    { FLATWALK_ADAPTER: 'lavapipe' },
    3,
    /Chrome does not accept lavapipe.*\n {2}Use --adapter swiftshader/,
  ],
];

test.each(cases)('%s', async (_, args, env, code, err) => {
  const ended = await flatwalk(args, { env });
  expect(ended).toMatchObject({ code, out: '' });
  // The Vulkan loader and Dawn say things of their own before.
  const own = ended.err.slice(Math.max(0, ended.err.search(/^(flatwalk|error): /m)));
  expect(own).toMatch(err);
  expect(own).not.toMatch(stackTrace);
});

test.skipIf(process.platform === 'win32')(
  'a cache folder that cannot be written: exit 5, with the variable that names another',
  async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const args = [...small, '--adapter', 'swiftshader'];
    const { code, err } = await flatwalk(args, { env: { FLATWALK_CACHE: file } });
    if (withoutBrowser) expect(code).toBe(3);
    else {
      expect(code).toBe(5);
      expect(err).toMatch(
        /^flatwalk: No private folder to unpack into\.\n {2}.*a-file.*\n {2}Set FLATWALK_CACHE to a folder/,
      );
    }
  },
);

test.skipIf(process.platform === 'win32')(
  'a browser that does not start: exit 5, with what it said and what to do',
  async () => {
    const broken = join(folder, 'broken-browser');
    writeFileSync(broken, '#!/bin/sh\necho "it lacks a library" >&2\nexit 127\n', { mode: 0o755 });
    const args = ['verify', '--in', 'chrome', '--adapter', 'swiftshader'];
    const { code, err } = await flatwalk(args, {
      env: { FLATWALK_BROWSER: 'auto', PUPPETEER_EXECUTABLE_PATH: broken },
    });
    expect(code).toBe(5);
    expect(err).toMatch(
      /broken-browser does not start\.[\s\S]*it lacks a library[\s\S]*\n {2}PUPPETEER_EXECUTABLE_PATH must name/,
    );
    expect(err).not.toMatch(stackTrace);
  },
);

/** Code that runs before the program does. */
const before = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

test.each([
  ['18.20.4', 5],
  ['20.18.9', 5],
  ['20.19.0', 0],
  ['22.0.0', 0],
])('Node %s', async (version, code) => {
  const node = before(`Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
  const ended = await flatwalk(['--version'], { node });
  expect(ended.code).toBe(code);
  if (code === 0) expect(ended.err).toBe('');
  else
    expect(ended.err).toBe(
      `flatwalk: this is Node ${version}, and flatwalk needs 20.19 or newer\n  Install it: https://nodejs.org\n`,
    );
});

describe('a device that is lost in the middle of a run', () => {
  /** Destroys the device once so many submissions have been made. */
  const losing = `
    import { globals } from '${pathToFileURL(createRequire(import.meta.url).resolve('webgpu'))}';
    const { requestDevice } = globals.GPUAdapter.prototype;
    globals.GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      const { queue } = device;
      const submit = queue.submit.bind(queue);
      let left = 40;
      queue.submit = (...commands) => {
        submit(...commands);
        if (--left === 0) device.destroy();
      };
      Object.defineProperty(device, 'queue', { value: queue });
      return device;
    };`;

  test('exit 4, and its rows are kept', async () => {
    const args = [...small.slice(0, -1), '100000', '--every', '1', '--out', 'lost', '--json'];
    const { code, out, err } = await flatwalk(args, { node: before(losing) });
    expect(err).toContain('lost');
    expect(code).toBe(4);
    const { outcome } = JSON.parse(out);
    expect(outcome.kind).toBe('lost');
    const rows = readFileSync(join(folder, 'lost/metrics.ndjson'), 'utf8').trim().split('\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(JSON.parse(row).run).toBe('train');
    expect(err).not.toMatch(stackTrace);
  });
});

test('a process for one measurement that is killed is told, with the signal', async () => {
  const [, own] = process.argv;
  const killed = join(folder, 'killed.mjs');
  writeFileSync(killed, 'process.stderr.write("out of memory\\n"); process.kill(process.pid, "SIGKILL");');
  process.argv[1] = killed;
  try {
    const { ended } = startAlone('small', ['loss'], 'auto');
    await expect(ended).rejects.toMatchObject({ code: 'HOST', message: expect.stringContaining('SIGKILL') });
  } finally {
    process.argv[1] = own;
  }
});

test('the program ends by itself once its last line is out', async () => {
  const child = spawn(process.execPath, [program, ...small, '--out', 'ends'], { cwd: folder });
  let out = '';
  let last = 0;
  child.stdout.on('data', (text) => {
    out += text;
    last = performance.now();
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal]).toEqual([0, null]);
  expect(out.trim().split('\n').at(-1)).toMatch(/^Report: /);
  console.log(`from the last line to the end of the process: ${(performance.now() - last).toFixed(0)} ms`);
});
