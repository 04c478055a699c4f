import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder, findEmbedded, unpackEmbedded } from '../../src/host/node/embedded.ts';
import { runChild, useChild } from './child.ts';

const absent = findEmbedded();
if (typeof absent === 'string') console.log(`skipped: ${absent}`);

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'flatwalk-embedded-'));
  vi.stubEnv('FLATWALK_CACHE', scratch);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

const library = 'libvk_swiftshader.so';

describe.skipIf(typeof absent === 'string')('unpacking', () => {
  useChild();

  test('a fresh cache gets every file, private, with a manifest', async () => {
    const folder = await unpackEmbedded('swiftshader');
    expect(folder.startsWith(join(scratch, 'flatwalk', 'swiftshader-'))).toBe(true);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining([library, 'libvulkan.so.1', 'vk_swiftshader_icd.json']));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, library)).uid).toBe(process.getuid?.());
    expect(readdirSync(join(scratch, 'flatwalk'))).toHaveLength(1);
  });

  test('the second time it is only looked at', async () => {
    const folder = await unpackEmbedded('swiftshader');
    const before = statSync(join(folder, 'flatwalk-manifest.json')).ino;
    expect(await unpackEmbedded('swiftshader')).toBe(folder);
    expect(statSync(join(folder, 'flatwalk-manifest.json')).ino).toBe(before);
  });

  const damages: Record<string, (folder: string) => void> = {
    'a truncated file': (folder) => truncateSync(join(folder, library), 1000),
    'a missing file': (folder) => rmSync(join(folder, library)),
    'a file replaced by a link': (folder) => {
      const size = statSync(join(folder, library)).size;
      writeFileSync(join(scratch, 'other'), Buffer.alloc(size));
      rmSync(join(folder, library));
      symlinkSync(join(scratch, 'other'), join(folder, library));
    },
    'no manifest': (folder) => rmSync(join(folder, 'flatwalk-manifest.json')),
    'half a manifest': (folder) => truncateSync(join(folder, 'flatwalk-manifest.json'), 20),
    'a folder open to others': (folder) => chmodSync(folder, 0o777),
  };
  test.each(Object.keys(damages))('%s: unpacked anew', async (damage) => {
    const folder = await unpackEmbedded('swiftshader');
    const good = readFileSync(join(folder, library));
    damages[damage](folder);
    expect(await unpackEmbedded('swiftshader')).toBe(folder);
    expect(readFileSync(join(folder, library)).equals(good)).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(scratch, 'flatwalk'))).toHaveLength(1);
  });

  test('three processes at once: one result, no leftovers', async () => {
    const results = await Promise.all([1, 2, 3].map(() => runChild('unpacks', { FLATWALK_CACHE: scratch })));
    expect(results.map(({ code, errors }) => [code, errors])).toEqual([1, 2, 3].map(() => [0, '']));
    expect(new Set(results.map(({ output }) => output)).size).toBe(1);
    expect(readdirSync(join(scratch, 'flatwalk'))).toHaveLength(1);
    expect(await unpackEmbedded('swiftshader')).toBe(results[0].output.trim());
  });

  test('old leftovers of a killed process go, recent ones may be in use', async () => {
    const cache = join(scratch, 'flatwalk');
    mkdirSync(join(cache, '.unpacking-old'), { recursive: true, mode: 0o700 });
    chmodSync(cache, 0o700);
    mkdirSync(join(cache, '.unpacking-new'));
    utimesSync(join(cache, '.unpacking-old'), 0, 0);
    await unpackEmbedded('swiftshader');
    expect(existsSync(join(cache, '.unpacking-old'))).toBe(false);
    expect(existsSync(join(cache, '.unpacking-new'))).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('the cache folder', () => {
  test('FLATWALK_CACHE, then XDG_CACHE_HOME, then ~/.cache', async () => {
    const [xdg, home] = [join(scratch, 'xdg'), join(scratch, 'home')];
    expect(await cacheFolder({ FLATWALK_CACHE: scratch, XDG_CACHE_HOME: xdg })).toBe(join(scratch, 'flatwalk'));
    expect(await cacheFolder({ XDG_CACHE_HOME: xdg, HOME: home })).toBe(join(xdg, 'flatwalk'));
    expect(await cacheFolder({ XDG_CACHE_HOME: 'relative', HOME: home })).toBe(join(home, '.cache', 'flatwalk'));
    expect(await cacheFolder({ HOME: home })).toBe(join(home, '.cache', 'flatwalk'));
  });

  test('a home that cannot be written: a private folder among the temporary ones', async () => {
    writeFileSync(join(scratch, 'no-folder'), '');
    vi.stubEnv('TMPDIR', scratch);
    const folder = await cacheFolder({ HOME: join(scratch, 'no-folder') });
    expect(folder).toBe(join(scratch, `flatwalk-${process.getuid?.()}`));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('a chosen folder that cannot be used is an error, not replaced by another', async () => {
    writeFileSync(join(scratch, 'no-folder'), '');
    await expect(cacheFolder({ FLATWALK_CACHE: join(scratch, 'no-folder') })).rejects.toMatchObject({
      code: 'HOST',
      message: expect.stringContaining('no-folder'),
      fix: expect.stringContaining('FLATWALK_CACHE'),
    });
  });

  test('a folder others can write, or a link to one, is not trusted', async () => {
    mkdirSync(join(scratch, 'flatwalk'));
    chmodSync(join(scratch, 'flatwalk'), 0o777);
    await expect(cacheFolder({ FLATWALK_CACHE: scratch })).rejects.toThrow(/open to other users/);
    mkdirSync(join(scratch, 'link'));
    symlinkSync(join(scratch, 'flatwalk'), join(scratch, 'link', 'flatwalk'));
    await expect(cacheFolder({ FLATWALK_CACHE: join(scratch, 'link') })).rejects.toThrow(/is not a folder/);
  });
});
