import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import {
  type ChromeOptions,
  chromeAdapter,
  chromeFlags,
  launchChrome,
  pageAdapter,
  serveFolder,
  withPage,
} from '../../src/host/chrome/index.ts';
import { findEmbedded } from '../../src/host/node/embedded.ts';
import { describeMachine, lookFor, type Machine } from '../../src/host/node/environment.ts';
import { startChild, useChild } from './child.ts';
import { expectedSquares, squares } from './squares.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-page-'));
// Temporary files of this test file and its processes only, so that whatever is left over is ours.
const temporary = mkdtempSync(join(tmpdir(), 'flatwalk-temporary-'));
process.env.TMPDIR = temporary;
afterEach(() => {
  vi.unstubAllEnvs();
  expect(readdirSync(temporary).filter((name) => /chrome|puppeteer/.test(name))).toEqual([]);
});
afterAll(() => {
  for (const path of [folder, temporary]) rmSync(path, { recursive: true, force: true });
});

const pages = {
  'good.html': '<!doctype html><title>good</title>',
  'throws.html': '<!doctype html><script>setTimeout(() => { throw new Error("thrown by the page"); }, 50)</script>',
  'complains.html': '<!doctype html><script>console.error("said by the page")</script>',
  'canvas.html': `<!doctype html><canvas width="64" height="64"></canvas><script type="module">
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter.requestDevice();
    device.lost.then(({ message }) => console.error('lost: ' + message));
    const context = document.querySelector('canvas').getContext('webgpu');
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat() });
    let frames = 0;
    requestAnimationFrame(function draw() {
      const encoder = device.createCommandEncoder();
      const view = context.getCurrentTexture().createView();
      const clearValue = { r: 0, g: 1, b: 0, a: 1 };
      encoder.beginRenderPass({ colorAttachments: [{ view, clearValue, loadOp: 'clear', storeOp: 'store' }] }).end();
      device.queue.submit([encoder.finish()]);
      if (++frames === 5) document.title = 'drawn'; else requestAnimationFrame(draw);
    });
  </script>`,
};
for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);

/** Pinned, like the adapter in Node: the same browser on every machine. */
const pinned: ChromeOptions = { adapter: 'swiftshader', browser: 'embedded' };

const isRunning = (id: number) => {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
};

const absent = findEmbedded();
if (typeof absent === 'string') console.log(`skipped: ${absent}`);

describe.skipIf(typeof absent === 'string')('the embedded browser', () => {
  useChild();

  test('computes, and says on what', async () => {
    const source = squares.toString();
    const result = await withPage(
      folder,
      '/good.html',
      async (page, { adapter, errors }) => {
        expect(adapter).toMatchObject({ vendor: 'google', architecture: 'swiftshader', software: true });
        expect(errors).toEqual([]);
        expect(await page.evaluate('crossOriginIsolated')).toBe(true);
        return page.evaluate(`(async () => {
          const adapter = await navigator.gpu.requestAdapter();
          const device = await adapter.requestDevice();
          return (${source})(device);
        })()`);
      },
      pinned,
    );
    expect(result).toEqual(expectedSquares);
  });

  test('shows a WebGPU canvas', async () => {
    const pixel = await withPage(
      folder,
      '/canvas.html',
      async (page) => {
        await page.waitForFunction('document.title === "drawn"', { timeout: 10_000 });
        const picture = await (await page.$('canvas'))!.screenshot({ encoding: 'base64' });
        return page.evaluate(`(async () => {
          const image = new Image();
          image.src = 'data:image/png;base64,${picture}';
          await image.decode();
          const context = new OffscreenCanvas(64, 64).getContext('2d');
          context.drawImage(image, 0, 0);
          return [...context.getImageData(32, 32, 1, 1).data];
        })()`);
      },
      { ...pinned, show: true },
    );
    expect(pixel).toEqual([0, 255, 0, 255]);
  });

  test('an uncaught error of the page ends the action at once', async () => {
    const waits = withPage(folder, '/throws.html', (page) => page.waitForSelector('#never'), pinned);
    await expect(waits).rejects.toMatchObject({ code: 'HOST', message: expect.stringContaining('thrown by the page') });
  });

  test('an error in the console fails the visit, and names its place', async () => {
    const visit = withPage(folder, '/complains.html', async () => 'done', pinned);
    await expect(visit).rejects.toThrow(/said by the page \(http:.*complains\.html:1\)/);
    const allowed = withPage(folder, '/complains.html', async (_page, { errors }) => errors.length, {
      ...pinned,
      allowErrors: true,
    });
    expect(await allowed).toBe(1);
  });

  test('an error of the action passes through, and everything is closed', async () => {
    const failing = withPage(folder, '/good.html', () => Promise.reject(new RangeError('of the action')), pinned);
    await expect(failing).rejects.toThrow(new RangeError('of the action'));
    await expect(withPage(folder, '/nothing.html', async () => 0, pinned)).rejects.toThrow(/answers 404/);
  });

  test('a page without WebGPU or without an adapter is told why, and which flags to add', async () => {
    const chrome = await launchChrome(pinned);
    const server = await serveFolder(folder);
    try {
      const page = await chrome.browser.newPage();
      const flags = '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader';

      await page.goto('data:text/html,<title>not secure</title>');
      await expect(pageAdapter(page, chrome.flags)).rejects.toMatchObject({
        code: 'NO_WEBGPU',
        message: expect.stringContaining('no secure context'),
        fix: expect.stringContaining('https'),
      });

      await page.goto(`${server.origin}/good.html`);
      await page.evaluate(`Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true })`);
      await expect(pageAdapter(page, chrome.flags)).rejects.toMatchObject({
        code: 'NO_WEBGPU',
        message: expect.stringContaining('no WebGPU'),
        fix: expect.stringContaining(flags),
      });

      await page.evaluate(`Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => null } })`);
      await expect(pageAdapter(page, chrome.flags)).rejects.toMatchObject({
        code: 'NO_ADAPTER',
        message: expect.stringContaining(`started with ${chrome.flags.join(' ')}`),
        fix: expect.stringContaining(flags),
      });
    } finally {
      await chrome.close();
      await server.close();
    }
  });

  test('a software adapter is not taken for hardware', async () => {
    const hardware = lookFor('hardware', describeMachine());
    if ('drivers' in hardware) return console.log(`skipped: this machine may have a GPU (${hardware.reason})`);
    const visit = withPage(folder, '/good.html', async () => 'opened', { ...pinned, adapter: 'hardware' });
    await expect(visit).rejects.toMatchObject({
      code: 'NO_ADAPTER',
      fix: expect.stringContaining('--use-webgpu-adapter=swiftshader'),
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves no browser and no profile', async (signal) => {
    const child = startChild('browses');
    const id = Number((await child.waitFor(' runs')).match(/browser (\d+)/)?.[1]);
    expect(isRunning(id)).toBe(true);
    child.process.kill(signal);
    expect((await child.ended).code).toBe(128 + constants.signals[signal]);
    await vi.waitFor(() => expect(isRunning(id)).toBe(false), 5000);
  });
});

describe('a browser that does not start', () => {
  const started = () => launchChrome({ adapter: 'swiftshader', browser: 'auto' });

  test('PUPPETEER_EXECUTABLE_PATH names nothing', async () => {
    vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', '/nowhere/chrome');
    await expect(started()).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringContaining('/nowhere/chrome'),
      fix: expect.stringContaining('unset it'),
    });
  });

  test.skipIf(process.platform === 'win32')('PUPPETEER_EXECUTABLE_PATH names no browser', async () => {
    const program = join(folder, 'no-browser');
    writeFileSync(program, '#!/bin/sh\necho "this is no browser" >&2\nexit 7\n', { mode: 0o755 });
    vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', program);
    await expect(started()).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringMatching(/no-browser does not start[\s\S]*this is no browser/),
      fix: expect.stringContaining('PUPPETEER_EXECUTABLE_PATH'),
    });
  });

  test('FLATWALK_BROWSER names no choice', async () => {
    vi.stubEnv('FLATWALK_BROWSER', 'netscape');
    await expect(launchChrome({ adapter: 'swiftshader' })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('flags', () => {
  const machine: Machine = {
    platform: 'linux',
    deviceNodes: [],
    drivers: [],
    userDrivers: '',
    withoutEmbedded: null,
  };

  test('auto is hardware where a GPU shows itself, else the software adapter', () => {
    expect(chromeAdapter('auto', machine)).toBe('swiftshader');
    expect(chromeAdapter('auto', { ...machine, deviceNodes: ['/dev/dri/renderD128'] })).toBe('hardware');
    expect(chromeAdapter('auto', { ...machine, platform: 'darwin' })).toBe('hardware');
  });

  test('lavapipe is refused, not replaced', () => {
    expect(() => chromeAdapter('lavapipe', machine)).toThrow(/does not accept lavapipe/);
  });

  test('the sandbox is given up only for root, and web security never', () => {
    expect(chromeFlags('swiftshader', true, 'linux', true)).toContain('--no-sandbox');
    for (const adapter of ['swiftshader', 'hardware'] as const) {
      for (const show of [true, false]) {
        const flags = chromeFlags(adapter, show, 'linux', false).join(' ');
        expect(flags).not.toMatch(/no-sandbox|single-process|disable-web-security/);
      }
    }
  });

  test('hardware on macOS and Windows needs none for WebGPU', () => {
    expect(chromeFlags('hardware', false, 'darwin', false).join(' ')).not.toContain('webgpu');
  });
});
