/** What child processes of the tests do; see child.ts. The mode is the first argument. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChrome } from '../../src/host/chrome/index.ts';
import { unpackEmbedded } from '../../src/host/node/embedded.ts';
import { openNodeGpu } from '../../src/host/node/index.ts';
import { squares } from './squares.ts';

async function openDevice(): Promise<GPUDevice> {
  const { gpu } = await openNodeGpu();
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no adapter');
  return adapter.requestDevice();
}

/** How often the event loop goes round meanwhile: once a timer where there is nothing to do. */
async function rounds(action: () => Promise<unknown>): Promise<number> {
  const count = () => performance.nodeTiming.uvMetricsInfo.loopCount;
  const before = count();
  await action();
  return count() - before;
}

const modes: Record<string, () => Promise<void>> = {
  async computes() {
    const device = await openDevice();
    console.log((await squares(device)).join(' '));
    device.destroy();
  },
  async keepsDevice() {
    const device = await openDevice();
    console.log((await squares(device)).join(' '));
  },
  async throwsMidRun() {
    const device = await openDevice();
    void squares(device);
    throw new Error('thrown in the middle');
  },
  async exitsMidRun() {
    const device = await openDevice();
    void squares(device);
    process.exit(3);
  },
  async idles() {
    const device = await openDevice();
    await squares(device);
    device.destroy();
    await device.lost;
    const idle = await rounds(() => sleep(1000));
    // That rounds are counted at all.
    const polling = { on: true };
    const poll = () => polling.on && setImmediate(poll);
    poll();
    const spinning = await rounds(() => sleep(100));
    polling.on = false;
    console.log(JSON.stringify({ spinning, idle }));
  },
  /** Nobody but flatwalk holds the GPU object while its device lives. */
  async collects() {
    const device = await openDevice();
    for (let round = 0; round < 5; round++) {
      globalThis.gc?.();
      await sleep(20);
      console.log((await squares(device)).join(' '));
    }
    device.destroy();
  },
  async opensAgain() {
    for (let round = 0; round < 5; round++) {
      const device = await openDevice();
      console.log((await squares(device)).join(' '));
      device.destroy();
    }
    const both = await Promise.all([openDevice(), openDevice()]);
    for (const result of await Promise.all(both.map(squares))) console.log(result.join(' '));
    for (const device of both) device.destroy();
  },
  async environment() {
    await openNodeGpu('swiftshader');
    console.log(JSON.stringify([process.env.VK_DRIVER_FILES ?? null, process.env.VK_ICD_FILENAMES ?? null]));
  },
  async unpacks() {
    console.log(await unpackEmbedded('swiftshader'));
  },
  async browses() {
    const chrome = await launchChrome({ adapter: 'swiftshader', browser: 'embedded' });
    console.log(`browser ${chrome.browser.process()?.pid} runs`);
    await sleep(60_000);
  },
};

const mode = modes[process.argv[2]];
if (!mode) throw new Error(`no mode ${process.argv[2]}`);
await mode();
