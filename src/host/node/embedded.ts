/**
 * The embedded software adapter and browser: SwiftShader and Chromium, unpacked from the archives of the npm package
 * `@sparticuz/chromium`. Linux on x64 only.
 *
 * The package would unpack them itself, but into a shared temporary folder, trusting any file it finds there. Here they
 * go into a private folder, whole or not at all, and are checked before each use.
 */
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, isAbsolute, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { FlatwalkError } from '../../model/errors.ts';

const packageName = '@sparticuz/chromium';

/** What can be unpacked, and the archives each part needs. Dawn in Node needs the first only, and that one is quick. */
const archives = {
  swiftshader: ['swiftshader.tar.br'],
  chromium: ['chromium.br', 'swiftshader.tar.br', 'al2023.tar.br', 'fonts.tar.br'],
} as const;

export type EmbeddedPart = keyof typeof archives;

export interface EmbeddedPackage {
  /** The package's own folder. */
  readonly folder: string;
  readonly version: string;
}

/** Written last, so that a folder holding one is complete: every file with its size. */
interface Manifest {
  readonly files: Readonly<Record<string, number>>;
}
const manifestName = 'flatwalk-manifest.json';
export const fontsFile = 'fonts.conf';

/** Temporary folders are named so that leftovers of a killed process can be told, and removed after this long. */
const temporaryPrefix = '.unpacking-';
const leftoverAge = 60 * 60 * 1000;

/** The installed package, or in words why the embedded parts cannot be used here. */
export function findEmbedded(): EmbeddedPackage | string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the embedded software adapter and browser run on Linux x64 only, and this is ${process.platform} ${process.arch}`;
  }
  // The package exports neither its package.json nor its archives, so look where Node would.
  const places = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  const folder = places.map((place) => join(place, packageName)).find((place) => existsSync(join(place, 'bin')));
  if (!folder) return `the npm package ${packageName} is not installed`;
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}

/**
 * The folder holding one embedded part, unpacked now if it is not there already. Safe to call from several processes at
 * once: each unpacks into a folder of its own, and the first to finish moves it into place.
 */
export async function unpackEmbedded(part: EmbeddedPart): Promise<string> {
  const found = findEmbedded();
  if (typeof found === 'string') {
    throw new FlatwalkError(
      'HOST',
      `Cannot unpack ${part}: ${found}.`,
      `On Linux x64, add it: npm install ${packageName}`,
    );
  }
  const cache = await cacheFolder();
  const target = join(cache, `${part}-${found.version}`);
  if (await isComplete(target)) return target;

  await removeLeftovers(cache);
  const temporary = await mkdtemp(join(cache, `${temporaryPrefix}${part}-`));
  try {
    await unpackInto(temporary, join(found.folder, 'bin'), part);
    if (part === 'chromium') await writeFile(join(temporary, fontsFile), fontsConfiguration(target));
    await writeManifest(temporary);
    await moveIntoPlace(temporary, target);
    return target;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError(
      'HOST',
      `Cannot unpack ${part} into ${cache}: ${detail}`,
      'Free some space (Chromium takes 250 MB), install the packages again, or set FLATWALK_CACHE to another folder.',
      { cause },
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function unpackInto(folder: string, bin: string, part: EmbeddedPart): Promise<void> {
  await Promise.all(
    archives[part].map(async (archive) => {
      const file = join(bin, archive);
      if (archive.endsWith('.tar.br')) {
        await unpackTar(file, folder);
      } else {
        const output = join(folder, basename(archive, '.br'));
        await pipeline(createReadStream(file), createBrotliDecompress(), createWriteStream(output));
        await chmod(output, 0o700);
      }
    }),
  );
}

/** The last step: a folder with a manifest is complete. */
async function writeManifest(folder: string): Promise<void> {
  const manifest: Manifest = { files: await sizesBelow(folder) };
  await writeFile(join(folder, manifestName), JSON.stringify(manifest, null, 2));
}

/** The archive's own configuration looks for fonts in folders that any user may write. */
function fontsConfiguration(folder: string): string {
  const path = (name: string) => join(folder, name).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path('fonts')}</dir>
  <cachedir>${path('fonts-cache')}</cachedir>
</fontconfig>
`;
}

async function unpackTar(file: string, folder: string): Promise<void> {
  const tar = await import('tar').catch((cause: unknown) => {
    throw new FlatwalkError('HOST', 'The npm package tar is not installed.', 'Add it: npm install tar', { cause });
  });
  // strict: a warning (an absolute path, a damaged entry) is an error. preserveOwner would, for root, hand the files to
  // whoever made the archive.
  await tar.extract({ file, cwd: folder, brotli: true, strict: true, preserveOwner: false });
}

async function sizesBelow(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(folder, path)] = (await lstat(path)).size;
  }
  return sizes;
}

/** Puts a complete folder where it belongs, unless another process has done so meanwhile. */
async function moveIntoPlace(temporary: string, target: string): Promise<void> {
  if (await isComplete(target)) return;
  // What lies there is damaged. Move it aside first: a folder cannot be renamed over one that is not empty.
  const aside = `${temporary}-old`;
  await renameUnless(target, aside, ['ENOENT']);
  await rm(aside, { recursive: true, force: true });
  const moved = await renameUnless(temporary, target, ['ENOTEMPTY', 'EEXIST']);
  if (!moved && !(await isComplete(target))) throw new Error(`another process left ${target} incomplete`);
}

/** Renames and says whether it did; the named error codes mean "no", any other is thrown. */
async function renameUnless(from: string, to: string, codes: readonly string[]): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codes.includes(errorCode(error))) return false;
    throw error;
  }
}

/** Whether a folder holds every file of its manifest at its full size, all of it ours. */
async function isComplete(folder: string): Promise<boolean> {
  try {
    if ((await whyNotPrivate(folder)) !== null) return false;
    const manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Manifest;
    const checks = Object.entries(manifest.files).map(async ([file, size]) => {
      const entry = await lstat(join(folder, file));
      return entry.isFile() && entry.size === size && entry.uid === process.getuid?.();
    });
    return checks.length > 0 && (await Promise.all(checks)).every(Boolean);
  } catch (error) {
    // Something is missing or is no manifest: the folder gets unpacked anew, which reports what is wrong if that fails.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(cache, name);
    // Another process may finish and remove its own between the two calls; `rm` with force does not mind.
    const entry = await lstat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (entry && Date.now() - entry.mtimeMs > leftoverAge) await rm(path, { recursive: true, force: true });
  }
}

/**
 * A private folder to unpack into. Where FLATWALK_CACHE is set, below it or not at all; otherwise below XDG_CACHE_HOME or
 * ~/.cache, and where neither can be written, below the temporary folder.
 */
export async function cacheFolder(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const chosen = environment.FLATWALK_CACHE;
  const xdg = environment.XDG_CACHE_HOME;
  const home = environment.HOME || homedir();
  const candidates = chosen
    ? [join(chosen, 'flatwalk')]
    : [
        // The XDG rules say that a relative path is to be ignored.
        xdg && isAbsolute(xdg) ? join(xdg, 'flatwalk') : join(home, '.cache', 'flatwalk'),
        join(tmpdir(), `flatwalk-${process.getuid?.() ?? 'user'}`),
      ];
  const failures: string[] = [];
  for (const folder of candidates) {
    const failure = await makePrivate(folder);
    if (failure === null) return folder;
    failures.push(`${folder}: ${failure}`);
  }
  throw new FlatwalkError(
    'HOST',
    `No private folder to unpack into.\n  ${failures.join('\n  ')}`,
    'Set FLATWALK_CACHE to a folder of your own that can be written.',
  );
}

/** Makes a folder only its owner can enter; returns null, or why it cannot be used. */
async function makePrivate(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
    return await whyNotPrivate(folder);
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST'].includes(errorCode(error))) {
      return error instanceof Error ? error.message : String(error);
    }
    throw error;
  }
}

/** Anyone who can write there could put a library of theirs into our process. */
async function whyNotPrivate(folder: string): Promise<string | null> {
  const entry = await lstat(folder);
  if (!entry.isDirectory()) return 'is not a folder';
  if (entry.uid !== process.getuid?.()) return `belongs to another user (uid ${entry.uid})`;
  if ((entry.mode & 0o077) !== 0) return 'is open to other users (chmod 700 it, or remove it)';
  return null;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
