import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, ask, type Probed } from '../../../src/host/cli/probe.ts';
import { chosen, survey, whyNot } from '../../../src/host/cli/survey.ts';
import type { Machine } from '../../../src/host/node/environment.ts';
import '../../gpu.ts';
import { withoutBrowser } from '../../page/pages.ts';
import { stackTrace, useProgram } from '../program.ts';

const lavapipe = '/usr/share/vulkan/icd.d/lvp_icd.json';
const nvidia = '/etc/vulkan/icd.d/nvidia_icd.json';

/** A Linux machine with nothing but the embedded adapter, and what is said to differ. */
function machine(differences: Partial<Machine> = {}): Machine {
  return { platform: 'linux', deviceNodes: [], drivers: [], userDrivers: '', withoutEmbedded: null, ...differences };
}

const probed = { adapter: { name: 'one' } } as Probed;
const works = async (): Promise<Answer> => ({ probed });
/** All but the named ones work. */
const broken =
  (...kinds: string[]) =>
  async (_: string, wish: string): Promise<Answer> =>
    kinds.includes(wish) ? { failure: { message: 'it is broken.\n  Twice.', fix: 'Mend it.' } } : { probed };
const quietly = () => {};

describe('what is looked at', () => {
  test('in Node, kinds that may be there are opened, and the others have their reasons', async () => {
    const asked: string[] = [];
    const rows = await survey('node', machine({ drivers: [lavapipe] }), works, (label) => asked.push(label));
    expect(rows.map(({ kind, found }) => [kind, found !== null])).toEqual([
      ['hardware', false],
      ['lavapipe', true],
      ['swiftshader', true],
    ]);
    expect(asked).toEqual(['lavapipe in node', 'swiftshader in node']);
    expect(rows[0]).toMatchObject({ failure: null, reason: expect.stringContaining('no GPU shows itself') });
  });

  test('drivers that the user named are what auto takes', async () => {
    const named = machine({ userDrivers: '/opt/driver.json' });
    const rows = await survey('node', named, works, quietly);
    expect(rows.map(({ kind }) => kind)).toEqual(['system', 'hardware', 'lavapipe', 'swiftshader']);
    expect(chosen('node', rows, 'auto', named)).toMatchObject({ kind: 'system' });
  });

  test('in Chrome, its own software adapter, and a GPU where one shows itself', async () => {
    const kinds = async (on: Machine) =>
      (await survey('chrome', on, works, quietly)).filter(({ found }) => found).map(({ kind }) => kind);
    expect(await kinds(machine({ userDrivers: '/opt/driver.json' }))).toEqual(['swiftshader']);
    expect(await kinds(machine({ deviceNodes: ['/dev/nvidia0'], drivers: [nvidia] }))).toEqual([
      'hardware',
      'swiftshader',
    ]);
  });
});

describe('which one is used', () => {
  const full = machine({ deviceNodes: ['/dev/nvidia0'], drivers: [nvidia, lavapipe] });

  test('the first that works, with what is wrong with those before it', async () => {
    const rows = await survey('node', full, broken('hardware'), quietly);
    const { kind, reason } = chosen('node', rows, 'auto', full);
    expect(kind).toBe('lavapipe');
    expect(reason).toContain('not hardware: it is broken; Twice');
    expect(chosen('node', await survey('node', full, works, quietly), 'auto', full).kind).toBe('hardware');
  });

  test('one that is asked for is never replaced', async () => {
    const rows = await survey('node', full, broken('lavapipe'), quietly);
    expect(chosen('node', rows, 'swiftshader', full)).toMatchObject({
      kind: 'swiftshader',
      reason: expect.stringContaining('asked for'),
    });
    expect(chosen('node', rows, 'lavapipe', full)).toEqual({
      in: 'node',
      kind: null,
      reason: 'no lavapipe: it is broken; Twice',
    });
  });

  test('none, with every reason', async () => {
    const bare = machine({ withoutEmbedded: 'the package is not installed' });
    const { kind, reason } = chosen('node', await survey('node', bare, works, quietly), 'auto', bare);
    expect(kind).toBeNull();
    expect(reason).toMatch(/no hardware: .*; no lavapipe: .*; no swiftshader: the package is not installed/);
    const inChrome = await survey('chrome', bare, works, quietly);
    expect(chosen('chrome', inChrome, 'lavapipe', bare)).toMatchObject({
      kind: null,
      reason: expect.stringContaining('does not accept'),
    });
  });

  test('why not, on one line', async () => {
    const rows = await survey('node', full, broken('hardware'), quietly);
    expect(whyNot(rows[0])).toBe('it is broken; Twice');
  });
});

describe('a driver takes only its own process with it', () => {
  const node = (code: string, seconds = 30) => ask(process.execPath, ['-e', code], seconds);

  test('one that crashes', async () => {
    expect(await node('console.error("the driver says so"); process.kill(process.pid, "SIGSEGV")')).toMatchObject({
      failure: {
        message: expect.stringMatching(/is ended by SIGSEGV: the driver says so/),
        fix: expect.stringContaining('driver'),
      },
    });
    expect(await node('process.exit(9)')).toMatchObject({ failure: { message: expect.stringContaining('code 9') } });
  });

  test('one that hangs, whether it can be asked to end or not', async () => {
    for (const deaf of ['', 'process.on("SIGTERM", () => {});']) {
      expect(await node(`${deaf} setInterval(() => {}, 1000)`, 1.5)).toMatchObject({
        failure: { message: 'it does not answer within 1.5 s', fix: expect.stringContaining('--patience') },
      });
    }
  });

  test('a program that is not there', async () => {
    expect(await ask('/nowhere/node', [], 5)).toMatchObject({
      failure: { message: expect.stringContaining('no process can be started') },
    });
  });
});

describe('as a command', () => {
  const { flatwalk, folder } = useProgram();
  const wish = process.env.FLATWALK_ADAPTER ?? 'auto';

  test('in Node: the adapter of these tests works, with limits and features, and is used', async () => {
    const { code, out, err } = await flatwalk(['adapters', '--in', 'node', '--json']);
    expect(code).toBe(0);
    const { command, outcome, adapters, chosen: choices } = JSON.parse(out);
    expect([command, outcome.kind]).toEqual(['adapters', 'finished']);
    const used = adapters.find(({ kind }: { kind: string }) => kind === choices[0].kind);
    if (wish !== 'auto') expect(used.kind).toBe(wish);
    expect(used).toMatchObject({ works: true, in: 'node', by: expect.stringMatching(/^Dawn \d/) });
    expect(used.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(128);
    expect(used.features.length).toBeGreaterThan(0);
    expect(typeof used.software).toBe('boolean');
    for (const one of adapters.filter(({ works }: { works: boolean }) => !works)) expect(one.reason).not.toBe('');
    expect(out + err).not.toMatch(stackTrace);
  });

  test('for people: a table, what is not there and why, and what is used', async () => {
    const { code, out } = await flatwalk(['adapters', '--in', 'node']);
    expect(code).toBe(0);
    expect(out).toMatch(/→.*node/);
    expect(out).toContain(`In node, with --adapter ${wish}, `);
    expect(out).toMatch(/workgroups of \d+ lanes/);
  });

  test('none works: exit 3, with what to install', async () => {
    const env = { FLATWALK_ADAPTER: 'auto', VK_DRIVER_FILES: join(folder, 'none.json') };
    const args = ['adapters', '--in', 'node', '--json'];
    // The embedded adapter would still work, but is not what `auto` takes where drivers are named.
    const { code, out } = await flatwalk(args, { env });
    expect(code).toBe(3);
    const { chosen: choices, adapters } = JSON.parse(out);
    expect(choices).toMatchObject([{ in: 'node', kind: null, reason: expect.stringContaining('no system: ') }]);
    expect(adapters[0].failure.fix).not.toBe('');
  });

  test.skipIf(withoutBrowser)('in Chrome: its software adapter', async () => {
    const { code, out } = await flatwalk(['adapters', '--in', 'chrome', '--adapter', 'swiftshader', '--json']);
    expect(code).toBe(0);
    const { adapters, chosen: choices } = JSON.parse(out);
    expect(choices).toMatchObject([{ in: 'chrome', kind: 'swiftshader' }]);
    const one = adapters.find(({ kind }: { kind: string }) => kind === 'swiftshader');
    expect(one).toMatchObject({ works: true, software: true, by: expect.stringMatching(/Chrom/) });
    expect(one.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
  });

  test('a browser that is not there: why, and what to do; Node’s adapters are listed all the same', async () => {
    const env = { FLATWALK_BROWSER: 'auto', PUPPETEER_EXECUTABLE_PATH: join(folder, 'no-browser') };
    const { code, out } = await flatwalk(['adapters', '--json'], { env });
    expect(code).toBe(0);
    const one = JSON.parse(out).adapters.find((row: { in: string; kind: string }) => {
      return row.in === 'chrome' && row.kind === 'swiftshader';
    });
    expect(one).toMatchObject({
      works: false,
      failure: { message: expect.stringContaining('no-browser'), fix: expect.stringContaining('unset it') },
    });
  });
});
