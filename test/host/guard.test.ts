import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type GuardOptions, guard, UPDATE } from '../../src/host/vitest/index.ts';
import { streamNormals } from '../../src/model/draws.ts';
import { openTestDevice } from '../gpu.ts';

const folder = mkdtempSync(join(tmpdir(), 'flatwalk-guard-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** A machine whose clock only work moves: some units take `unit` ms each, give or take `spread`. `load` slows all of it. */
function machine(seed: number, load = 1, spread = 0.01) {
  let now = 1000;
  const noise = streamNormals('data', seed, 0, 0, 4096);
  let drawn = 0;
  const work = (unit: number) => async (count: number) => {
    now += load * unit * count * (1 + spread * Math.abs(noise[drawn++ % noise.length]));
  };
  const clock = () => {
    now += 1e-4;
    return now;
  };
  return { work, clock };
}

let files = 0;
function setting() {
  const baseline = join(folder, `${++files}.json`);
  const said: string[] = [];
  /** A guarded measurement on a machine of its own. */
  const measured = (unit: number, seed: number, rest: GuardOptions & { load?: number; spread?: number } = {}) => {
    const { load, spread, ...options } = rest;
    const { work, clock } = machine(seed, load, spread);
    const reference = { name: 'reference', run: work(0.5) };
    return guard('blur', work(unit), { baseline, clock, reference, say: (line) => said.push(line), ...options });
  };
  const update = async (...args: Parameters<typeof measured>) => {
    vi.stubEnv(UPDATE, '1');
    expect(await measured(...args)).toBeNull();
    vi.unstubAllEnvs();
  };
  return { baseline, said, measured, update };
}

test('what takes as long as it took is the same, and says so', async () => {
  const { measured, update, said } = setting();
  await update(1, 1);
  expect(said[0]).toMatch(/^blur: 1\.0\de\+3 µs a unit, kept in/);
  expect(await measured(1, 2)).toMatchObject({ verdict: 'same', failed: false });
  expect(said[1]).toMatch(/^blur: same\. (1\.00\d|0\.99\d) times what it took .* threshold 10\.0 %\.$/);
});

test('what became slower fails, with the verdict and what to do', async () => {
  const { measured, update } = setting();
  await update(1, 1);
  await expect(measured(1.3, 2)).rejects.toThrow(
    /^blur: slower\. 1\.\d+ times what it took[\s\S]*FLATWALK_UPDATE_BASELINE=1/,
  );
  expect(await measured(1.3, 2, { threshold: 0.5 })).toMatchObject({ verdict: 'slower', failed: false });
  expect(await measured(0.7, 3)).toMatchObject({ verdict: 'faster', failed: false });
});

test('a machine that is slower in all is not the work becoming slower', async () => {
  const { measured, update } = setting();
  await update(1, 1);
  expect(await measured(1, 2, { load: 3 })).toMatchObject({ verdict: 'same' });
  await expect(measured(1.3, 2, { load: 0.5 })).rejects.toThrow('slower');
});

test('what noise may explain is unknown, and does not fail', async () => {
  const { measured, update, said } = setting();
  await update(1, 1, { spread: 1 });
  expect(await measured(1.15, 2, { spread: 1 })).toMatchObject({ verdict: 'unknown', failed: false });
  expect(said[1]).toMatch(/^blur: unknown: .*noise/);
});

test('no baseline, one of another adapter, and a damaged one are errors that say what to do', async () => {
  const { measured, update, baseline } = setting();
  await expect(measured(1, 1)).rejects.toMatchObject({ code: 'BAD_ARGUMENT', fix: expect.stringContaining(UPDATE) });
  await update(1, 1, { on: 'one card' });
  await expect(measured(1, 1, { on: 'another' })).rejects.toThrow(
    "'blur' was measured on one card, and this is another",
  );
  const { guarded } = JSON.parse(readFileSync(baseline, 'utf8'));
  expect(Object.keys(guarded)).toEqual(['blur']);
  for (const damage of [{ ratios: [] }, { ratios: [0, 1] }, { noise: 'NaN' }, { on: undefined }, { median: 0 }]) {
    writeFileSync(baseline, JSON.stringify({ schema: 1, guarded: { blur: { ...guarded.blur, ...damage } } }));
    await expect(measured(1, 1, { on: 'one card' })).rejects.toThrow(/has about 'blur' is damaged: /);
  }
  writeFileSync(baseline, '{');
  await expect(measured(1, 1)).rejects.toThrow(/is no baseline of this version/);
  await expect(guard('x', async () => {}, { baseline: join(folder, 'no.json') })).rejects.toThrow("nothing about 'x'");
  vi.stubEnv(UPDATE, '1');
  await expect(guard('x', async () => {}, { baseline: join(folder, 'no.json') })).rejects.toThrow(/nothing to time it/);
});

test('on a device: work of the caller, against multiply-adds', async () => {
  const device = await openTestDevice();
  const buffer = device.createBuffer({ size: 1 << 16, usage: 0xc });
  const baseline = join(folder, 'device.json');
  const run = async (count: number) => {
    const encoder = device.createCommandEncoder();
    for (let k = 0; k < count; k++) encoder.clearBuffer(buffer);
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
  const options = { device, baseline, samples: 5, sampleMs: 1, budgetMs: 2000, say: () => {} };
  vi.stubEnv(UPDATE, '1');
  expect(await guard('clear', run, options)).toBeNull();
  vi.unstubAllEnvs();
  // So few samples tell nothing, whatever the machine does meanwhile.
  expect(await guard('clear', run, options)).toMatchObject({ verdict: 'unknown', failed: false });
  expect(JSON.parse(readFileSync(baseline, 'utf8')).guarded.clear.ratios.length).toBeGreaterThan(0);
});
