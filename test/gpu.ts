/** The GPU of a test file: the pinned adapter, opened when first asked for. */
import { afterAll } from 'vitest';
import { openNodeGpu } from '../src/host/node/gpu.ts';

const devices: GPUDevice[] = [];
afterAll(() => {
  for (const device of devices) device.destroy();
});

/**
 * A device on the pinned adapter with all the limits and the named features the adapter has, destroyed after the file's
 * last test. Call it anywhere in a test file.
 */
export async function openTestDevice(features: readonly GPUFeatureName[] = ['subgroups']): Promise<GPUDevice> {
  const adapter = await openTestAdapter();
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const limit: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') requiredLimits[name] = limit;
  }
  const requiredFeatures = features.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  devices.push(device);
  return device;
}

/** A fresh adapter; each serves for one device only. */
export async function openTestAdapter(): Promise<GPUAdapter> {
  const { gpu } = await openNodeGpu();
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('the GPU had an adapter when it was opened, and has none now');
  return adapter;
}
