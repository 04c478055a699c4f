/** Opens one adapter in a process of its own: a driver may crash or hang, and takes only that process with it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdapterDescription, Engine, FlatwalkError } from '../../engine/index.ts';
import { withPage } from '../chrome/page.ts';
import { dawnVersion } from '../node/gpu.ts';
import { type AdapterWish, openNodeGpu } from '../node/index.ts';
import { failure, toJson } from '../results/json.ts';
import type { Place } from './where.ts';

/** An adapter that opened, and gave a device with all its limits. */
export interface Probed {
  readonly adapter: AdapterDescription;
  /** What it was opened by: Dawn with its version, or a browser. */
  readonly by: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** Lanes of a subgroup, where there are subgroups. */
  readonly subgroups: { readonly least: number; readonly most: number } | null;
}

/** Why one did not. */
export interface Unopened {
  readonly message: string;
  readonly fix: string;
}

export type Answer = { readonly probed: Probed } | { readonly failure: Unopened };

/** The hidden command that the process runs: one line on stdout. */
export async function probeCommand({ in: place, adapter }: { in: Place; adapter: AdapterWish }): Promise<void> {
  // Whoever asked may be gone, however it ended.
  process.stdin.on('end', () => process.exit()).resume();
  const answer = await probe(place, adapter).then(
    (probed): Answer => ({ probed }),
    (error: unknown): Answer => ({ failure: failure(error) }),
  );
  process.stdout.write(`${toJson(answer)}\n`, () => process.exit());
}

function probe(place: Place, wish: AdapterWish): Promise<Probed> {
  return place === 'node' ? probeNode(wish) : probeChrome(wish);
}

async function probeNode(wish: AdapterWish): Promise<Probed> {
  const { gpu, adapter: description } = await openNodeGpu(wish);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new FlatwalkError('NO_ADAPTER', `${description.name} answers once only`, 'Update its driver.');
  // An adapter that gives no device is of no use.
  const engine = await Engine.open({ gpu });
  engine.dispose();
  return { adapter: description, by: `Dawn ${dawnVersion()}`, ...traits(adapter) };
}

/** Runs in pages too, so it knows nothing but its argument. */
function traits({ limits: all, features, info }: GPUAdapter): Pick<Probed, 'limits' | 'features' | 'subgroups'> {
  const limits: Record<string, number> = {};
  for (const name in all) {
    const limit: unknown = all[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') limits[name] = limit;
  }
  const { subgroupMinSize: least, subgroupMaxSize: most } = info;
  return {
    limits,
    features: [...features].sort(),
    subgroups: features.has('subgroups') && least && most ? { least, most } : null,
  };
}

async function probeChrome(wish: AdapterWish): Promise<Probed> {
  const folder = await mkdtemp(join(tmpdir(), 'flatwalk-probe-'));
  try {
    await writeFile(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><title>probe</title>');
    return await withPage(
      folder,
      '/index.html',
      async (page, { adapter }) => {
        const found = (await page.evaluate(`(async () => {
          const adapter = await navigator.gpu.requestAdapter();
          const device = await adapter.requestDevice();
          device.destroy();
          return (${traits.toString()})(adapter);
        })()`)) as ReturnType<typeof traits>;
        return { adapter, by: await page.browser().version(), ...found };
      },
      { adapter: wish },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Between being asked to end, which lets it close its browser, and being made to. */
const GRACE_MS = 3000;

/** Starts this program once more, with that command. */
export function probeAlone(place: Place, wish: AdapterWish, seconds: number): Promise<Answer> {
  return ask(process.execPath, [process.argv[1], 'probe', '--in', place, '--adapter', wish], seconds);
}

/** What a process answers on its first line, or why there is no answer. It is ended after `seconds`. */
export function ask(program: string, args: readonly string[], seconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      errors += text;
    });
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    }, 1000 * seconds);
    const unopened = (message: string, fix: string) => resolve({ failure: { message, fix } });
    child.once('error', (error) => unopened(`no process can be started for it: ${error.message}`, 'Try again.'));
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      if (late)
        return unopened(`it does not answer within ${seconds} s`, 'Update its driver, or give it more --patience.');
      const [line] = out.split('\n');
      if (code === 0 && line) return resolve(JSON.parse(line) as Answer);
      const said = errors.trim().split('\n')[0];
      const how = signal ? `is ended by ${signal}` : `ends with code ${code}`;
      return unopened(`the process that opens it ${how}${said ? `: ${said}` : ''}`, 'Update its driver.');
    });
  });
}
