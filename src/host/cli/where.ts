import { arch, cpus, platform, release } from 'node:os';
import { findPeers } from '../../../bench/peers/node.ts';
import { type AdapterDescription, Engine } from '../../engine/index.ts';
import { kernelFingerprint } from '../../engine/plans/fingerprint.ts';
import { runInChrome } from '../chrome/run-task.ts';
import { dawnVersion } from '../node/gpu.ts';
import { type AdapterWish, openNodeGpu } from '../node/index.ts';
import { type TaskName, type TaskOptions, type TaskResult, tasks } from '../tasks/index.ts';
import type { TaskContext } from '../tasks/task.ts';
import { version } from '../version.ts';

export const places = ['node', 'chrome'] as const;
export type Place = (typeof places)[number];

/** What the numbers were computed with. */
export interface Environment {
  readonly flatwalk: string;
  /** Fingerprint of the kernels: versions change less often than they do. */
  readonly kernels: string;
  readonly in: Place;
  readonly adapter: AdapterDescription;
  readonly browser?: string;
  readonly node: string;
  /** Version of the package that Dawn comes in; in Node only. */
  readonly dawn?: string;
  readonly system: string;
  readonly cpu: string;
}

function environment(place: Place, adapter: AdapterDescription, browser?: string): Environment {
  const cpu = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}`;
  return {
    flatwalk: version,
    kernels: kernelFingerprint(),
    in: place,
    adapter,
    browser,
    node: process.version,
    dawn: place === 'node' ? dawnVersion() : undefined,
    system: `${platform()} ${release()} ${arch()}`,
    cpu,
  };
}

export interface Where {
  readonly place: Place;
  readonly adapter?: AdapterWish;
  /** Called once, before the task starts; with why this adapter, where that is known. */
  readonly onEnvironment: (environment: Environment, why?: string) => void;
}

/** Runs a task in Node or in headless Chrome; nothing above this line knows which. @throws what the task throws */
export async function runTask<N extends TaskName>(
  name: N,
  options: TaskOptions<N>,
  context: TaskContext,
  { place, adapter: wish, onEnvironment }: Where,
): Promise<TaskResult<N>> {
  if (place === 'chrome') {
    const { result } = await runInChrome<TaskOptions<N>, TaskResult<N>>(name, options, context, {
      adapter: wish,
      onAdapter: (adapter: AdapterDescription, browser: string) =>
        onEnvironment(environment('chrome', adapter, browser)),
    });
    return result;
  }
  const { gpu, kind, reason } = await openNodeGpu(wish);
  const engine = await Engine.open({ gpu });
  try {
    onEnvironment(environment('node', engine.adapter), `${kind} (${reason})`);
    const open = () => Engine.open({ gpu });
    const here = { ...context, open, findPeers: (python?: string) => findPeers(gpu, python) };
    return (await tasks[name].run(engine, options as never, here)) as TaskResult<N>;
  } finally {
    engine.dispose();
  }
}
