/** Runs a task in headless Chrome as if it ran here. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdapterDescription } from '../../engine/index.ts';
import { FlatwalkError } from '../../model/errors.ts';
import type { TaskContext } from '../tasks/task.ts';
import type { ChromeOptions, Page } from './launch.ts';
import { withPage } from './page.ts';
import { decode, encode, type Message } from './wire.ts';

export interface RunInChromeOptions extends ChromeOptions {
  /** Told once, before the task starts: who computes, and the browser with its version. */
  readonly onAdapter?: (adapter: AdapterDescription, browser: string) => void;
  /** The built pages; by default those of this package. */
  readonly pages?: string;
}

export interface ChromeRun<Result> {
  readonly result: Result;
  readonly adapter: AdapterDescription;
  /** Name and version. */
  readonly browser: string;
}

/**
 * Runs the named task of `src/host/tasks` in the page runner.html.
 * @throws what the task throws; HOST where the pages are not built, the page breaks or the browser goes away
 */
export async function runInChrome<Options, Result>(
  taskName: string,
  options: Options,
  context: TaskContext,
  { onAdapter, pages = builtPages(), ...chrome }: RunInChromeOptions = {},
): Promise<ChromeRun<Result>> {
  if (!existsSync(join(pages, 'runner.html'))) {
    throw new FlatwalkError(
      'HOST',
      `The page for headless Chrome is not built: no runner.html in ${pages}`,
      'Run `npm run build`.',
    );
  }
  return withPage(
    pages,
    '/runner.html',
    async (page) => {
      const browser = await page.browser().version();
      let adapter: AdapterDescription | null = null;
      const result = await runInPage(page, taskName, options, context, (opened) => {
        adapter = opened;
        onAdapter?.(opened, browser);
      });
      // A task's end is told after its beginning.
      return { result: result as Result, adapter: adapter as unknown as AdapterDescription, browser };
    },
    chrome,
  );
}

async function runInPage(
  page: Page,
  taskName: string,
  options: unknown,
  { emit, signal }: TaskContext,
  onOpened: (adapter: AdapterDescription) => void,
): Promise<unknown> {
  const abort = () => {
    // A page that is gone cannot be told, and its end ends the run anyway.
    page.evaluate(() => flatwalkRun.abort()).catch(() => {});
  };
  const browser = page.browser();
  let onGone = () => {};
  try {
    return await new Promise((resolve, reject) => {
      onGone = () => reject(new FlatwalkError('HOST', 'The browser went away', 'Run it again.'));
      browser.once('disconnected', onGone);
      page.once('close', onGone);
      const take = (message: Message) => {
        switch (message.kind) {
          case 'opened':
            return onOpened(message.adapter);
          case 'event':
            return emit(message.event);
          case 'done':
            return resolve(message.result);
          case 'failed':
            return reject(message.error);
          default:
            return message satisfies never;
        }
      };
      const listen = (text: string) => {
        try {
          take(decode(text) as Message);
        } catch (error) {
          // Whoever was told cannot go on, for instance because a results folder cannot be written.
          reject(error);
        }
      };
      const start = async () => {
        await page.exposeFunction('flatwalkTell', listen);
        await page.evaluate(
          (name, text) => flatwalkRun(name, text, (globalThis as unknown as PageWithTell).flatwalkTell),
          taskName,
          encode(options),
        );
        signal?.addEventListener('abort', abort);
        if (signal?.aborted) abort();
      };
      start().catch(reject);
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    browser.off('disconnected', onGone);
    page.off('close', onGone);
  }
}

interface PageWithTell {
  readonly flatwalkTell: (message: string) => Promise<void>;
}

/** dist/page of the package that this file belongs to, be it the source or a bundle. */
function builtPages(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'flatwalk') {
      return join(folder, 'dist/page');
    }
    if (folder === dirname(folder)) {
      throw new FlatwalkError('HOST', 'The built pages of flatwalk are not beside it', 'Install the package again.');
    }
  }
}
