import type {
  Checkpoint,
  Engine,
  MetricRow,
  Outcome,
  Problem,
  ProblemOptions,
  TrainOptions,
} from '../../../src/engine/index.ts';
import { makeProblem, type Problem as ReferenceProblem } from '../../../src/reference/network.ts';
import { openTestAdapter } from '../../gpu.ts';

export { golden, normError, openTestEngine } from '../support.ts';
export { made, type Shape } from './made.ts';

/** The same in float64. */
export function reference(o: ProblemOptions): ReferenceProblem {
  return makeProblem({
    X: o.inputs as ArrayLike<number>,
    y: o.labels as ArrayLike<number>,
    theta: o.weights as ArrayLike<number>,
    m: o.width,
    activation: o.activation,
    secondLayer: o.secondLayer as ArrayLike<number> | undefined,
  });
}

/** The plans by which a run can be done, small enough for each. The full batch is for `tiled`. */
export const subgroups = (await openTestAdapter()).features.has('subgroups');
if (!subgroups) console.log("not tried: the strategy 'subgroup', because the adapter has no subgroups");

const strategies = ['lane', ...(subgroups ? (['subgroup'] as const) : []), 'group', 'tiled'] as const;

export const plans = strategies.flatMap((strategy) =>
  (['weight', 'data'] as const).map((space) => ({
    name: `${strategy}, ${space} space`,
    plan: { strategy, space },
    batch: strategy === 'tiled' ? ('full' as const) : 2,
  })),
);

/** The bits of numbers, so that a comparison is exact and tells -0 from 0. */
export function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

export interface Ended {
  readonly outcome: Outcome;
  readonly rows: MetricRow[];
  readonly weights: Float32Array;
  readonly checkpoint: Checkpoint;
}

/** Runs to the end on a problem, which stays open. */
export async function runOn(problem: Problem, options: TrainOptions): Promise<Ended> {
  const run = problem.train(options);
  const rows: MetricRow[] = [];
  const outcome = await run.finish((row) => rows.push(row));
  return { outcome, rows, weights: await problem.weights(), checkpoint: await run.checkpoint() };
}

/** Makes a problem, runs it to the end, and disposes it. */
export async function runFresh(engine: Engine, problem: ProblemOptions, options: TrainOptions): Promise<Ended> {
  const made = await engine.problem(problem);
  try {
    return await runOn(made, options);
  } finally {
    made.dispose();
  }
}

/** The mean and its standard error. */
export function meanAndError(values: ArrayLike<number>): { mean: number; error: number } {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const squares = all.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (all.length - 1) / all.length) };
}

/** What a call throws or a promise rejects with. */
export async function failure(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
