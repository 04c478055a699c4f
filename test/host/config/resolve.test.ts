/** Flags over a file over defaults. */
import { describe, expect, test } from 'vitest';
import { complaint } from '../../../src/host/config/kinds.ts';
import { resolve } from '../../../src/host/config/resolve.ts';
import { entry, keys } from '../../../src/host/config/table.ts';

test('every default is one that may be given, and what is needed comes first', () => {
  for (const [at, key] of keys.entries()) {
    const { kind, default: usual, needs } = entry(key);
    if (usual !== undefined) expect(complaint(kind, usual), key).toBe(null);
    if (needs) expect((keys as string[]).slice(0, at), key).toContain(needs.key);
  }
});

describe('settings', () => {
  test('come from flags, then from the file, then from defaults', () => {
    const file = { data: 'a.csv', target: 'y', width: 3, noise: 2 };
    const settings = resolve({ flags: { width: 5, seed: 7 }, file });
    expect(settings).toMatchObject({ data: 'a.csv', width: 5, noise: 2, seed: 7, steps: 100_000, initStd: 0.3 });
    expect(file.width).toBe(3);
  });

  test('that have no part in the run have no default', () => {
    const read = resolve({ flags: { data: 'a.csv', target: 'y' } });
    for (const key of ['n', 'd', 'labels', 'labelRange', 'dataSeed', 'initRange', 'loss'])
      expect(read).not.toHaveProperty(key);
    const made = resolve({ flags: { generate: 'unit', labels: 'teacher', batch: 'full' } });
    expect(made).toMatchObject({ n: 8, d: 32, teacherWidth: 1, teacherStd: 1, dataSeed: 0, loss: 'mean' });
    expect(made).not.toHaveProperty('labelRange');
  });

  const wrong: [flags: object, file: object, message: string][] = [
    [
      { data: 'a.csv', generate: 'unit' },
      {},
      'There are two data sets: --data and --generate\n  Leave out one of them.',
    ],
    [{}, { data: 'a.csv', generate: 'unit' }, 'There are two data sets: data and generate'],
    [{ data: 'a.csv', n: 3 }, {}, 'There is no --generate, so --n has no part in it\n  Leave it out.'],
    [{}, { data: 'a.csv', n: 3 }, 'There is no --generate, so n has no part in it'],
    [{ data: 'a.csv', teacherWidth: 3 }, {}, 'There is no --generate, so --teacher-width has no part in it'],
    [
      { labelRange: [1, 2] },
      { generate: 'unit', labels: 'teacher' },
      'labels is teacher, so --label-range has no part in it\n  Leave it out, or make it random.',
    ],
    [{ loss: 'sum' }, {}, '--batch is 1, so --loss has no part in it\n  Leave it out, or make it full.'],
    [{ init: 'sign-matched', initStd: 1 }, {}, '--init is sign-matched, so --init-std has no part in it'],
    [{ target: 'y' }, {}, 'There is no --data, so --target has no part in it'],
  ];
  test.each(wrong)('%j over %j are refused', (flags, file, message) => {
    expect(() => resolve({ flags, file })).toThrow(message);
  });

  test('that were recorded of weights go with them', () => {
    const recorded = { samples: 3, dimension: 4, dataChecksum: 'abc', pin: { strategy: 'lane' } } as const;
    const file = { data: 'a.csv', weights: 'a.npz', width: 5, replicas: 2, ...recorded } as const;
    const drawn = resolve({ flags: { init: 'gaussian' }, file });
    expect(drawn).toMatchObject({ data: 'a.csv', width: 5, replicas: 2, initStd: 0.3 });
    expect(drawn).not.toHaveProperty('dataChecksum');
    const others = resolve({ flags: { weights: 'b.npz' }, file });
    expect(others).toMatchObject({ weights: 'b.npz', replicas: 2 });
    for (const key of ['width', ...Object.keys(recorded)]) expect(others).not.toHaveProperty(key);
  });

  test('of the file that only belonged to what a flag replaces go with it', () => {
    const made = { generate: 'unit', n: 3, d: 4, labels: 'teacher', teacherWidth: 2, dataSeed: 1 } as const;
    const recorded = { samples: 3, dimension: 4, dataChecksum: 'abc', pin: { strategy: 'lane' } } as const;
    const file = { ...made, ...recorded, stepSize: 0.1, init: 'gaussian', initStd: 0.7 } as const;
    const read = resolve({ flags: { data: 'a.csv', target: 'y' }, file });
    for (const key of [...Object.keys(made), ...Object.keys(recorded)]) expect(read).not.toHaveProperty(key);
    expect(read).toMatchObject({ data: 'a.csv', stepSize: 0.1 });
    expect(resolve({ flags: { labels: 'random' }, file })).not.toHaveProperty('teacherWidth');
    expect(resolve({ flags: { init: 'sign-matched' }, file })).not.toHaveProperty('initStd');
    expect(resolve({ flags: { width: 5 }, file })).toMatchObject({ dataChecksum: 'abc', samples: 3 });
    expect(resolve({ flags: { width: 5 }, file })).not.toHaveProperty('pin');
    expect(resolve({ flags: { seed: 5, steps: 7 }, file })).toMatchObject(recorded);
  });
});
