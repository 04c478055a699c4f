import { problemOf, type SizeName } from '../../../bench/problems.ts';
import {
  type Engine,
  FlatwalkError,
  type PlanWish,
  type Problem,
  type TrainOptions,
  type TunedEntry,
} from '../../engine/index.ts';
import { makeWeights } from '../../model/data.ts';
import { stepSizeFor } from '../experiments/experiment.ts';
import type { TaskContext } from './task.ts';

/** A problem on given data, and how it is trained. */
export interface DataOptions {
  /** n rows of d numbers. */
  readonly inputs: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly width: number;
  readonly activation: string;
  /** Standard deviation of the normal starting weights. */
  readonly initStd: number;
  readonly retractFirst: boolean;
  /** 'auto': 0.2 / the largest per-sample |grad r_i|² at the start. */
  readonly stepSize: number | 'auto';
  readonly noise: number;
  readonly noiseLaw: 'gaussian' | 'rademacher';
  readonly batch: number | 'full';
  readonly loss: 'mean' | 'sum';
  readonly replicas: number;
  readonly seed: number;
}

/** One of the benchmarks' problems. */
export interface SizeOptions {
  readonly size: SizeName;
  readonly replicas: number;
}

/** What decides the plan of a run, besides the problem and the adapter. */
export interface PlanOptions {
  readonly steps: number;
  readonly plan?: PlanWish;
  /** What the tuner has found, for any adapter; what the page keeps, if not given; empty if the model is to decide. */
  readonly tuned?: readonly TunedEntry[];
}

/** A problem that is open, its numbers, and the settings of its runs. */
export interface Setup {
  readonly problem: Problem;
  /** n x d, n, and replicas x m x d. */
  readonly inputs: Float32Array;
  readonly labels: Float32Array;
  readonly start: Float32Array;
  readonly settings: Pick<TrainOptions, 'noiseLaw' | 'loss'> &
    Required<Pick<TrainOptions, 'batch'>> & {
      readonly stepSize: number;
      readonly noise: number;
      readonly seed: number;
    };
}

/** Opens a problem. The caller disposes it. @throws what the engine throws for data that make no problem */
export async function openSetup(
  engine: Engine,
  o: DataOptions | SizeOptions,
  emit: TaskContext['emit'],
): Promise<Setup> {
  if ('size' in o) {
    const { options, stepSize, noise, batch, seed } = problemOf(o.size, o.replicas);
    const { inputs, labels, weights: start } = options;
    return {
      problem: await engine.problem(options),
      inputs,
      labels,
      start,
      settings: { stepSize, noise, batch, seed },
    };
  }
  const { labels, width, activation, replicas, noise, noiseLaw, batch, seed } = o;
  const d = o.inputs[0]?.length ?? 0;
  const weights = startingWeights(o, d);
  const problem = await engine.problem({ inputs: o.inputs, labels, width, activation, replicas, weights });
  try {
    if (o.retractFirst) {
      const { largestResidual } = await problem.retract();
      emit({
        kind: 'note',
        text: `Retracted the start: largest residual ${Math.max(...largestResidual).toPrecision(3)}`,
      });
    }
    // The sum of n losses is n times as steep as their mean.
    const share = batch === 'full' && o.loss === 'sum' ? labels.length : 1;
    const stepSize = o.stepSize === 'auto' ? (0.2 * (await stepSizeFor(problem, o))) / share : o.stepSize;
    const loss = batch === 'full' ? { loss: o.loss } : {};
    return {
      problem,
      inputs: Float32Array.from(o.inputs.flat()),
      labels: Float32Array.from(labels),
      start: o.retractFirst ? await problem.weights() : weights,
      settings: { stepSize, noise, noiseLaw, batch, seed, ...loss },
    };
  } catch (error) {
    problem.dispose();
    throw error;
  }
}

function startingWeights(o: DataOptions, d: number): Float32Array {
  if (d === 0) throw new FlatwalkError('BAD_SHAPE', 'The data has no rows or no input columns', 'Check the file.');
  const one = o.width * d;
  const weights = new Float32Array(o.replicas * one);
  for (let replica = 0; replica < o.replicas; replica++) {
    weights.set(makeWeights({ m: o.width, d, std: o.initStd, seed: o.seed, replica }), replica * one);
  }
  return weights;
}
