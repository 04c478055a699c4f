import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Chrome, type FolderServer, launchChrome, type Page, serveFolder } from '../../src/host/chrome/index.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';

const folder = usePages();
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 90_000 });

describe.skipIf(withoutBrowser)('the page', () => {
  let chrome: Chrome;
  let server: FolderServer;
  beforeAll(async () => {
    server = await serveFolder(folder);
    chrome = await launchChrome(pinned);
  });
  afterAll(async () => {
    await chrome?.close();
    await server?.close();
  });

  /** Opens the page, and after the action demands that it said no error and asked nobody else for anything. */
  async function visit(
    query: string,
    action: (page: Page) => Promise<void>,
    { before, origin = server.origin }: { before?: (page: Page) => Promise<void>; origin?: string } = {},
  ): Promise<void> {
    const page = await chrome.browser.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => requests.push(request.url()));
    try {
      await before?.(page);
      await page.goto(`${origin}/index.html${query}`);
      await action(page);
      expect(errors).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
    } finally {
      await page.close();
    }
  }

  const text = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
  const ready = (page: Page) => page.waitForSelector('#start:not(:disabled)');
  const verdict = (page: Page) => page.waitForSelector('#verdict .summary');
  const panel = async (page: Page) => {
    await page.waitForSelector('#panel:not([hidden])');
    return text(page, '#panel');
  };
  const statusIs = (page: Page, part: string) =>
    vi.waitFor(async () => expect(await text(page, '#status')).toContain(part), 40_000);

  test('runs the experiment and judges the claims', () =>
    visit('?steps=24', async (page) => {
      await ready(page);
      expect(await text(page, '#adapter')).toContain('swiftshader');
      expect(await text(page, '#software')).toContain('Right results, meaningless speed');
      await page.click('#start');
      await verdict(page);
      await statusIs(page, 'Done in');
      expect(await text(page, '#plan')).toMatch(/a replica, in (data|weight) space: about .* for 24 steps/);
      expect(await text(page, '#verdict')).toContain('short run: 24 steps instead of');
      expect((await page.$$('#verdict li')).length).toBe(4);
      const readouts = await page.$$eval('.readout', (all) => all.map((one) => one.textContent));
      expect(readouts.length).toBe(8);
      for (const readout of readouts) expect(readout).toMatch(/^with(out)? noise: [\d.e-]+ \(.* to .*\) at step 24$/);
      const titles = await page.$$eval('#features caption', (all) => all.map((one) => one.textContent));
      expect(titles).toEqual([
        'At the start',
        'With label noise, at the end',
        'Without label noise, at the end',
        'The flattest solution',
      ]);
      expect(await page.$eval('progress#progress', (bar) => bar.value)).toBe(1);
      expect(new URL(page.url()).search).toBe('?steps=24');
    }));

  test('starts by itself; the other run can follow, and is compared with the first', () =>
    visit('?seed=7&noise=off&steps=20&autostart', async (page) => {
      await statusIs(page, 'Done in');
      expect(await text(page, '#verdict')).toContain('when the run with noise has ended too');
      expect(new URL(page.url()).search).toBe('?seed=7&noise=off&steps=20');
      const before = await page.$eval('.readout.quiet', (one) => one.textContent);
      await page.click('input[value="on"]');
      // Enter in a field starts, as in any form.
      await page.focus('input[name="seed"]');
      await page.keyboard.press('Enter');
      await verdict(page);
      expect(await text(page, '#verdict')).toContain('Other seeds bring other data');
      expect(await page.$eval('.readout.quiet', (one) => one.textContent)).toBe(before);
    }));

  test('stops, keeps what it has, and starts anew', () =>
    visit('?noise=on', async (page) => {
      await ready(page);
      await page.click('#start');
      await page.waitForSelector('#stop:not(:disabled)');
      await statusIs(page, 'With label noise: step');
      await page.click('#stop');
      await statusIs(page, 'Stopped at step');
      expect(await page.$eval('.readout.walk', (one) => one.textContent)).toMatch(/at step/);
      await page.$eval('input[name="steps"]', (input) => {
        input.value = '20';
      });
      await page.click('#start');
      await statusIs(page, 'Done in');
    }));

  test('a field that holds no number does not start anything', () =>
    visit('', async (page) => {
      await ready(page);
      await page.$eval('input[name="seed"]', (input) => {
        input.value = '-3';
      });
      await page.click('#start');
      expect(await text(page, '#status')).toBe('Ready.');
    }));

  test('an address full of mischief does nothing but be quoted', () =>
    visit(
      '?seed=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&noise=__proto__&steps=1e9&autostart=constructor',
      async (page) => {
        await ready(page);
        expect(await text(page, '#notes')).toContain('seed=<img src=x onerror=alert(1)>');
        expect((await page.$$('#notes li')).length).toBe(4);
        expect((await page.$$('#notes img')).length).toBe(0);
        expect(await text(page, '#status')).toBe('Ready.');
        const seed = await page.$eval('input[name="seed"]', (input) => input.value);
        expect(seed).toBe('1');
      },
    ));

  test('without WebGPU it says which browsers have it', () =>
    visit(
      '?autostart',
      async (page) => {
        expect(await panel(page)).toMatch(/This browser has no WebGPU[\s\S]*Chrome or Edge 113/);
        expect(await page.$eval('button#start', (button) => button.disabled)).toBe(true);
      },
      {
        before: async (page) => {
          await page.evaluateOnNewDocument('delete Navigator.prototype.gpu');
        },
      },
    ));

  test('over plain http it blames neither the browser nor the driver', () => {
    const origin = 'http://flatwalk.test';
    return visit(
      '',
      async (page) => {
        expect(await page.evaluate('isSecureContext')).toBe(false);
        expect(await panel(page)).toMatch(/not loaded securely[\s\S]*http:\/\/flatwalk\.test[\s\S]*https/);
      },
      { origin, before: (page) => answerFrom(page, origin) },
    );
  });

  /** Has the worker's device destroyed just after it was given its n-th work. */
  const destroyAt = (page: Page, n: number) =>
    page.workers()[0].evaluate(`{
      const { createCommandEncoder } = GPUDevice.prototype;
      let calls = 0;
      GPUDevice.prototype.createCommandEncoder = function (...args) {
        if (++calls === ${n}) {
          GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
          setTimeout(() => this.destroy());
        }
        return createCommandEncoder.apply(this, args);
      };
    }`);

  test('a lost device leaves the rows, and a button starts again', () =>
    visit('?noise=on', async (page) => {
      await ready(page);
      await destroyAt(page, 60);
      await page.click('#start');
      expect(await panel(page)).toMatch(/device was lost[\s\S]*destroyed[\s\S]*stays below/);
      await statusIs(page, 'ended early');
      expect(await page.$eval('.readout.walk', (one) => one.textContent)).toMatch(/at step/);
      await page.$eval('input[name="steps"]', (input) => {
        input.value = '20';
      });
      await page.click('#panel button');
      await statusIs(page, 'Done in');
      expect((await page.$$('#panel:not([hidden])')).length).toBe(0);
    }));

  test('a device lost before the first step is told as what it is', () =>
    visit('?noise=on', async (page) => {
      await ready(page);
      await destroyAt(page, 1);
      await page.click('#start');
      expect(await panel(page)).toContain('device was lost');
    }));

  test('allows nothing but its own files', () =>
    visit('', async (page) => {
      await ready(page);
      const policy = await page.$eval('meta[http-equiv]', (meta) => meta.getAttribute('content') ?? '');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/);
    }));

  /** Serves the pages under a name that is not this machine's, which makes them insecure. */
  async function answerFrom(page: Page, origin: string): Promise<void> {
    await page.setRequestInterception(true);
    page.on('request', async (request) => {
      const { pathname } = new URL(request.url());
      const types: Record<string, string> = {
        html: 'text/html',
        js: 'text/javascript',
        css: 'text/css',
        svg: 'image/svg+xml',
      };
      const contentType = types[pathname.split('.').pop() ?? ''] ?? 'text/plain';
      if (!request.url().startsWith(origin)) return request.abort();
      await request.respond({ contentType, body: await readFile(join(folder, pathname)) });
    });
  }
});

describe.skipIf(withoutBrowser)('the page in a browser without an adapter', () => {
  test('says which flags bring one', async () => {
    vi.stubEnv('FLATWALK_CHROME_FLAGS', '--disable-gpu');
    const server = await serveFolder(folder);
    const chrome = await launchChrome(pinned);
    try {
      const page = await chrome.browser.newPage();
      await page.goto(`${server.origin}/index.html?autostart`);
      await page.waitForSelector('#panel button');
      const words = await page.$eval('#panel', (element) => element.textContent ?? '');
      expect(words).toMatch(/no adapter[\s\S]*--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader/);
      expect(words).not.toMatch(/not loaded securely|has no WebGPU/);
      await page.click('#panel button');
      await page.waitForSelector('#panel button');
    } finally {
      await chrome.close();
      await server.close();
      vi.unstubAllEnvs();
    }
  });
});
