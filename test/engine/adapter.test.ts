import { expect, test } from 'vitest';
import { describeAdapter } from '../../src/engine/adapter.ts';

/** An adapter as one platform shows it. */
function adapter(info: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const empty = { vendor: '', architecture: '', device: '', description: '' };
  return { info: { ...empty, ...info } as unknown as GPUAdapterInfo, ...more };
}

test('Dawn in Node: the device is the name, the description holds the driver', () => {
  const description = describeAdapter(
    adapter({
      vendor: 'google',
      architecture: 'swiftshader',
      device: 'swiftshader-device-subzero-',
      description: 'SwiftShader driver 5.0.0',
      isFallbackAdapter: true,
    }),
  );
  expect(description).toEqual({
    name: 'swiftshader-device-subzero',
    vendor: 'google',
    architecture: 'swiftshader',
    device: 'swiftshader-device-subzero',
    description: 'SwiftShader driver 5.0.0',
    driver: 'SwiftShader driver 5.0.0',
    software: true,
  });
});

test('a browser hides the device: vendor and architecture are the name', () => {
  const description = describeAdapter(adapter({ vendor: 'nvidia', architecture: 'hopper' }));
  expect(description.name).toBe('nvidia hopper');
  expect(description.software).toBe(false);
});

test('an adapter that tells nothing still has a name', () => {
  expect(describeAdapter(adapter({})).name).toBe('unnamed adapter');
});

test.each([
  ['SwiftShader in Chrome', adapter({ vendor: 'google', architecture: 'swiftshader' })],
  ['lavapipe', adapter({ vendor: 'mesa', device: 'llvmpipe-llvm-15-0-6-256-bits' })],
  ['WARP', adapter({ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' })],
  ['the mark on the info', adapter({ isFallbackAdapter: true })],
  ['the mark on the adapter, its older place', adapter({}, { isFallbackAdapter: true })],
])('software: %s', (_label, given) => {
  expect(describeAdapter(given).software).toBe(true);
});
