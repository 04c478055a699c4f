/** Opens WebGPU in Node: Dawn, of the npm package `webgpu`. The only file that imports it. */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { type AdapterDescription, describeAdapter } from '../../engine/adapter.ts';
import { FlatwalkError } from '../../model/errors.ts';
import {
  type AdapterKind,
  type AdapterWish,
  type Candidate,
  checkAdapterWish,
  chooseAdapter,
  defaultAdapterWish,
  describeMachine,
  type Machine,
  SLOW_ON_SWIFTSHADER,
  withDrivers,
} from './environment.ts';
import { type Awaited, waitPatiently } from './patience.ts';

export interface NodeGpu {
  /** What `navigator.gpu` is in a browser. */
  readonly gpu: GPU;
  readonly kind: AdapterKind | 'system';
  /** Why this adapter: one line for the log. */
  readonly reason: string;
  readonly adapter: AdapterDescription;
}

/**
 * One GPU object an adapter, kept for as long as the process lives. Dropping it while a device is alive crashes the
 * process as soon as it is collected; keeping it costs some kilobytes, takes no CPU time, and lets Node end by itself.
 * A new one for every engine would instead grow the process, by 2 MB each on lavapipe.
 */
const opened = new Map<Candidate['kind'], NodeGpu>();

/** Drivers are chosen through the environment of the process, which only one opening at a time may set. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Opens WebGPU on the adapter wished for, by default the one of FLATWALK_ADAPTER, else the best there is. Adapters and
 * devices are then requested from `gpu` as in a browser; destroy the devices, there is nothing else to release.
 */
export async function openNodeGpu(
  wish: AdapterWish = defaultAdapterWish(),
  machine: Machine = describeMachine(),
): Promise<NodeGpu> {
  const checked = checkAdapterWish(wish);
  const mine = turn.then(async () => {
    // Told first: without it no adapter is of use.
    await importDawn();
    return openFirst(chooseAdapter(checked, machine));
  });
  // The next opening waits for this one whichever way it ends; its error goes to whoever called.
  turn = mine.catch(() => undefined);
  return mine;
}

async function openFirst(candidates: readonly Candidate[]): Promise<NodeGpu> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    const result = opened.get(candidate.kind) ?? (await openCandidate(candidate));
    if (typeof result !== 'string') {
      opened.set(candidate.kind, result);
      // A GPU that is there and does not answer is worth a word, even where another adapter serves.
      return { ...result, reason: [result.reason, ...failures.map((failure) => `not ${failure}`)].join('; ') };
    }
    failures.push(`${candidate.kind} (${candidate.reason}): ${result}`);
  }
  throw new FlatwalkError(
    'NO_ADAPTER',
    `Dawn gives no adapter.\n  ${failures.join('\n  ')}`,
    isMainThread
      ? 'Update the driver (lavapipe needs Mesa 23 or newer), or choose another adapter: --adapter auto'
      : 'A worker thread cannot choose the driver: use the main thread, or start the process with environmentFor().',
  );
}

/** Opens one candidate, or says why it does not serve. */
async function openCandidate(candidate: Candidate): Promise<NodeGpu | string> {
  const { create, globals } = await importDawn();
  return withDrivers(candidate, async () => {
    const gpu = create(candidate.kind === 'swiftshader' ? [`disable-dawn-features=${SLOW_ON_SWIFTSHADER}`] : []);
    // Dawn makes its Vulkan instance when it is first asked for an adapter, so ask now, and see whether there is one.
    const adapter = await gpu.requestAdapter();
    if (!adapter) return 'the driver is there, but Dawn accepts none of its adapters';
    const description = describeAdapter(adapter);
    if (!isOfKind(candidate.kind, description)) return `another adapter answered: ${description.name}`;
    if (description.software) waitPatiently(globals as Awaited);
    return { gpu, kind: candidate.kind, reason: candidate.reason, adapter: description };
  });
}

function isOfKind(kind: Candidate['kind'], { software, device }: AdapterDescription): boolean {
  switch (kind) {
    case 'system':
      return true;
    case 'hardware':
      return !software;
    case 'lavapipe':
      return device.includes('llvmpipe');
    case 'swiftshader':
      return device.includes('swiftshader');
    default:
      return kind satisfies never;
  }
}

/** The version of the package that Dawn comes in. */
export function dawnVersion(): string {
  const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };
  return version;
}

async function importDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') {
      throw new FlatwalkError(
        'NO_WEBGPU',
        'WebGPU for Node is not installed: it is the npm package webgpu (Linux, macOS, Windows)',
        'Add it: npm install webgpu, and on Linux x64 @sparticuz/chromium, in which a software adapter and a browser come along.',
        { cause },
      );
    }
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError(
      'HOST',
      `Cannot load Dawn, WebGPU for Node: ${detail}`,
      'Install it anew: npm install webgpu (Linux x64 and arm64, macOS, Windows).',
      { cause },
    );
  }
}
