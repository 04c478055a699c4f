/** A browser with the built pages, and visits that demand of a page that it said no error and asked nobody else. */
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type Chrome, type FolderServer, launchChrome, type Page, serveFolder } from '../../src/host/chrome/index.ts';
import { pinned } from './pages.ts';

export interface VisitOptions {
  readonly before?: (page: Page) => Promise<unknown>;
  readonly origin?: string;
  /** Errors that belong to the test. */
  readonly allowed?: RegExp;
  readonly width?: number;
  /** Another browser than the file's own. */
  readonly browser?: Chrome['browser'];
}

export interface Visits {
  readonly chrome: Chrome;
  readonly server: FolderServer;
  /** Opens the page, acts, and demands that there was no error and no request to anybody else. */
  visit(query: string, action: (page: Page) => Promise<unknown>, options?: VisitOptions): Promise<void>;
}

/** Starts a browser and a server of the folder before the file's tests, and ends both after. */
export function useVisits(folder: string | (() => string)): Visits {
  let chrome: Chrome;
  let server: FolderServer;
  beforeAll(async () => {
    // One that is made before the tests has its name by now.
    server = await serveFolder(typeof folder === 'string' ? folder : folder());
    chrome = await launchChrome(pinned);
  });
  afterAll(async () => {
    await chrome?.close();
    await server?.close();
  });
  return {
    get chrome() {
      return chrome;
    },
    get server() {
      return server;
    },
    async visit(
      query,
      action,
      { before, origin = server.origin, allowed, width = 1280, browser = chrome.browser } = {},
    ) {
      const page = await browser.newPage();
      await page.setViewport({ width, height: 900 });
      const errors: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
      try {
        await before?.(page);
        await page.goto(`${origin}/index.html${query}`);
        await action(page);
        expect(errors.filter((error) => !allowed?.test(error))).toEqual([]);
        // What the page makes itself, to be saved or drawn, asks nobody.
        const asked = requests.filter(
          (request) => !request.startsWith(`GET ${origin}/`) && !request.startsWith(`GET blob:${origin}/`),
        );
        expect(asked).toEqual([]);
      } finally {
        await page.close();
      }
    },
  };
}

export const text = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent ?? '');
export const ready = (page: Page) => page.waitForSelector('#start:not(:disabled)');
export const statusIs = (page: Page, part: string | RegExp) =>
  vi.waitFor(async () => expect(await text(page, '#status')).toMatch(part), 90_000);
/** The numbers that the plots tell last. */
export const readouts = (page: Page) => page.$$eval('.readouts li', (all) => all.map((one) => one.textContent ?? ''));
/** The words of the error panel, once there is one. */
export async function panel(page: Page): Promise<string> {
  await page.waitForSelector('.trouble');
  return text(page, '.trouble');
}
/** Has the worker's device destroyed just after it is given its next work. */
export const loseNextDevice = (page: Page) =>
  page.workers()[0].evaluate(`{
    const { createCommandEncoder } = GPUDevice.prototype;
    GPUDevice.prototype.createCommandEncoder = function (...args) {
      GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
      setTimeout(() => this.destroy());
      return createCommandEncoder.apply(this, args);
    };
  }`);
