import type { Stretch } from '../gpu.ts';

/**
 * A piece of evaluation: prepared once (pipelines compiled, buffers bound), then recorded as often as wanted. A stage
 * leaves its results in `outputs`; `finish` turns their bytes into numbers, in float64.
 */
export interface Stage<Result> {
  /** Records the stage's commands. Never waits. */
  record(): void;
  readonly outputs: readonly Stretch[];
  finish(bytes: readonly ArrayBuffer[]): Result;
}
