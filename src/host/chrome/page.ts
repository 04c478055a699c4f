/** Opens a built page in headless Chrome, and lets no error of the page go unseen. */
import type { Page } from 'puppeteer';
import { type AdapterDescription, describeAdapter } from '../../engine/adapter.ts';
import { FlatwalkError } from '../../model/errors.ts';
import { defaultAdapterWish } from '../node/environment.ts';
import { type Chrome, type ChromeOptions, chromeFlags, launchChrome } from './launch.ts';
import { serveFolder } from './serve.ts';

export interface PageOptions extends ChromeOptions {
  /** The page's errors do not fail the visit; the action finds them in `visit.errors`. */
  readonly allowErrors?: boolean;
}

/** What an action learns besides the page. */
export interface Visit {
  readonly adapter: AdapterDescription;
  /** Errors of the page so far: uncaught ones, crashes, and those in its console. Grows. */
  readonly errors: readonly string[];
}

/**
 * Serves a folder, opens one page of it, runs an action on it, and closes everything, whatever happens. A page without
 * an adapter is an error. An uncaught error of the page, or its crash, ends the action at once; errors in its console
 * fail the visit at the end.
 */
export async function withPage<T>(
  folder: string,
  path: string,
  action: (page: Page, visit: Visit) => Promise<T>,
  options: PageOptions = {},
): Promise<T> {
  const server = await serveFolder(folder);
  try {
    const chrome = await launchChrome(options);
    try {
      return await visit(chrome, new URL(path, server.origin).href, action, options);
    } finally {
      await chrome.close();
    }
  } finally {
    await server.close();
  }
}

async function visit<T>(
  chrome: Chrome,
  url: string,
  action: (page: Page, visit: Visit) => Promise<T>,
  { adapter: wish = defaultAdapterWish(), allowErrors = false }: PageOptions,
): Promise<T> {
  const page = await chrome.browser.newPage();
  const errors: string[] = [];
  const broken = new Promise<never>((_resolve, reject) => {
    watchErrors(page, errors, (text) => {
      if (!allowErrors) reject(new Error(`the page broke: ${text}`));
    });
  });
  const work = async () => {
    const response = await page.goto(url);
    if (!response?.ok()) throw new Error(`${url} answers ${response?.status() ?? 'nothing'}`);
    const adapter = await pageAdapter(page, chrome.flags);
    if (wish !== 'auto') checkAdapter(chrome, adapter);
    return action(page, { adapter, errors });
  };
  try {
    const result = await Promise.race([work(), broken]);
    if (errors.length === 0 || allowErrors) return result;
  } catch (cause) {
    throw withPageErrors(cause, errors, url);
  }
  throw withPageErrors(new Error('the page reported errors'), errors, url);
}

function watchErrors(page: Page, errors: string[], onBroken: (text: string) => void): void {
  const breaks = (text: string) => {
    errors.push(text);
    onBroken(text);
  };
  page.on('pageerror', (error) => breaks(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  page.on('error', (error) => breaks(`crashed: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const { url, lineNumber } = message.location();
    const place = url ? ` (${url}${lineNumber === undefined ? '' : `:${lineNumber + 1}`})` : '';
    errors.push(`console: ${message.text()}${place}`);
  });
}

/** An error keeps its code and fix, and shows what the page said besides. */
function withPageErrors(cause: unknown, errors: readonly string[], url: string): unknown {
  if (errors.length === 0) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const shown = errors.map((error) => `\n  ${error.replaceAll('\n', '\n  ')}`).join('');
  const code = cause instanceof FlatwalkError ? cause.code : 'HOST';
  return new FlatwalkError(code, `${text}\n  Errors of ${url}:${shown}`, 'See the errors of the page.', { cause });
}

/** Chrome answers with a software adapter where there is no GPU, unasked. */
function checkAdapter(chrome: Chrome, adapter: AdapterDescription): void {
  const wanted = chrome.adapter === 'hardware' ? !adapter.software : adapter.architecture === 'swiftshader';
  if (wanted) return;
  throw new FlatwalkError(
    'NO_ADAPTER',
    `Chrome gives no ${chrome.adapter} adapter but ${adapter.name}, started with ${chrome.flags.join(' ')}.`,
    chrome.adapter === 'hardware' ? softwareFix : 'Try the embedded browser: FLATWALK_BROWSER=embedded',
  );
}

const softwareFlags = chromeFlags('swiftshader', false).join(' ');
const softwareFix = `For the software adapter choose --adapter swiftshader, which starts Chrome with: ${softwareFlags}`;

/** Asks a page which adapter it has. None is an error that says what to do. */
export async function pageAdapter(page: Page, flags: readonly string[]): Promise<AdapterDescription> {
  const answer = await page.evaluate(async () => {
    if (!navigator.gpu) return isSecureContext ? 'no WebGPU' : 'not secure';
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return 'no adapter';
    // An adapter's own properties are getters, which do not survive the way out of the page.
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    return { vendor, architecture, device, description, isFallbackAdapter };
  });
  const started = `started with ${flags.join(' ')}`;
  switch (answer) {
    case 'not secure':
      throw new FlatwalkError(
        'NO_WEBGPU',
        `${page.url()} is no secure context, so the browser hides WebGPU from it.`,
        'Serve it by https, or from localhost.',
      );
    case 'no WebGPU':
      throw new FlatwalkError(
        'NO_WEBGPU',
        `This browser has no WebGPU, ${started}.`,
        `Use Chrome 113 or newer; on Linux with: ${softwareFlags}`,
      );
    case 'no adapter':
      throw new FlatwalkError('NO_ADAPTER', `This browser has WebGPU, but no adapter, ${started}.`, softwareFix);
    default:
      return describeAdapter({ info: answer as unknown as GPUAdapterInfo });
  }
}
