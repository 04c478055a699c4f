/** A tab of the page in a browser of its own, with what a test cannot see otherwise: texts that were copied, files that were saved. */
import type { Page } from '../../src/host/chrome/index.ts';
import { useVisits } from './visits.ts';

declare global {
  interface Window {
    /** What was copied, and the contents of the files that were saved. */
    taken: { copied: string[]; saved: Blob[] };
  }
}

export interface Tab {
  /** Opens the page, and after the action demands that it said no error and asked nobody else for anything. */
  visit(query: string, action: (page: Page) => Promise<void>): Promise<void>;
}

/** Serves the folder to a browser while the tests of the file run. */
export function useTab(folder: () => string): Tab {
  const visits = useVisits(folder);
  const before = (page: Page) =>
    page.evaluateOnNewDocument(() => {
      window.taken = { copied: [], saved: [] };
      Object.defineProperty(navigator.clipboard, 'writeText', {
        value: async (text: string) => void window.taken.copied.push(text),
      });
      const original = URL.createObjectURL;
      URL.createObjectURL = (contents) => {
        if (contents instanceof Blob) window.taken.saved.push(contents);
        return original(contents);
      };
    });
  return { visit: (query, action) => visits.visit(query, action, { before }) };
}

export const text = (page: Page, selector: string) =>
  page.$eval(selector, (element) => (element.textContent ?? '').replaceAll(/\s+/g, ' '));
export const texts = (page: Page, selector: string) =>
  page.$$eval(selector, (all) => all.map((one) => (one.textContent ?? '').replaceAll(/\s+/g, ' ').trim()));

/** Presses the button that says this. */
export async function press(page: Page, words: string): Promise<void> {
  const button = await page.waitForSelector(`::-p-xpath(//button[normalize-space(.)='${words}'][not(@disabled)])`);
  await button?.evaluate((element) => (element as HTMLButtonElement).click());
}

/** What was copied last, once it was. */
export async function copied(page: Page, button: string): Promise<string> {
  const before = await page.evaluate(() => window.taken.copied.length);
  await press(page, button);
  await page.waitForFunction((count) => window.taken.copied.length > count, {}, before);
  return page.evaluate(() => window.taken.copied.at(-1) ?? '');
}

/** The contents of the file that a button saves. */
export async function saved(page: Page, button: string): Promise<string> {
  const before = await page.evaluate(() => window.taken.saved.length);
  await press(page, button);
  await page.waitForFunction((count) => window.taken.saved.length > count, {}, before);
  return page.evaluate(async () => (await window.taken.saved.at(-1)?.text()) ?? '');
}

/** Drops a file onto the page's drop zone. */
export async function drop(page: Page, name: string, contents: string): Promise<void> {
  await page.$eval(
    '.drop-zone',
    (zone, fileName, content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], fileName));
      zone.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    name,
    contents,
  );
}
