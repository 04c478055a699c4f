import { describe, expect, test } from 'vitest';
import { readQuery, type Settings, writeQuery } from '../../src/host/page/settings.ts';
import { short, spread, steady } from '../../src/host/page/statistics.ts';

const defaults: Settings = { seed: 1, noise: 'both', steps: 1000 };

describe('the address', () => {
  test('says nothing: the defaults', () => {
    expect(readQuery('', defaults)).toEqual({ settings: defaults, autostart: false, notes: [] });
    expect(readQuery('?utm_source=x&other', defaults).notes).toEqual([]);
  });

  test('says everything', () => {
    const query = readQuery('?seed=7&noise=off&steps=2000&autostart', defaults);
    expect(query).toEqual({ settings: { seed: 7, noise: 'off', steps: 2000 }, autostart: true, notes: [] });
    expect(readQuery('?autostart=0', defaults).autostart).toBe(false);
    expect(readQuery(`?seed=${Number.MAX_SAFE_INTEGER}`, defaults).settings.seed).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    'seed=-1',
    'seed=1.5',
    'seed=1e3',
    'seed=0x10',
    'seed=',
    'seed=%20',
    'seed=9007199254740992',
    'seed=NaN',
    'steps=0',
    'steps=10000001',
    'steps=99999999999999999999999',
    'noise=loud',
    'noise=__proto__',
    'noise=toString',
    'autostart=constructor',
    'autostart=__proto__',
    'seed=%3Cscript%3E',
    'seed=%FF%FE',
  ])('what makes no sense is left out, and said: %s', (part) => {
    const query = readQuery(`?${part}`, defaults);
    expect(query).toMatchObject({ settings: defaults, autostart: false });
    expect(query.notes.length).toBe(1);
    expect(query.notes[0]).toContain(`${part.split('=')[0]}=`);
  });

  test('a long value is not quoted at length', () => {
    expect(readQuery(`?seed=${'x'.repeat(100_000)}`, defaults).notes[0].length).toBeLessThan(200);
  });

  test('is written without what goes without saying, and read back', () => {
    expect(writeQuery(defaults, defaults)).toBe('');
    const settings: Settings = { seed: 5, noise: 'on', steps: 1000 };
    expect(writeQuery(settings, defaults)).toBe('?seed=5&noise=on');
    expect(readQuery(writeQuery(settings, defaults), defaults).settings).toEqual(settings);
  });
});

describe('what is shown of numbers', () => {
  test('least, median and largest of those that are finite', () => {
    expect(spread([3, 1, 2])).toEqual({ least: 1, median: 2, largest: 3 });
    expect(spread([4, 1, 2, 3])).toEqual({ least: 1, median: 2.5, largest: 4 });
    expect(spread([Number.NaN, 7, Infinity])).toEqual({ least: 7, median: 7, largest: 7 });
    expect(spread([Number.NaN])).toBeNull();
    expect(spread([])).toBeNull();
  });

  test('four digits', () => {
    expect(short(1234.56)).toBe('1235');
    expect(short(4.4914e-12)).toBe('4.491e-12');
    expect(steady(1)).toBe('1.000');
    expect(steady(0)).toBe('0');
    expect(steady(1e-9)).toBe('1e-9');
  });
});
