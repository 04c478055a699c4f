/** Settings in the address of the page: what is written is read again, and nothing that is written there can do harm. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/host/config/read.ts';
import { resolve } from '../../src/host/config/resolve.ts';
import { type Given, type Key, keys } from '../../src/host/config/table.ts';
import { readAddress, writeAddress } from '../../src/host/page/session/address.ts';
import { presetNames, presetOf } from '../../src/host/page/session/presets.ts';
import { activationNames } from '../../src/model/activations.ts';

const F32_MAX = 3.4028234663852886e38;
const count = (min = 1) => fc.integer({ min, max: 1_000_000 });
const size = fc.double({ min: 0, max: F32_MAX, noNaN: true });
const above0 = fc.double({ min: 1e-30, max: F32_MAX, noNaN: true });
const word = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom(
    'true',
    'a,b',
    ' x ',
    '[1',
    '["a"]',
    '"q"',
    '%',
    '&=#?',
    '<img src=x onerror=alert(1)>',
    '__proto__',
    '1e3',
  ),
);
const range = fc.tuple(size, size).map((pair) => pair.sort((a, b) => a - b));
const schedule = fc.constantFrom('constant,warmup=500', 'cosine,final=0.01,warmup=500', 'step,every=10000,factor=0.5');

/** A value that each setting may have; those that have no place in a link stand with null. */
const values: { readonly [K in Key]: fc.Arbitrary<unknown> | null } = {
  data: word,
  target: word,
  inputs: fc.array(word, { minLength: 1, maxLength: 5 }),
  scale: fc.constantFrom('none', 'standardise', 'unit-norm', 'both'),
  generate: fc.constantFrom('gaussian', 'orthonormal', 'unit', 'paper'),
  n: count(),
  d: count(),
  labels: fc.constantFrom('random', 'teacher'),
  labelRange: range,
  labelSigns: fc.constantFrom('random', 'positive'),
  teacherWidth: count(),
  teacherStd: above0,
  dataSeed: count(0),
  weights: null,
  width: count(),
  activation: fc.constantFrom(...activationNames, 'cubic_linear:0.5'),
  secondLayer: fc.oneof(
    fc.constantFrom('ones', 'signs'),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 5 }),
  ),
  init: fc.constantFrom('gaussian', 'sign-matched'),
  initStd: size,
  initRange: range,
  retractFirst: fc.boolean(),
  stepSize: fc.oneof(fc.constant('auto'), size),
  stepSizeSchedule: schedule,
  noise: size,
  noiseSchedule: schedule,
  noiseLaw: fc.constantFrom('gaussian', 'rademacher'),
  batch: fc.oneof(fc.constant('full'), count()),
  loss: fc.constantFrom('mean', 'sum'),
  steps: count(0),
  replicas: count(),
  seed: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  pin: fc.record({ strategy: fc.constantFrom('lane', 'group', '4'), lanes: count() }, { requiredKeys: [] }),
  plan: null,
  metrics: fc.constantFrom(['loss'], ['loss', 'stableRank']),
  every: count(),
  stopWhen: fc.constantFrom('loss<1e-6', 'loss<1e-6 and stableRank<1.001'),
  keepEvery: null,
  out: null,
  samples: count(),
  dimension: count(),
  dataChecksum: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
};
const shared = keys.filter((key) => values[key] !== null);
const settingsIn = fc.record(
  Object.fromEntries(shared.map((key) => [key, values[key] as fc.Arbitrary<unknown>])) as {
    [k: string]: fc.Arbitrary<unknown>;
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Given>;

/** -0 is written as 0, and means the same. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const rest = new Map<string, string>();
/** All that is said: the preset with its changes. */
const said = ({ preset, changes }: Pick<ReturnType<typeof readAddress>, 'preset' | 'changes'>) =>
  plain({ ...presetOf(preset).settings, ...changes });

describe('settings in an address', () => {
  test.each(shared)('%s is read as it was written, whatever value it may have', (key) => {
    fc.assert(
      fc.property(values[key] as fc.Arbitrary<unknown>, fc.constantFrom(...presetNames), (value, preset) => {
        const changes = check('made', { [key]: value }) as Given;
        const read = readAddress(writeAddress({ preset, changes, rest }));
        expect(read.notes).toEqual([]);
        expect(said(read)).toEqual(said({ preset, changes }));
      }),
    );
  });

  test('so are many at once, with a preset and parts of tabs', () => {
    const parts = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\d$/), fc.string({ minLength: 1, unit: 'grapheme' }), {
      maxKeys: 3,
    });
    fc.assert(
      fc.property(settingsIn, fc.constantFrom(...presetNames), parts, (changes, preset, tabs) => {
        const read = readAddress(writeAddress({ preset, changes, rest: new Map(Object.entries(tabs)) }));
        expect(read.notes).toEqual([]);
        expect(said(read)).toEqual(said({ preset, changes }));
        expect(Object.fromEntries(read.rest)).toEqual(tabs);
      }),
    );
  });

  test('nothing is written that goes without saying', () => {
    for (const preset of presetNames) {
      const changes = presetOf(preset).settings;
      const text = writeAddress({ preset, changes, rest });
      expect(text).toBe(preset === presetNames[0] ? '' : `?preset=${preset}`);
    }
  });

  test('what was taken out of a preset is as the command has it, at the other end of a link, too', () => {
    const { noise: _, ...less } = presetOf('walk').settings;
    const changes = { noise: undefined };
    const read = readAddress(writeAddress({ preset: 'walk', changes, rest }));
    expect(resolve({ flags: { ...presetOf('walk').settings, ...read.changes } })).toEqual(resolve({ flags: less }));
  });

  test('a link is a config of flatwalk run', () => {
    const changes: Given = {
      noise: 0.5,
      seed: 7,
      activation: 'sinh',
      secondLayer: 'signs',
      batch: 'full',
      loss: 'sum',
    };
    const read = readAddress(writeAddress({ preset: 'walk', changes, rest }));
    const config = JSON.parse(JSON.stringify({ ...presetOf(read.preset).settings, ...read.changes }));
    expect(resolve({ flags: {}, file: check('config.json', config) })).toEqual(
      resolve({ flags: { ...presetOf('walk').settings, ...changes } }),
    );
  });
});

describe('hostile addresses', () => {
  test.each([
    ['?seed=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', '<img src=x onerror=alert(1)>'],
    ['?noise=__proto__', '__proto__'],
    ['?noise=1e999', '1e999'],
    ['?noise=NaN', 'NaN'],
    ['?noise=-Infinity', '-Infinity'],
    ['?seed=%E0%A4%A', '\uFFFD%A'],
    ['?width=%', '%'],
    ['?preset=__proto__', '__proto__'],
    ['?preset=constructor', 'constructor'],
    ['?pin=__proto__=1', '__proto__=1'],
    ['?pin={"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":1}}'],
    ['?inputs=[1,{}]', '[1,{}]'],
    ['?activation=toString', 'toString'],
    ['?data=', ''],
    ['?labelRange=1', '1'],
  ])('%s is left out, and quoted', (search, quote) => {
    const { changes, preset, notes } = readAddress(search);
    expect(changes).toEqual({});
    expect(preset).toBe('walk');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`“${quote}”`);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('a huge text is shortened, and a key that is there twice counts once', () => {
    const [note] = readAddress(`?width=${'9'.repeat(100_000)}`).notes;
    expect(note.length).toBeLessThan(300);
    const { changes, notes } = readAddress('?noise=1&noise=2&noise=3');
    expect(changes).toEqual({ noise: 1 });
    expect(notes).toEqual(['The address has “noise” 3 times; the first, “1”, counts.']);
  });

  test('no text throws, or becomes a setting that flatwalk run would refuse', () => {
    const name = fc.oneof(fc.constantFrom(...keys, 'preset', '__proto__', 'constructor', 'tab'), fc.string());
    const text = fc.oneof(word, fc.string({ unit: 'binary' }), fc.json(), fc.double().map(String));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text), { maxLength: 6 }), (pairs) => {
        const search = `?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`;
        const { changes } = readAddress(search);
        expect(check('address', changes)).toEqual(changes);
        expect(Object.getPrototypeOf(changes)).toBe(Object.prototype);
      }),
      { numRuns: 500 },
    );
  });
});
