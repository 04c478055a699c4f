import type { BenchCase, BenchResult, Check, SuiteName } from '../../../bench/document.ts';
import { runBench } from '../../../bench/run.ts';
import type { Effort } from '../../../bench/suite.ts';
import type { Engine } from '../../engine/index.ts';
import { reproduce } from './reproduce.ts';
import type { Task } from './task.ts';
import { prepareKernelBench } from './verify/bench.ts';

export interface BenchOptions {
  /** All that there are, if not given. */
  readonly suites?: readonly SuiteName[];
  /** Only cases whose name has this in it. */
  readonly filter?: string;
  readonly effort: Effort;
  /** The page for which a worker measures cannot be seen; of its own page the task knows. */
  readonly hidden?: boolean;
}

/** Times of what flatwalk does on the engine's adapter, each checked before it is given. */
export const bench: Task<BenchOptions, BenchResult> = {
  name: 'bench',
  run(engine, { suites, filter, effort, hidden = isHidden() }, { emit, signal, open, alone }) {
    const progress = (share: number, label: string) => emit({ kind: 'progress', share, label });
    const measured = (cases: readonly BenchCase[]) => emit({ kind: 'measured', cases });
    const settings = { suites, filter, effort, signal, progress, measured, hidden };
    return runBench(engine, settings, { prepareKernel: prepareKernelBench, open, alone, reproduce: reproduceQuickly });
  },
};

function isHidden(): boolean | undefined {
  return (globalThis as { readonly document?: { readonly hidden: boolean } }).document?.hidden;
}

async function reproduceQuickly(engine: Engine, signal?: AbortSignal): Promise<Check> {
  const { claims } = await reproduce.run(engine, { quick: true }, { emit: () => {}, signal });
  const failed = claims.filter(({ holds }) => holds === false);
  const note =
    failed.length === 0 ? 'every judged claim holds' : `claims ${failed.map(({ id }) => id).join(', ')} fail`;
  return { passed: failed.length === 0, error: failed.length, tolerance: 0, note };
}
