import type { Stretch } from '../gpu.ts';
import type { Block, Network } from '../network.ts';

/**
 * A piece of evaluation: prepared once (pipelines compiled, buffers bound), then recorded as often as wanted, block by block
 * behind a forward pass that it shares with other stages. It leaves its results in `outputs`; `finish` turns their bytes
 * into numbers, in float64.
 */
export interface Stage<Result> {
  /** Records what the stage does with a block of samples, whose pre-activations and residuals are there. Never waits. */
  block(block: Block): void;
  /** Records what follows the last block. */
  end?(): void;
  readonly outputs: readonly Stretch[];
  finish(bytes: readonly ArrayBuffer[]): Result;
}

/** A stage's result at the present weights, over a forward pass of their own. */
export type Evaluate = <Result>(stage: Stage<Result>) => Promise<Result>;

/** Records the pre-activations and the residuals of a block of samples. */
export type Forward = (block: Block) => void;

/** Stages over one forward pass: the blocks one after the other, each of them through every stage. */
export function recordStages(
  network: Network,
  forward: Forward,
  stages: readonly Omit<Stage<unknown>, 'finish'>[],
): void {
  for (const block of network.blocks) {
    forward(block);
    for (const stage of stages) stage.block(block);
  }
  for (const stage of stages) stage.end?.();
}
