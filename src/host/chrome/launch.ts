/** Starts headless Chrome with WebGPU. The only file that imports puppeteer. */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { FlatwalkError } from '../../model/errors.ts';
import {
  type AdapterKind,
  type AdapterWish,
  defaultAdapterWish,
  describeMachine,
  SLOW_ON_SWIFTSHADER,
} from '../node/environment.ts';
import { type BrowserWish, type ChromeProgram, defaultBrowserWish, findChrome } from './find.ts';

export type { Browser, Page };

/** Chrome brings SwiftShader along; it does not accept lavapipe. */
export type ChromeAdapter = Exclude<AdapterKind, 'lavapipe'>;

export interface ChromeOptions {
  /** By default FLATWALK_ADAPTER, else `auto`: hardware where a GPU shows itself, else Chrome's own SwiftShader. */
  readonly adapter?: AdapterWish;
  /** By default FLATWALK_BROWSER, else `auto`. */
  readonly browser?: BrowserWish;
  /** The page presents a WebGPU canvas, on screen or in a screenshot. Computing alone needs less. */
  readonly show?: boolean;
}

export interface Chrome {
  readonly browser: Browser;
  readonly program: ChromeProgram;
  /** The one it was started for; a page tells the one it got (see pageAdapter). */
  readonly adapter: ChromeAdapter;
  /** Those that chose the adapter among others; messages quote them. */
  readonly flags: readonly string[];
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

/**
 * Starts a browser with a fresh profile. Both go away on close(), and also when our process ends or is interrupted.
 * FLATWALK_CHROME_FLAGS adds flags to those chosen here.
 */
export async function launchChrome(options: ChromeOptions = {}): Promise<Chrome> {
  const adapter = chromeAdapter(options.adapter ?? defaultAdapterWish());
  const program = await findChrome(options.browser ?? defaultBrowserWish());
  const puppeteer = await importPuppeteer();
  const more = (process.env.FLATWALK_CHROME_FLAGS ?? '').split(/\s+/).filter(Boolean);
  const flags = [...chromeFlags(adapter, options.show ?? false), ...more];
  // Puppeteer would make a profile itself, but it leaves it behind where the browser does not start.
  const profile = await mkdtemp(join(tmpdir(), 'flatwalk-chrome-'));
  const entry: Running = { profile, browser: null };
  guard(entry);
  try {
    const browser = await puppeteer.launch({
      executablePath: program.path,
      userDataDir: profile,
      // The embedded program is Chromium's headless shell, which knows the old name of the mode only.
      headless: program.kind === 'embedded' ? 'shell' : true,
      args: flags,
      env: { ...withoutDrivers(process.env), ...program.environment, ...softwareDriver(program, adapter) },
      // On SIGTERM and SIGHUP puppeteer would close the browser and let our process live on; see endBySignal.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    entry.browser = browser;
    const close = async () => {
      try {
        await browser.close();
      } finally {
        await unguard(entry);
      }
    };
    return { browser, program, adapter, flags, close };
  } catch (cause) {
    await unguard(entry);
    throw new FlatwalkError('HOST', whyNotStarted(program, cause), startFix(program, cause), { cause });
  }
}

/** A browser being started or running, which must not outlive our process. */
interface Running {
  readonly profile: string;
  browser: Browser | null;
}
const running = new Set<Running>();

/** A browser that was just killed may still be writing, hence the retries. */
const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 };

function endRunning(): void {
  for (const { browser, profile } of running) {
    browser?.process()?.kill('SIGKILL');
    rmSync(profile, removal);
  }
}

/**
 * A signal that nobody listens to ends a process without its exit handlers, hence this listener. Where someone else
 * listens too, whether and when the process ends is their decision.
 */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function guard(entry: Running): void {
  if (running.size === 0) {
    process.on('exit', endRunning);
    for (const signal of signals) process.on(signal, endBySignal);
  }
  running.add(entry);
}

async function unguard(entry: Running): Promise<void> {
  await rm(entry.profile, removal);
  running.delete(entry);
  if (running.size > 0) return;
  process.off('exit', endRunning);
  for (const signal of signals) process.off(signal, endBySignal);
}

/** Which of the adapters Chrome shall use. */
export function chromeAdapter(wish: AdapterWish, machine = describeMachine()): ChromeAdapter {
  switch (wish) {
    case 'hardware':
    case 'swiftshader':
      return wish;
    case 'auto':
      // Chrome brings SwiftShader along, so only Linux without a GPU needs to be told to use it.
      return machine.platform === 'linux' && machine.deviceNodes.length === 0 ? 'swiftshader' : 'hardware';
    case 'lavapipe':
      throw new FlatwalkError(
        'NO_ADAPTER',
        'Chrome does not accept lavapipe as a WebGPU adapter.',
        'Use --adapter swiftshader in Chrome, or lavapipe in Node.',
      );
    default:
      return wish satisfies never;
  }
}

/** The command-line flags for an adapter. Pure; messages quote them. */
export function chromeFlags(
  adapter: ChromeAdapter,
  show: boolean,
  platform: NodeJS.Platform = process.platform,
  root: boolean = process.getuid?.() === 0,
): string[] {
  const flags = ['--disable-background-networking', '--no-first-run'];
  // Chrome refuses to start its sandbox as root.
  if (root) flags.push('--no-sandbox');
  if (adapter === 'swiftshader') {
    flags.push('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader');
    flags.push(`--disable-dawn-features=${SLOW_ON_SWIFTSHADER}`);
    // Without these the device is lost when the first frame is presented.
    if (show) {
      flags.push(
        '--enable-features=Vulkan',
        '--use-vulkan=swiftshader',
        '--use-angle=vulkan',
        '--ignore-gpu-blocklist',
      );
    }
  } else if (platform === 'linux') {
    // Chrome offers WebGPU by itself on macOS and Windows, but on Linux not on every GPU.
    flags.push('--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-angle=vulkan', '--ignore-gpu-blocklist');
  }
  return flags;
}

/**
 * What draws a page (ANGLE on Vulkan) asks the system for a driver, and a machine without any would lose its canvas; the
 * browser's own is named instead.
 */
function softwareDriver({ softwareDriver: file }: ChromeProgram, adapter: ChromeAdapter): Record<string, string> {
  return file && adapter === 'swiftshader' ? { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file } : {};
}

/** Drivers named for Node's Vulkan would also reach Chrome's, which brings its own. */
function withoutDrivers(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { VK_DRIVER_FILES: _files, VK_ICD_FILENAMES: _names, ...rest } = environment;
  return rest;
}

function whyNotStarted(program: ChromeProgram, cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  // Puppeteer's message ends with what the browser wrote to stderr, and then with a link to its own help.
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line && !line.startsWith('TROUBLESHOOTING'));
  const shown = lines.length > 12 ? [lines[0], '...', ...lines.slice(-10)] : lines;
  return `The ${program.kind} browser ${program.path} does not start.\n  ${shown.join('\n  ')}`;
}

function startFix(program: ChromeProgram, cause: unknown): string {
  if (cause instanceof Error && /no usable sandbox/i.test(cause.message)) {
    return 'Allow user namespaces, or, for pages you trust, do without a sandbox: FLATWALK_CHROME_FLAGS=--no-sandbox';
  }
  switch (program.kind) {
    case 'given':
      return 'PUPPETEER_EXECUTABLE_PATH must name a Chrome or Chromium; unset it to use an installed or the embedded one.';
    case 'installed':
      return 'Repair it, or use the embedded one: FLATWALK_BROWSER=embedded';
    case 'embedded':
      return 'Install Chrome or Chromium, which brings what it needs along, or name one by PUPPETEER_EXECUTABLE_PATH.';
    default:
      return program.kind satisfies never;
  }
}

async function importPuppeteer(): Promise<typeof import('puppeteer')['default']> {
  try {
    return (await import('puppeteer')).default;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    const detail = missing ? 'it is not installed' : cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError(
      'HOST',
      `Cannot load puppeteer, which drives Chrome: ${detail}`,
      'Add it: npm install puppeteer',
      { cause },
    );
  }
}
