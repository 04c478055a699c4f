/** What holds for the page as a whole: its policy, its address, its keyboard, and what it says when something is amiss. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { launchChrome, type Page, serveFolder } from '../../src/host/chrome/index.ts';
import { pinned, usePages, withoutBrowser } from './pages.ts';
import { loseNextDevice, panel, readouts, ready, statusIs, text, useVisits } from './visits.ts';

const folder = usePages();
/** Compiling takes a software adapter seconds, and more where other tests run beside. */
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(withoutBrowser)('the page', () => {
  const visits = useVisits(folder);
  const { visit } = visits;

  test('allows nothing but its own files', () =>
    visit('', async (page) => {
      await ready(page);
      const policy = await page.$eval('meta[http-equiv]', (meta) => meta.getAttribute('content'));
      expect(policy).toBe(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'",
      );
      expect(await page.$$('style, [style*="expression"], script:not([src])')).toEqual([]);
    }));

  test('says who computes, and what that means', () =>
    visit('', async (page) => {
      await ready(page);
      expect(await text(page, '#adapter')).toContain('swiftshader');
      expect(await text(page, '#software')).toContain('software: right results, meaningless speed');
    }));

  test('an address full of mischief does nothing but be quoted', () =>
    visit(
      '?seed=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&noise=__proto__&steps=1e99&preset=constructor&tab=%3Cb%3E&pace=toString',
      async (page) => {
        let dialogs = 0;
        page.on('dialog', (dialog) => {
          dialogs += 1;
          return dialog.dismiss();
        });
        await ready(page);
        const notes = await page.$$eval('#address-notes li', (all) => all.map((one) => one.textContent ?? ''));
        expect(notes.find((note) => note.includes('seed='))).toContain('seed=“<img src=x onerror=alert(1)>”');
        expect(notes.some((note) => note.includes('asks for a tab that there is not'))).toBe(true);
        expect(notes.length).toBe(6);
        expect(await page.$$('#address-notes img, main b')).toEqual([]);
        expect(await page.$eval('[role="tab"][aria-selected="true"]', (one) => one.id)).toBe('tab-experiment');
        expect(await page.$eval('input[name="seed"]', (input) => input.value)).toBe('1');
        expect(await text(page, '#status')).toBe('Ready.');
        expect(dialogs).toBe(0);
      },
    ));

  test('its tabs are reached with the keyboard', () =>
    visit('', async (page) => {
      await ready(page);
      const names = await page.$$eval('[role="tab"]', (all) => all.map((one) => one.id));
      const selected = () => page.$eval('[role="tab"][aria-selected="true"]', (one) => one.id);
      const focused = () => page.evaluate(() => document.activeElement?.id);
      await page.focus(`#${names[0]}`);
      for (const [key, expected] of [
        ['End', names.at(-1)],
        ['ArrowRight', names[0]],
        ['ArrowLeft', names.at(-1)],
        ['Home', names[0]],
      ] as const) {
        await page.keyboard.press(key);
        await vi.waitFor(async () => expect([await selected(), await focused()]).toEqual([expected, expected]));
      }
      // One stop for all tabs; the next is in what they show.
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role="tabpanel"]') !== null)).toBe(true);
    }));

  test('the theme that was chosen is there before the page is, next time', () =>
    visit('', async (page) => {
      await ready(page);
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
      const light = await ground();
      await page.select('.theme select', 'dark');
      await vi.waitFor(async () => expect(await ground()).not.toBe(light));
      const dark = await ground();
      await page.setBypassServiceWorker(true);
      await page.setRequestInterception(true);
      page.on('request', (request) => (/index-.*\.js/.test(request.url()) ? undefined : request.continue()));
      // The page's program never arrives.
      await page.reload({ waitUntil: 'domcontentloaded', timeout: 5000 }).catch(() => {});
      await vi.waitFor(async () => expect(await ground()).toBe(dark));
      expect(await text(page, '#loading')).toContain('Loading');
    }));

  describe('says what is amiss:', () => {
    test('no WebGPU, and which browsers have it', () =>
      visit(
        '',
        async (page) => {
          expect(await panel(page)).toMatch(
            /This browser has no WebGPU[\s\S]*Chrome, Edge: 113[\s\S]*Safari: 26[\s\S]*Firefox: 141/,
          );
          expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert');
          expect(await page.$eval('#start', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
          await page.click('.trouble button.primary');
          await page.waitForSelector('.trouble');
        },
        { before: (page) => page.evaluateOnNewDocument('delete Navigator.prototype.gpu') },
      ));

    test('WebGPU for pages, but not for workers', () =>
      withCopy(async (origin, worker) => {
        const program = readFileSync(worker, 'utf8');
        writeFileSync(worker, `delete WorkerNavigator.prototype.gpu;\n${program}`);
        await visit('', async (page) => expect(await panel(page)).toMatch(/but not for workers[\s\S]*Safari: 26/), {
          origin,
        });
      }));

    test('a page over plain http, which is neither the browser nor the driver', () => {
      const origin = 'http://flatwalk.test';
      return visit(
        '',
        async (page) => {
          expect(await page.evaluate('isSecureContext')).toBe(false);
          expect(await panel(page)).toMatch(/not loaded securely[\s\S]*http:\/\/flatwalk\.test[\s\S]*https/);
        },
        { origin, before: (page) => answerFrom(page, origin), allowed: /Cross-Origin-Opener-Policy|not trustworthy/ },
      );
    });

    test('a request that is too large, with what fits; another then runs', () =>
      visit('?replicas=4096&width=4096&d=64&n=3', async (page) => {
        await ready(page);
        await page.click('#start');
        expect(await panel(page)).toMatch(
          /too large for the device[\s\S]*more than 67108864 weights[\s\S]*width 256 at most/,
        );
        await page.goto(`${visits.server.origin}/index.html?steps=10&replicas=2`);
        await ready(page);
        await page.click('#start');
        await statusIs(page, 'Done: step 10');
      }));

    test('a lost device, twice: one click goes on from the last checkpoint to the same numbers', async () => {
      const query = '?steps=3000&every=300&replicas=2&pace=quick';
      let whole: string[] = [];
      const over = async (page: Page) => {
        await statusIs(page, 'Done: step 3,000');
        await vi.waitFor(async () =>
          expect((await readouts(page)).every((one) => one.includes('step 3,000'))).toBe(true),
        );
        return readouts(page);
      };
      await visit(query, async (page) => {
        await ready(page);
        await page.click('#start');
        whole = await over(page);
      });
      await visit(query, async (page) => {
        await ready(page);
        await page.click('#start');
        let last = 0;
        for (let k = 0; k < 2; k++) {
          // A checkpoint is taken every other second, with a row, and there is a row a second: by the fourth it has been told.
          const enough = last + 1200;
          await vi.waitFor(async () => {
            const [, step] = /step ([\d,]+) of/.exec(await text(page, '#status')) ?? [];
            expect(Number(step?.replaceAll(',', ''))).toBeGreaterThanOrEqual(enough);
          }, 60_000);
          await loseNextDevice(page);
          const words = await panel(page);
          expect(words).toMatch(/GPU device was lost[\s\S]*Continue from step/);
          last = Number(/Continue from step ([\d,]+)/.exec(words)?.[1].replaceAll(',', ''));
          expect(last).toBeGreaterThan(0);
          expect((await readouts(page))[0]).toMatch(/^loss: .* at step/);
          await page.click('.trouble button.primary');
          await page.waitForSelector('.trouble', { hidden: true });
        }
        expect(await over(page)).toEqual(whole);
      });
    });

    test('a worker that cannot be loaded; once it can, a click is enough', () =>
      withCopy(async (origin, worker) => {
        const program = readFileSync(worker);
        rmSync(worker);
        await visit(
          '',
          async (page) => {
            expect(await panel(page)).toMatch(/worker, which does all computing, could not be loaded[\s\S]*Try again/);
            writeFileSync(worker, program);
            await page.click('.trouble button.primary');
            await ready(page);
            expect(await page.$('.trouble')).toBeNull();
          },
          { origin, allowed: /404/ },
        );
      }));

    test('what nobody has foreseen, with a report to copy', () =>
      visit(
        '',
        async (page) => {
          await ready(page);
          await page.evaluate("setTimeout(() => { throw new Error('boom <b>bold</b>') })");
          expect(await panel(page)).toMatch(/should not have happened[\s\S]*boom <b>bold<\/b>/);
          expect(await page.$('.trouble b')).toBeNull();
          const { origin } = visits.server;
          await page
            .browserContext()
            .overridePermissions(origin, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write']);
          await page.bringToFront();
          await page.click('.trouble .buttons button:not(.primary)');
          await vi.waitFor(async () => {
            const copied = await page.evaluate(() => navigator.clipboard.readText());
            expect(copied).toMatch(/boom[\s\S]*browser: Mozilla[\s\S]*adapter: .*swiftshader/);
          });
          await page.click('.trouble button.primary');
          await page.waitForSelector('.trouble', { hidden: true });
        },
        { allowed: /boom/ },
      ));

    test.each([
      ['whose program does not arrive', null, /part of this page could not be loaded/],
      ['too old to read it', 'const a = #;', /too old for this page.*Chrome or Edge 113, Safari 26, Firefox 141/],
      ['that fails at its start', 'nothing.there();', /could not start: .*nothing is not defined/],
    ])('a browser %s', (_name, program, words) =>
      visit(
        '',
        async (page) => {
          await vi.waitFor(async () => expect(await text(page, '#loading')).toMatch(words));
        },
        {
          before: (page) => withProgram(page, program),
          allowed: /ERR_FAILED|SyntaxError|Invalid|nothing is not defined/,
        },
      ),
    );

    test('a browser that knows no modules, or runs no scripts', async () => {
      await visit(
        '',
        async (page) => {
          await vi.waitFor(async () => expect(await text(page, '#loading')).toMatch(/too old for this page/));
        },
        {
          before: async (page) => {
            await page.evaluateOnNewDocument('delete HTMLScriptElement.prototype.noModule');
            await withProgram(page, '');
          },
        },
      );
      await visit('', async (page) => expect(await text(page, '#loading')).toMatch(/If this stays.*scripts are off/), {
        before: (page) => page.setJavaScriptEnabled(false),
      });
    });
  });

  /** Serves a copy of the pages, whose files may be changed. Hands on the path of the worker's program. */
  async function withCopy(action: (origin: string, worker: string) => Promise<void>): Promise<void> {
    const copy = mkdtempSync(join(tmpdir(), 'flatwalk-page-'));
    cpSync(folder, copy, { recursive: true });
    const worker = readdirSync(join(copy, 'assets')).find((name) => /^worker-.*\.js$/.test(name));
    if (!worker) throw new Error('the pages have no worker');
    const server = await serveFolder(copy);
    try {
      await action(server.origin, join(copy, 'assets', worker));
    } finally {
      await server.close();
      rmSync(copy, { recursive: true, force: true });
    }
  }

  /** Answers with another program in the place of the page's; null for none. */
  async function withProgram(page: Page, body: string | null): Promise<void> {
    // Which has the page's own program.
    await page.setBypassServiceWorker(true);
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!/\/index-[^/]*\.js$/.test(request.url())) return request.continue();
      return body === null ? request.abort() : request.respond({ contentType: 'text/javascript', body });
    });
  }

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
      await page.goto(`${server.origin}/index.html`);
      const words = await panel(page);
      expect(words).toMatch(/no adapter[\s\S]*--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader/);
      expect(words).not.toMatch(/not loaded securely|has no WebGPU/);
      await page.click('.trouble button.primary');
      await page.waitForSelector('.trouble button.primary');
    } finally {
      await chrome.close();
      await server.close();
      vi.unstubAllEnvs();
    }
  });
});
