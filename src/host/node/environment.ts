/**
 * Which adapter Dawn in Node shall use, and what the process needs for it.
 *
 * Choosing is a pure function over a description of the machine. It looks at files only, because asking Vulkan would
 * load every driver there is; whether a driver then works shows when it is opened (see gpu.ts).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FlatwalkError } from '../../model/errors.ts';
import { findEmbedded, unpackEmbedded } from './embedded.ts';

/**
 * What a user may ask for, by `--adapter NAME` or the environment variable FLATWALK_ADAPTER:
 * - `auto`: the first of the others that works, in this order;
 * - `hardware`: a real GPU;
 * - `lavapipe`: Mesa's software Vulkan driver, installed on the system;
 * - `swiftshader`: the embedded software adapter, the same on every Linux x64 machine.
 */
export const adapterWishes = ['auto', 'hardware', 'lavapipe', 'swiftshader'] as const;
export type AdapterWish = (typeof adapterWishes)[number];
export type AdapterKind = Exclude<AdapterWish, 'auto'>;
export const adapterKinds = adapterWishes.filter((wish) => wish !== 'auto');

/** Everything the choice depends on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Device nodes that show a GPU. */
  readonly deviceNodes: readonly string[];
  /** Vulkan driver manifests in the standard folders. */
  readonly drivers: readonly string[];
  /** Drivers the user named to the Vulkan loader (VK_DRIVER_FILES); empty when none. */
  readonly userDrivers: string;
  /** Why the embedded adapter cannot be used, or null where it can. */
  readonly withoutEmbedded: string | null;
}

/** One adapter worth trying. */
export interface Candidate {
  /** `system` is whatever the system's own Vulkan, Metal or Direct3D offers, not known before it is opened. */
  readonly kind: AdapterKind | 'system';
  /** Driver manifests the Vulkan loader shall use; 'embedded' for our own, null to leave it alone. */
  readonly drivers: readonly string[] | 'embedded' | null;
  readonly reason: string;
}

/** An adapter that is not worth trying, and why. */
export interface Absent {
  readonly kind: AdapterKind;
  readonly reason: string;
}

/**
 * What Dawn shall not use on SwiftShader, in Node and in Chromium: workgroup memory that the driver clears. SwiftShader unrolls
 * the clearing, and compiles for 1.2 ms for each number; without this Dawn clears it in a loop. (Dawn of webgpu 0.6.2,
 * SwiftShader 5.0: `cholesky_panel` took 3.5 s to compile, and takes 0.3 s.)
 */
export const SLOW_ON_SWIFTSHADER = 'use_vulkan_zero_initialize_workgroup_memory_extension';

const softwareDrivers = /(lvp|lavapipe|swiftshader)/i;
const lavapipeDrivers = /(lvp|lavapipe)/i;

const fixes: Record<AdapterWish, string> = {
  auto: 'Add a software adapter (npm install @sparticuz/chromium, on Linux x64), or a driver: of your GPU, or Mesa 23 or newer (Debian and Ubuntu: mesa-vulkan-drivers).',
  hardware: 'Install the Vulkan driver of your GPU, or choose another adapter: --adapter auto',
  lavapipe: 'Install Mesa 23 or newer (Debian and Ubuntu: mesa-vulkan-drivers), or choose --adapter swiftshader',
  swiftshader:
    'Add the package (npm install @sparticuz/chromium, on Linux x64), or choose another adapter: --adapter auto',
};

/** Reads a wish given as text, by an environment variable if one is named. @throws BAD_ARGUMENT */
export function parseAdapterWish(text: string, variable?: string): AdapterWish {
  const wish = adapterWishes.find((name) => name === text);
  if (wish) return wish;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `There is no adapter choice "${text}"${variable ? ` (${variable})` : ''}.`,
    `Choose ${adapterWishes.join(', ')}.`,
  );
}

/** A wish as programs give it, which may be anything. @throws BAD_ARGUMENT */
export function checkAdapterWish(wish: unknown): AdapterWish {
  if (typeof wish === 'string') return parseAdapterWish(wish);
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `An adapter is chosen by its name, a text, and not by ${inWords(wish)}.`,
    `Give one of ${adapterWishes.map((name) => `'${name}'`).join(', ')}; or nothing, for FLATWALK_ADAPTER or the best there is.`,
  );
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  const keys = Object.keys(value);
  return keys.length > 0 ? `an object (with ${keys.slice(0, 4).join(', ')})` : 'an object';
}

/** The wish in force where none was given: FLATWALK_ADAPTER, else `auto`. */
export function defaultAdapterWish(environment: NodeJS.ProcessEnv = process.env): AdapterWish {
  return parseAdapterWish(environment.FLATWALK_ADAPTER || 'auto', 'FLATWALK_ADAPTER');
}

/**
 * The adapter tests are pinned to, so that their results do not depend on the machine: FLATWALK_TEST_ADAPTER, else the
 * embedded one, else (no Linux on x64) what the system has.
 */
export function pinnedAdapterWish(environment: NodeJS.ProcessEnv = process.env): AdapterWish {
  const chosen = environment.FLATWALK_TEST_ADAPTER;
  if (chosen && chosen !== 'all') return parseAdapterWish(chosen, 'FLATWALK_TEST_ADAPTER');
  return typeof findEmbedded() === 'string' ? 'auto' : 'swiftshader';
}

/** The candidates for a wish, best first. Never empty: a wish that cannot be met is an error. */
export function chooseAdapter(wish: AdapterWish, machine: Machine): Candidate[] {
  if (wish === 'auto') {
    if (machine.userDrivers) {
      return [{ kind: 'system', drivers: null, reason: `VK_DRIVER_FILES names ${machine.userDrivers}` }];
    }
    if (machine.platform !== 'linux') {
      return [{ kind: 'system', drivers: null, reason: `${machine.platform} has its own graphics drivers` }];
    }
  }
  const wanted = wish === 'auto' ? adapterKinds : [wish];
  const found = wanted.map((kind) => lookFor(kind, machine));
  const candidates = found.filter((one): one is Candidate => 'drivers' in one);
  if (candidates.length > 0) return candidates;
  throw new FlatwalkError(
    'NO_ADAPTER',
    found.map(({ kind, reason }) => `No ${kind} adapter: ${reason}.`).join('\n  '),
    fixes[wish],
  );
}

/** Looks for one kind of adapter. */
export function lookFor(kind: AdapterKind, machine: Machine): Candidate | Absent {
  switch (kind) {
    case 'hardware':
      return lookForHardware(machine);
    case 'lavapipe': {
      if (machine.platform !== 'linux') return { kind, reason: 'flatwalk looks for lavapipe on Linux only' };
      const drivers = machine.drivers.filter((driver) => lavapipeDrivers.test(driver));
      if (drivers.length === 0) return { kind, reason: 'no Vulkan driver manifest of lavapipe (lvp_icd) is installed' };
      return { kind, drivers, reason: drivers.join(', ') };
    }
    case 'swiftshader':
      if (machine.withoutEmbedded !== null) return { kind, reason: machine.withoutEmbedded };
      return { kind, drivers: 'embedded', reason: 'the embedded software adapter' };
    default:
      return kind satisfies never;
  }
}

function lookForHardware(machine: Machine): Candidate | Absent {
  const kind = 'hardware';
  if (machine.platform !== 'linux') return { kind, drivers: null, reason: `${machine.platform}'s own drivers` };
  if (machine.userDrivers) return { kind, drivers: null, reason: `VK_DRIVER_FILES names ${machine.userDrivers}` };
  if (machine.deviceNodes.length === 0) return { kind, reason: 'no GPU shows itself under /dev (dri, nvidia, dxg)' };
  // Naming the drivers keeps a software driver beside them from answering in place of a GPU that does not.
  const drivers = machine.drivers.filter((driver) => !softwareDrivers.test(driver));
  if (drivers.length === 0) {
    return { kind, reason: `there is ${machine.deviceNodes.join(', ')}, but no Vulkan driver for it is installed` };
  }
  return { kind, drivers, reason: machine.deviceNodes.join(', ') };
}

/** Looks at this machine: a few folder listings, nothing is loaded. */
export function describeMachine(environment: NodeJS.ProcessEnv = process.env): Machine {
  const { platform } = process;
  const embedded = findEmbedded();
  const linux = platform === 'linux';
  return {
    platform,
    deviceNodes: linux ? gpuNodes() : [],
    drivers: linux ? driverFolders(environment).flatMap((folder) => list(folder, /\.json$/)) : [],
    userDrivers: environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES || '',
    withoutEmbedded: typeof embedded === 'string' ? embedded : null,
  };
}

function gpuNodes(): string[] {
  // dxg is the GPU of the Windows host, seen from WSL.
  return [...list('/dev/dri', /^renderD\d+$/), ...list('/dev', /^(nvidia\d+|dxg)$/)];
}

/** The folders in which the Vulkan loader looks for driver manifests. */
function driverFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment.HOME || homedir();
  const roots = [
    environment.XDG_CONFIG_HOME || join(home, '.config'),
    ...(environment.XDG_CONFIG_DIRS || '/etc/xdg').split(delimiter),
    '/etc',
    environment.XDG_DATA_HOME || join(home, '.local/share'),
    ...(environment.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(delimiter),
  ];
  return [...new Set(roots.filter(Boolean))].map((root) => join(root, 'vulkan/icd.d'));
}

function list(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

const embeddedDriver = 'vk_swiftshader_icd.json';
const vulkanLoader = 'libvulkan.so.1';

/**
 * The environment variables another process needs, set before it starts, to see an adapter through Vulkan: Dawn in
 * another Node or in a worker thread of it, Deno, any Vulkan program.
 */
export async function environmentFor(wish: AdapterWish = defaultAdapterWish()): Promise<Record<string, string>> {
  return variablesOf(chooseAdapter(checkAdapterWish(wish), describeMachine())[0]);
}

async function variablesOf({ drivers }: Candidate): Promise<Record<string, string>> {
  if (drivers === null) return {};
  if (drivers !== 'embedded') return driverVariables(drivers.join(delimiter));
  const folder = await unpackEmbedded('swiftshader');
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return { ...driverVariables(join(folder, embeddedDriver)), LD_LIBRARY_PATH: libraries };
}

/** Loaders before 1.3.207 know only the second name; later ones prefer the first. */
function driverVariables(files: string): Record<string, string> {
  return { VK_DRIVER_FILES: files, VK_ICD_FILENAMES: files };
}

/**
 * Runs an action, which makes a Vulkan instance, with the drivers of one candidate. No second process is needed:
 * - Node writes `process.env` through to the C environment, where the Vulkan loader reads it while an instance is made;
 *   afterwards it is put back, so that processes started later see what the user set. (In a worker thread `process.env`
 *   is a copy and this does nothing: there the process must have been started with `environmentFor`.)
 * - LD_LIBRARY_PATH is read only when a process starts, so the embedded Vulkan loader is loaded here by its path. Dawn
 *   then asks for "libvulkan.so.1" and is given the one that is already there.
 */
export async function withDrivers<T>(candidate: Candidate, action: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return action();
  await loadVulkan(candidate.drivers === 'embedded');
  const { LD_LIBRARY_PATH: _readAtStartOnly, ...variables } = await variablesOf(candidate);
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await action();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * Loads the Vulkan loader: the system's, or the embedded one where that is asked for or the system has none. (Containers
 * given an NVIDIA GPU have a driver and often no loader.)
 */
async function loadVulkan(embedded: boolean): Promise<void> {
  let failure = embedded ? '' : loadLibrary(vulkanLoader);
  if (failure !== null && typeof findEmbedded() !== 'string') {
    failure = loadLibrary(join(await unpackEmbedded('swiftshader'), vulkanLoader));
  }
  if (failure === null) return;
  throw new FlatwalkError(
    'HOST',
    `Cannot load the Vulkan loader: ${failure}`,
    'Install it (Debian and Ubuntu: libvulkan1); if it is the embedded one, FLATWALK_CACHE must allow execution.',
  );
}

/** RTLD_NODELETE, of <dlfcn.h> on Linux; Node does not export it. */
const keepLoaded = 0x1000;

/**
 * Loads a shared library that is no Node addon. `process.dlopen` throws for it in any case, having found no addon in it,
 * and closes it again; the flag keeps it loaded nonetheless. So the error tells nothing: the process's map of memory does.
 * Returns null, or why the library could not be loaded.
 */
function loadLibrary(file: string): string | null {
  let failure = `${file} was loaded and went away`;
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | keepLoaded);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  return readFileSync('/proc/self/maps', 'utf8').includes(`/${vulkanLoader}`) ? null : failure;
}
