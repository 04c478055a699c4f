/** Which Chrome or Chromium to start. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FlatwalkError } from '../../model/errors.ts';
import { findEmbedded, fontsFile, unpackEmbedded } from '../node/embedded.ts';

/** `auto`: PUPPETEER_EXECUTABLE_PATH, else an installed browser, else the embedded one. */
export const browserWishes = ['auto', 'installed', 'embedded'] as const;
export type BrowserWish = (typeof browserWishes)[number];

export interface ChromeProgram {
  readonly path: string;
  readonly kind: 'given' | 'installed' | 'embedded';
  /** What its process needs in addition to our environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The Vulkan driver file of a software adapter that comes with it. */
  readonly softwareDriver?: string;
}

/** The wish in force where none was given: FLATWALK_BROWSER, else `auto`. */
export function defaultBrowserWish(environment: NodeJS.ProcessEnv = process.env): BrowserWish {
  const text = environment.FLATWALK_BROWSER || 'auto';
  const wish = browserWishes.find((name) => name === text);
  if (wish) return wish;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `There is no browser choice "${text}" (FLATWALK_BROWSER).`,
    `Choose ${browserWishes.join(', ')}.`,
  );
}

export async function findChrome(wish: BrowserWish = defaultBrowserWish()): Promise<ChromeProgram> {
  const given = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (given && wish === 'auto') {
    if (existsSync(given)) return { path: given, kind: 'given', environment: {} };
    throw new FlatwalkError(
      'HOST',
      `PUPPETEER_EXECUTABLE_PATH names ${given}, and there is no such file.`,
      'Correct it, or unset it to use an installed browser or the embedded one.',
    );
  }
  if (wish !== 'embedded') {
    const path = installedBrowsers().find((file) => existsSync(file));
    if (path) return { path, kind: 'installed', environment: {} };
    if (wish === 'installed') {
      throw new FlatwalkError('HOST', 'No Chrome, Chromium or Edge is installed.', installFix);
    }
  }
  const embedded = findEmbedded();
  if (typeof embedded === 'string') {
    throw new FlatwalkError('HOST', `There is no browser: none is installed, and ${embedded}.`, installFix);
  }
  const folder = await unpackEmbedded('chromium');
  const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return {
    path: join(folder, 'chromium'),
    kind: 'embedded',
    environment: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(folder, fontsFile) },
    softwareDriver: join(folder, 'vk_swiftshader_icd.json'),
  };
}

const installFix =
  'Install Chrome or Chromium, or name one by PUPPETEER_EXECUTABLE_PATH; on Linux x64 one comes with: npm install puppeteer @sparticuz/chromium';

/** Where a browser of the Chrome family may be, the likeliest first. */
function installedBrowsers(): string[] {
  const { env } = process;
  switch (process.platform) {
    case 'darwin':
      return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
        ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) =>
          join(folder, `${name}.app`, 'Contents', 'MacOS', name),
        ),
      );
    case 'win32':
      return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
        .filter((folder): folder is string => Boolean(folder))
        .flatMap((folder) => [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Chromium', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]);
    default: {
      const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), '/opt/google/chrome', '/snap/bin'];
      const names = [
        'google-chrome-stable',
        'google-chrome',
        'chrome',
        'chromium',
        'chromium-browser',
        'microsoft-edge',
      ];
      return names.flatMap((name) => folders.map((folder) => join(folder, name)));
    }
  }
}
