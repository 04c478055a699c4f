/** Pages whose worker has a GPU with a fault: for tests of what is said then. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';

/**
 * A copy of the built pages whose worker keeps its devices, to be lost, and compiles `residual` of
 * squareplus without its first neuron. Its folder is made before the tests, and removed after them.
 */
export function useFaultyPages(pages: string): () => string {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flatwalk-faults-'));
    cpSync(pages, folder, { recursive: true });
    const assets = join(folder, 'assets');
    const names = readdirSync(assets).filter((name) => /^worker-.*\.js$/.test(name));
    if (names.length !== 1) throw new Error(`the pages have ${names.length} workers: ${names.join(', ')}`);
    const file = join(assets, names[0]);
    writeFileSync(file, `${fault}\n${readFileSync(file, 'utf8')}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

const fault = `
self.devices = [];
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  self.devices.push(device);
  return device;
};
const createShaderModule = GPUDevice.prototype.createShaderModule;
GPUDevice.prototype.createShaderModule = function (descriptor) {
  if (descriptor.label !== 'residual' || !descriptor.code.includes('squareplus')) return createShaderModule.call(this, descriptor);
  const code = descriptor.code.replace(/var j ?= ?0u/, 'var j = 1u');
  if (code === descriptor.code) throw new Error('residual has no loop from 0');
  return createShaderModule.call(this, { ...descriptor, code });
};`;

/** Has the device of the page's worker go away. */
export async function loseDevice(page: Page): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      for (const device of (self as unknown as { devices: GPUDevice[] }).devices) device.destroy();
    });
  }
}
