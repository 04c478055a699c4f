import { problemOf, type SizeName } from '../../../bench/problems.ts';
import {
  type Engine,
  FlatwalkError,
  type PlanWish,
  type Problem,
  type TrainOptions,
  type TunedEntry,
} from '../../engine/index.ts';
import { makeSignMatchedWeights, makeWeights } from '../../model/data.ts';
import { stepSizeFor } from '../experiments/experiment.ts';
import type { TaskContext } from './task.ts';

/** A problem on given data, and how it is trained. */
export interface DataOptions {
  /** n x d numbers, row by row. */
  readonly inputs: ArrayLike<number>;
  readonly dimension: number;
  readonly labels: ArrayLike<number>;
  readonly width: number;
  readonly activation: string;
  /** The fixed second layer, m numbers; all ones if not given. */
  readonly secondLayer?: readonly number[];
  readonly start: Start;
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

export type Start =
  /** Independent normals of this standard deviation. */
  | { readonly kind: 'gaussian'; readonly std: number }
  /** Pre-activations with the signs of the labels and sizes from low to high. */
  | { readonly kind: 'sign-matched'; readonly low: number; readonly high: number }
  /** m x d numbers for all replicas alike, or replicas x m x d. */
  | { readonly kind: 'weights'; readonly weights: ArrayLike<number> };

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
  /** m numbers; all ones if not given. */
  readonly secondLayer?: readonly number[];
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
  const { inputs, dimension, labels, width, activation, secondLayer, replicas, noise, noiseLaw, batch, seed } = o;
  refuseTooLarge(engine, o);
  const weights = startingWeights(o);
  const problem = await engine.problem({
    inputs,
    dimension,
    labels,
    width,
    activation,
    secondLayer,
    replicas,
    weights,
  });
  try {
    if (o.retractFirst) emit({ kind: 'note', text: await retractStart(problem, labels) });
    // The sum of n losses is n times as steep as their mean.
    const share = batch === 'full' && o.loss === 'sum' ? labels.length : 1;
    const stepSize = o.stepSize === 'auto' ? (0.2 * (await stepSizeFor(problem, o))) / share : o.stepSize;
    const loss = batch === 'full' ? { loss: o.loss } : {};
    return {
      problem,
      inputs: Float32Array.from(inputs),
      labels: Float32Array.from(labels),
      secondLayer,
      start: await problem.weights(),
      settings: { stepSize, noise, noiseLaw, batch, seed, ...loss },
    };
  } catch (error) {
    problem.dispose();
    throw error;
  }
}

/**
 * What does not fit on the device, in terms of what was asked for; the engine would speak of its buffers.
 * @throws LIMIT, naming the limit and the largest size that fits
 */
function refuseTooLarge({ device }: Engine, { labels, dimension: d, width: m, replicas }: DataOptions): void {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const limit = maxStorageBufferBindingSize <= maxBufferSize ? 'maxStorageBufferBindingSize' : 'maxBufferSize';
  const bytes = device.limits[limit];
  const numbers = Math.floor(bytes / 4);
  const n = labels.length;
  const refuse = (what: string, needed: number, fix: string) => {
    const says = `would need ${4 * needed} bytes, and this adapter's ${limit} is ${bytes}`;
    throw new FlatwalkError('LIMIT', `${what} ${says}`, fix);
  };
  if (n * d > numbers) {
    const most = Math.floor(numbers / d);
    refuse(
      `An input matrix of ${n} x ${d}`,
      n * d,
      most > 0 ? `Use ${most} data points or fewer.` : 'Use fewer inputs.',
    );
  }
  if (replicas * m * d > numbers) {
    const [neurons, networks] = [Math.floor(numbers / d / replicas), Math.floor(numbers / d / m)];
    const words = [neurons > 0 && `${neurons} neurons`, networks > 0 && `${networks} replicas`].filter(Boolean);
    const fix = words.length > 0 ? `Use ${words.join(' or ')}, or fewer.` : 'Use fewer neurons and replicas.';
    refuse(`${replicas} x ${m} x ${d} weights`, replicas * m * d, fix);
  }
}

/** Gauss-Newton steps from a random start; a few suffice near the manifold. */
const FROM_AFAR = 24;
/** What may be left of the residuals, as a share of the largest label: far more than rounding leaves. */
const LEFT = 1e-3;

/** Returns what a person should know. @throws NOT_DEFINED where the start does not come to the manifold */
async function retractStart(problem: Problem, labels: ArrayLike<number>): Promise<string> {
  const { largestResidual, pivotRatio } = await problem.retract(FROM_AFAR);
  const worst = largestResidual.indexOf(largestResidual.reduce((a, b) => Math.max(a, b), 0));
  const left = largestResidual[worst];
  const scale = Array.from(labels).reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  if (!(left <= LEFT * scale)) {
    const kernel = `the smallest pivot of J J^T is ${pivotRatio[worst].toPrecision(2)} of the largest`;
    throw new FlatwalkError(
      'NOT_DEFINED',
      `The start of replica ${worst} does not come to the zero-loss manifold: a residual of ${left.toPrecision(3)} is left, and ${kernel}`,
      'Use fewer or independent data points, more neurons, another start or seed, or do not retract first.',
    );
  }
  return `Retracted the start: largest residual ${left.toPrecision(3)}`;
}

/** Theta as its replicas begin: m x d numbers for all alike, or replicas x m x d. @throws BAD_SHAPE, NOT_DEFINED */
export function startingWeights(o: DataOptions): ArrayLike<number> {
  const { dimension: d, width: m, start, seed, inputs, labels } = o;
  if (start.kind === 'weights') return start.weights;
  if (start.kind === 'sign-matched') refuseDependent(o);
  const weights = new Float32Array(o.replicas * m * d);
  for (let replica = 0; replica < o.replicas; replica++) {
    const one =
      start.kind === 'gaussian'
        ? makeWeights({ m, d, std: start.std, seed, replica })
        : makeSignMatchedWeights({ ...start, inputs, labels, m, n: labels.length, d, seed, replica });
    weights.set(one, replica * m * d);
  }
  return weights;
}

/** @throws BAD_SHAPE, NOT_DEFINED where pre-activations cannot be chosen freely */
function refuseDependent({ dimension: d, labels, secondLayer }: DataOptions): void {
  if (labels.length > d) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `A sign-matched start needs linearly independent inputs, and ${labels.length} points in ${d} dimensions are dependent`,
      `Use at most ${d} data points, or a gaussian start.`,
    );
  }
  if (secondLayer?.some((a) => a <= 0)) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      'A sign-matched start is for second layers that are positive',
      'Use a gaussian start.',
    );
  }
}
