/** Fifty runs leave the page as the first few did: buffers on the device, and what scripts hold. */
import { expect, test, vi } from 'vitest';
import type { Page } from '../../src/host/chrome/index.ts';
import { usePages, withoutBrowser } from './pages.ts';
import { ready, text, useVisits } from './visits.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = usePages();
const visits = useVisits(folder);
const RUNS = 50;
/** Until then kernels are compiled, charts made and scratch buffers found. */
const SETTLED = 10;

/** Has the worker count the buffers and textures that are there. */
const count = (page: Page) =>
  page.workers()[0].evaluate(`{
    globalThis.held = 0;
    for (const [maker, thing] of [['createBuffer', GPUBuffer], ['createTexture', GPUTexture]]) {
      const make = GPUDevice.prototype[maker];
      GPUDevice.prototype[maker] = function (...args) {
        held++;
        return make.apply(this, args);
      };
      const { destroy } = thing.prototype;
      thing.prototype.destroy = function () {
        if (!this.gone) held--;
        this.gone = true;
        return destroy.apply(this);
      };
    }
  }`);

/** Bytes of scripts in the page, once what nobody holds is gone. */
async function heap(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.enable');
  // What the first leaves for finalisers, the second takes.
  for (let k = 0; k < 2; k++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

test.skipIf(withoutBrowser)('fifty runs, one after the other', async () => {
  await visits.visit('?n=2&d=3&width=3&replicas=2&steps=6&every=2', async (page) => {
    await ready(page);
    await count(page);
    const seen: { held: number; bytes: number }[] = [];
    for (let run = 1; run <= RUNS; run++) {
      await page.click('#start');
      await vi.waitFor(async () => expect(await text(page, '#status')).toMatch(/^Done: step 6 of 6/), 60_000);
      if (run !== SETTLED && run !== RUNS) continue;
      const held = Number(await page.workers()[0].evaluate('held'));
      seen.push({ held, bytes: await heap(page) });
    }
    console.log(`after ${SETTLED} and ${RUNS} runs: ${JSON.stringify(seen)}`);
    const [early, late] = seen;
    expect(early.held).toBeGreaterThan(0);
    expect(late.held).toBe(early.held);
    // A run that was kept would be a twentieth of it, forty times.
    expect(late.bytes).toBeLessThan(1.15 * early.bytes);
  });
});
