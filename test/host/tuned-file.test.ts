import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findTuned, type TunedEntry } from '../../src/engine/index.ts';
import { TunedFile, tunedPath } from '../../src/host/node/tuned-file.ts';
import { tunedEntry } from '../engine/tuned.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-tuned-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function store(text?: string) {
  const path = join(folder, `${count++}`, 'tuned.json');
  const warnings: string[] = [];
  const open = () => new TunedFile(path, (warning) => warnings.push(warning));
  const write = async (content: string) => {
    await open().save(tunedEntry());
    writeFileSync(path, content);
  };
  return { path, warnings, open, ready: text === undefined ? Promise.resolve() : write(text) };
}

const names = (entries: readonly TunedEntry[]) => entries.map((entry) => entry.adapter.name).sort();

describe('what was tuned, in a file', () => {
  test('comes back, in another process too; a later entry of the same key takes the place of the earlier', async () => {
    const { open, path, warnings } = store();
    expect(await open().load()).toEqual([]);
    await open().save(tunedEntry());
    await open().save(tunedEntry({ name: 'other' }));
    const later = tunedEntry({}, { date: '2027-01-01T00:00:00.000Z' });
    await open().save(later);
    const entries = await open().load();
    expect(names(entries)).toEqual(['an adapter', 'other']);
    expect(findTuned(entries, later)).toEqual(later);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1 });
    expect(warnings).toEqual([]);
    expect(readdirSync(join(path, '..'))).toEqual(['tuned.json']);
  });

  test('is not lost where many write at once', async () => {
    const { open } = store();
    const many = Array.from({ length: 20 }, (_, k) => `adapter ${k}`);
    await Promise.all(many.map((name) => open().save(tunedEntry({ name }))));
    expect(names(await open().load())).toEqual(many.sort());
  });

  test.each([
    ['cut short', '{"version":1,"entr', /is ignored: it is not JSON/],
    ['of another kind', '[1,2]', /is ignored: it is no table of version 1/],
    ['null', 'null', /is ignored: it is no table of version 1/],
    ['of another version', '{"version":2,"entries":[]}', /is ignored: it is no table of version 1/],
    ['empty', '', /is ignored: it is not JSON/],
  ])('damaged (%s): is named and ignored, and set aside by the next writer', async (_, text, message) => {
    const { open, path, warnings, ready } = store(text);
    await ready;
    expect(await open().load()).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(message)]);
    expect(warnings[0]).toContain(path);
    await open().save(tunedEntry());
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
    expect(warnings[1]).toContain(`set aside as ${path}.damaged`);
    expect(names(await open().load())).toEqual(['an adapter']);
  });

  test('a damaged entry is named and ignored; the others serve', async () => {
    const good = tunedEntry();
    const [measured] = good.measured;
    const broken: [unknown, string][] = [
      [7, 'it is no object'],
      [{ ...good, version: 9 }, 'its version is 9'],
      [{ ...good, place: undefined }, 'it does not say whose times it has'],
      [{ ...good, measured: [] }, 'it has no measurements'],
      [{ ...good, measured: [{ ...measured, compile: 'long' }] }, 'one of its times is none'],
      [{ ...good, measured: [{ ...measured, step: null }] }, 'one of its times is none'],
      [{ ...good, measured: [{ ...measured, choice: { strategy: 'lane' } }] }, 'one of its plans is none of this'],
      [{ ...good, best: { ...good.best, lanes: 0 } }, 'its best plan is none of this version'],
    ];
    const entries = [...broken.map(([entry]) => entry), good];
    const { open, warnings, ready } = store(JSON.stringify({ version: 1, entries }));
    await ready;
    expect(await open().load()).toEqual([good]);
    expect(warnings).toEqual(broken.map(([, why], k) => expect.stringContaining(`entry ${k + 1} is ignored: ${why}`)));
  });

  test('findings of single looks, as they were kept before, can still be read', async () => {
    const good = tunedEntry();
    const old = { ...good, measured: good.measured.map((m) => ({ ...m, samples: 1 })) };
    const { open, warnings, ready } = store(JSON.stringify({ version: 1, entries: [old] }));
    await ready;
    expect(await open().load()).toEqual([old]);
    expect(warnings).toEqual([]);
  });

  test('the lock of a writer that was killed is broken', async () => {
    const { open, path, ready } = store('');
    await ready;
    writeFileSync(`${path}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, longAgo, longAgo);
    await open().save(tunedEntry());
    expect(await open().load()).toHaveLength(1);
  });

  test('a place that cannot be written is an error that says what to do', async () => {
    writeFileSync(join(folder, 'file'), '');
    const inside = new TunedFile(join(folder, 'file', 'tuned.json'), () => {});
    await expect(inside.save(tunedEntry())).rejects.toMatchObject({
      code: 'HOST',
      fix: expect.stringContaining('FLATWALK_TUNE_FILE'),
    });
  });

  test('is where FLATWALK_TUNE_FILE says, or in the cache', async () => {
    expect(await tunedPath({ FLATWALK_TUNE_FILE: '/a/b.json' })).toBe('/a/b.json');
    expect(await tunedPath({ FLATWALK_CACHE: join(folder, 'cache') })).toBe(join(folder, 'cache/flatwalk/tuned.json'));
  });
});
