import { describe, expect, test } from 'vitest';
import {
  type AdapterWish,
  chooseAdapter,
  defaultAdapterWish,
  describeMachine,
  type Machine,
  parseAdapterWish,
  pinnedAdapterWish,
} from '../../src/host/node/environment.ts';
import { FlatwalkError } from '../../src/model/errors.ts';

const lavapipe = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const nvidia = '/etc/vulkan/icd.d/nvidia_icd.json';
const radeon = '/usr/share/vulkan/icd.d/radeon_icd.json';

/** A Linux machine with nothing but the embedded adapter, and what is said to differ. */
function machine(differences: Partial<Machine> = {}): Machine {
  return { platform: 'linux', deviceNodes: [], drivers: [], userDrivers: '', withoutEmbedded: null, ...differences };
}

const kinds = (wish: AdapterWish, on: Machine) => chooseAdapter(wish, on).map(({ kind }) => kind);

function refusal(wish: AdapterWish, on: Machine): FlatwalkError {
  try {
    chooseAdapter(wish, on);
  } catch (error) {
    if (error instanceof FlatwalkError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('auto', () => {
  test('a bare machine: the embedded adapter', () => {
    expect(kinds('auto', machine())).toEqual(['swiftshader']);
  });

  test('everything there: hardware, then lavapipe, then the embedded adapter', () => {
    const full = machine({ deviceNodes: ['/dev/nvidia0'], drivers: [nvidia, lavapipe] });
    expect(kinds('auto', full)).toEqual(['hardware', 'lavapipe', 'swiftshader']);
  });

  test('drivers without a device, as Mesa installs them everywhere, are no hardware', () => {
    expect(kinds('auto', machine({ drivers: [radeon, lavapipe] }))).toEqual(['lavapipe', 'swiftshader']);
  });

  test('a device without a driver is no hardware', () => {
    expect(kinds('auto', machine({ deviceNodes: ['/dev/dri/renderD128'] }))).toEqual(['swiftshader']);
  });

  test.each(['darwin', 'win32'] as const)('%s: the system itself', (platform) => {
    expect(chooseAdapter('auto', machine({ platform }))).toMatchObject([{ kind: 'system', drivers: null }]);
  });

  test('drivers named by the user are left alone', () => {
    const named = machine({ userDrivers: '/opt/driver.json', drivers: [lavapipe] });
    expect(chooseAdapter('auto', named)).toMatchObject([{ kind: 'system', drivers: null }]);
  });

  test('nothing at all is an error that names every kind', () => {
    const error = refusal('auto', machine({ withoutEmbedded: 'the package is not installed' }));
    expect(error.code).toBe('NO_ADAPTER');
    expect(error.message).toMatch(
      /No hardware adapter.*\n.*No lavapipe adapter.*\n.*No swiftshader adapter.*not installed/,
    );
    expect(error.fix).toContain('mesa-vulkan-drivers');
  });
});

describe('a named adapter', () => {
  test('hardware uses the drivers of GPUs only, so that no software driver can answer for them', () => {
    const full = machine({ deviceNodes: ['/dev/dri/renderD128'], drivers: [nvidia, radeon, lavapipe] });
    expect(chooseAdapter('hardware', full)).toMatchObject([{ kind: 'hardware', drivers: [nvidia, radeon] }]);
  });

  test('lavapipe uses its own driver only', () => {
    expect(chooseAdapter('lavapipe', machine({ drivers: [nvidia, lavapipe] }))).toMatchObject([
      { kind: 'lavapipe', drivers: [lavapipe] },
    ]);
  });

  test('swiftshader is the embedded one, whatever else there is', () => {
    const full = machine({ deviceNodes: ['/dev/nvidia0'], drivers: [nvidia, lavapipe], userDrivers: nvidia });
    expect(chooseAdapter('swiftshader', full)).toMatchObject([{ kind: 'swiftshader', drivers: 'embedded' }]);
  });

  test.each([
    ['hardware', machine({ drivers: [lavapipe] }), /no GPU shows itself/, /driver of your GPU/],
    ['lavapipe', machine({ drivers: [nvidia] }), /lvp_icd/, /mesa-vulkan-drivers/],
    ['lavapipe', machine({ platform: 'darwin' }), /on Linux only/, /mesa-vulkan-drivers/],
    ['swiftshader', machine({ withoutEmbedded: 'it is not installed' }), /it is not installed/, /npm install/],
  ] as const)('%s, when absent, is never replaced by another', (wish, on, message, fix) => {
    const error = refusal(wish, on);
    expect(error.code).toBe('NO_ADAPTER');
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
  });
});

describe('wishes as text', () => {
  test('an unknown name is refused with the list of names', () => {
    expect(() => parseAdapterWish('cuda')).toThrow(/"cuda"[\s\S]*auto, hardware, lavapipe, swiftshader/);
  });

  test('FLATWALK_ADAPTER, else auto', () => {
    expect(defaultAdapterWish({})).toBe('auto');
    expect(defaultAdapterWish({ FLATWALK_ADAPTER: '' })).toBe('auto');
    expect(defaultAdapterWish({ FLATWALK_ADAPTER: 'lavapipe' })).toBe('lavapipe');
    expect(() => defaultAdapterWish({ FLATWALK_ADAPTER: 'gpu' })).toThrow(/"gpu" \(FLATWALK_ADAPTER\)/);
  });

  test('tests are pinned, and can be moved', () => {
    expect(pinnedAdapterWish({ FLATWALK_TEST_ADAPTER: 'lavapipe' })).toBe('lavapipe');
    expect(pinnedAdapterWish({ FLATWALK_TEST_ADAPTER: 'all' })).toBe(pinnedAdapterWish({}));
    expect(pinnedAdapterWish({ FLATWALK_ADAPTER: 'hardware' })).toBe(pinnedAdapterWish({}));
  });
});

test('this machine can be described, with the drivers its user named', () => {
  expect(describeMachine({ VK_ICD_FILENAMES: '/a.json' }).userDrivers).toBe('/a.json');
  expect(describeMachine({ VK_ICD_FILENAMES: '/a.json', VK_DRIVER_FILES: '/b.json' }).userDrivers).toBe('/b.json');
  expect(describeMachine({}).platform).toBe(process.platform);
});
