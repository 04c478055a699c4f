import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeMachine, environmentFor, lookFor } from '../../src/host/node/environment.ts';
import { openNodeGpu } from '../../src/host/node/index.ts';
import { openTestAdapter, openTestDevice } from '../gpu.ts';
import { runChild, useChild } from './child.ts';
import { expectedSquares, squares } from './squares.ts';

/** Of the event loop, for the timers of the child itself. */
const MOST_ROUNDS = 10;
const line = expectedSquares.join(' ');

describe('in this process', () => {
  test('a device computes', async () => {
    expect(await squares(await openTestDevice())).toEqual(expectedSquares);
  });

  test('the adapter is the one wished for, and says so', async () => {
    const { kind, adapter, reason } = await openNodeGpu();
    const wish = process.env.FLATWALK_ADAPTER;
    if (wish === 'auto') console.log(`not pinned: ${adapter.name}, ${reason}`);
    else expect(kind).toBe(wish);
    expect(adapter.name).not.toBe('');
    expect(adapter.software).toBe(kind === 'swiftshader' || kind === 'lavapipe' || adapter.software);
  });

  test('opening again gives the same GPU, and fresh adapters', async () => {
    const [one, two] = await Promise.all([openNodeGpu(), openNodeGpu()]);
    expect(one.gpu).toBe(two.gpu);
    expect(await openTestAdapter()).not.toBe(await openTestAdapter());
  });

  test('no globals appear', async () => {
    await openNodeGpu();
    expect(Object.keys(globalThis).filter((name) => name.startsWith('GPU'))).toEqual([]);
  });

  test('a wish that cannot be met is an error with a fix', async () => {
    const hardware = lookFor('hardware', describeMachine());
    if ('drivers' in hardware) return console.log(`skipped: this machine may have a GPU (${hardware.reason})`);
    await expect(openNodeGpu('hardware')).rejects.toMatchObject({
      code: 'NO_ADAPTER',
      fix: expect.stringContaining('--adapter'),
    });
    // The failure is not in the way of the next one.
    expect((await openNodeGpu()).adapter.name).not.toBe('');
  });
});

describe('what is no wish is told, with what is expected', () => {
  const given: [wish: unknown, message: string][] = [
    [{ adapter: 'lavapipe' }, 'not by an object (with adapter)'],
    [{}, 'not by an object.'],
    [null, 'not by null'],
    [7, 'not by a number'],
    [['lavapipe'], 'not by a list'],
    ['llvmpipe', 'There is no adapter choice "llvmpipe"'],
  ];
  test.each(given)('%j', async (wish, message) => {
    for (const asking of [openNodeGpu(wish as 'auto'), environmentFor(wish as 'auto')]) {
      await expect(asking).rejects.toThrow(message);
      await expect(asking).rejects.toMatchObject({ code: 'BAD_ARGUMENT', fix: expect.stringContaining('swiftshader') });
    }
  });
});

describe('as a process', () => {
  useChild();

  // Of a process that did not end by itself there would be no result before the test's timeout.
  test('ends by itself, with code 0', async () => {
    expect(await runChild('computes')).toMatchObject({ code: 0, output: `${line}\n` });
  });

  test('ends cleanly with a device left alive', async () => {
    expect(await runChild('keepsDevice')).toMatchObject({ code: 0, output: `${line}\n` });
  });

  test('an error in the middle of a run ends it with code 1, not with a crash', async () => {
    const result = await runChild('throwsMidRun');
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.errors).toContain('thrown in the middle');
  });

  test('process.exit in the middle of a run keeps its code', async () => {
    expect(await runChild('exitsMidRun')).toMatchObject({ code: 3, signal: null });
  });

  test('has nothing to do once the device is destroyed', async () => {
    const { code, output } = await runChild('idles');
    expect(code).toBe(0);
    const { spinning, idle } = JSON.parse(output);
    // While something is polled, the event loop goes round as often as it can.
    expect(spinning).toBeGreaterThan(MOST_ROUNDS);
    expect(idle).toBeLessThanOrEqual(MOST_ROUNDS);
  });

  test('the GPU object is not collected under a living device', async () => {
    expect(await runChild('collects')).toMatchObject({ code: 0, output: `${line}\n`.repeat(5) });
  });

  test('opens and closes five times, and two at once', async () => {
    expect(await runChild('opensAgain')).toMatchObject({ code: 0, output: `${line}\n`.repeat(7) });
  });

  const embedded = lookFor('swiftshader', describeMachine());
  if (!('drivers' in embedded)) console.log(`skipped: ${embedded.reason}`);
  describe.skipIf(!('drivers' in embedded))('on the embedded adapter', () => {
    test('a GPU that does not answer: auto goes on to the next and says so, hardware is an error', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'flatwalk-driver-'));
      const driver = join(folder, 'broken_icd.json');
      const manifest = { file_format_version: '1.0.0', ICD: { library_path: '/nowhere.so', api_version: '1.3.0' } };
      writeFileSync(driver, JSON.stringify(manifest));
      const machine = { ...describeMachine({}), deviceNodes: ['/dev/dri/renderD128'], drivers: [driver] };
      try {
        const { kind, reason } = await openNodeGpu('auto', machine);
        expect(kind).toBe('swiftshader');
        expect(reason).toMatch(/embedded.*; not hardware \(\/dev\/dri\/renderD128\): .*none of its adapters/);
        await expect(openNodeGpu('hardware', machine)).rejects.toMatchObject({
          code: 'NO_ADAPTER',
          message: expect.stringContaining('renderD128'),
          fix: expect.stringContaining('driver'),
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('leaves the environment as it was', async () => {
      const named = { VK_DRIVER_FILES: '/named/by/user.json', VK_ICD_FILENAMES: undefined };
      expect(await runChild('environment', named)).toMatchObject({
        code: 0,
        output: `["/named/by/user.json",null]\n`,
      });
    });

    test('a process started with environmentFor() sees it without being told', async () => {
      const variables = await environmentFor('swiftshader');
      expect(await runChild('computes', { ...variables, FLATWALK_ADAPTER: 'auto' })).toMatchObject({
        code: 0,
        output: `${line}\n`,
      });
    });

    test('a driver that is named and missing is an error', async () => {
      const result = await runChild('computes', { VK_DRIVER_FILES: '/nowhere.json', FLATWALK_ADAPTER: 'auto' });
      expect(result.code).toBe(1);
      expect(result.errors).toMatch(/Dawn gives no adapter[\s\S]*nowhere\.json/);
    });
  });
});
