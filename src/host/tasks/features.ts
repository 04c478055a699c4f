import type { Problem } from '../../engine/index.ts';
import type { TaskContext } from './task.ts';

/** Cells of a feature matrix that are told: a picture shows no more. */
const MOST_CELLS = 65_536;
/** Tells the feature matrix Z = Theta X^T of replica 0, m x n, at the present weights; nothing where it is large. */
export async function tellFeatures(
  problem: Problem,
  emit: TaskContext['emit'],
  run: string,
  step: number,
): Promise<void> {
  const { samples, width } = problem.shape;
  const cells = width * samples;
  // Those of all replicas are read together, and a run must not end for want of a picture.
  if (cells > MOST_CELLS || problem.lowLevel.network.blocks.length > 1) return;
  const values = (await problem.preactivations()).subarray(0, cells);
  emit({ kind: 'features', run, step, samples, width, values: Array.from(values) });
}
