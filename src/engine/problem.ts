/// <reference lib="esnext.disposable" preserve="true" />
import type { Law } from '../model/draws.ts';
import { FlatwalkError } from '../model/errors.ts';
import type { AdapterDescription } from './adapter.ts';
import { checkLaw, count, type NumberList, toFloat32 } from './arrays.ts';
import type { Stretch } from './gpu.ts';
import {
  type MetricName,
  type MetricOptions,
  type MetricValues,
  ownOptimum,
  prepareWatch,
  traceOptimum,
} from './metrics.ts';
import type { Network } from './network.ts';
import type { PlanExplanation } from './plan.ts';
import { planRun } from './plans/run.ts';
import { readSettings, type TrainOptions } from './settings.ts';
import { prepareForward } from './stages/forward.ts';
import { type Observed, prepareObserve } from './stages/observe.ts';
import type { TraceEstimate } from './stages/probes.ts';
import { type Evaluate, recordStages, type Stage } from './stages/stage.ts';
import { Run } from './train.ts';

/**
 * A data set and one or several networks on the device. Results for one replica are numbers or arrays of its own shape;
 * with R replicas arrays have R times the length, replica by replica. All arrays returned are copies.
 */
export class Problem {
  readonly #network: Network;
  readonly #adapter: AdapterDescription;
  readonly #onDispose: () => void;
  #running = false;

  /** Made by `engine.problem()`. */
  constructor(network: Network, adapter: AdapterDescription, onDispose: () => void) {
    this.#network = network;
    this.#adapter = adapter;
    this.#onDispose = onDispose;
  }

  get shape() {
    const { samples, width, dimension, replicas, activation } = this.#network;
    return { samples, width, dimension, replicas, activation: activation.spec };
  }

  /** For instruments, as in flatwalk/geometry: the network on the device, and how to evaluate a stage of it. */
  get lowLevel(): { readonly network: Network; readonly evaluate: Evaluate } {
    this.#network.check();
    return { network: this.#network, evaluate: (stage) => this.#result(stage) };
  }

  /** Replaces the weights: m x d numbers for all replicas alike, or replicas x m x d. */
  setWeights(weights: NumberList): void {
    this.#idle();
    this.#network.setWeights(weights);
  }

  /** Theta, replicas x m x d. */
  async weights(): Promise<Float32Array> {
    this.#network.check();
    this.#network.catchUp?.();
    const { gpu, weights, replicas, cells } = this.#network;
    const [bytes] = await gpu.read([{ buffer: weights, size: replicas * cells * 4 }]);
    return new Float32Array(bytes);
  }

  /** The outputs r_i of every replica, replicas x n. */
  async outputs(): Promise<Float32Array> {
    const residuals = await this.residuals();
    const { labels } = this.#network;
    return residuals.map((e, k) => e + labels[k % labels.length]);
  }

  /** r_i - y_i, replicas x n. */
  async residuals(): Promise<Float32Array> {
    const network = this.#network;
    network.check();
    return this.#floats([], network.residuals, network.replicas * network.samples);
  }

  /** Pre-activations Theta X^T, replicas x m x n. @throws LIMIT where they do not fit in one block */
  async preactivations(): Promise<Float32Array> {
    const network = this.#network;
    network.check();
    if (network.blocks.length > 1) {
      throw new FlatwalkError(
        'LIMIT',
        'The pre-activations of all samples do not fit at once',
        'Use fewer samples, neurons or replicas.',
      );
    }
    return this.#floats([], network.preactivations, network.replicas * network.width * network.samples);
  }

  /** L of every replica. */
  async loss(): Promise<Float64Array> {
    return (await this.#observe()).loss;
  }

  /** tr D²L in closed form, of every replica; at any point, not only where L = 0. */
  async trace(): Promise<Float64Array> {
    return (await this.#observe()).trace;
  }

  /** max_i |grad r_i|² of every replica: one-sample steps are stable in mean square for step sizes below its inverse. */
  async steepestSample(): Promise<Float64Array> {
    return (await this.#observe()).steepestSample;
  }

  /** F = 2 sum_i |x_i|² sum_j (a_j phi'(z_ij))², of every replica; equals the trace where L = 0. */
  async manifoldTrace(): Promise<Float64Array> {
    return (await this.#observe()).manifoldTrace;
  }

  /**
   * F*, the trace where all neurons agree: the least on the zero-loss manifold where phi' and phi''' are positive, see
   * `traceIsOptimal`. @throws NOT_DEFINED where there is no such state
   */
  traceOptimum(replica = 0): number {
    return traceOptimum(this.#network, replica);
  }

  /** Whether F* is proven to be the least F: the activation has phi' > 0 and phi''' > 0. */
  get traceIsOptimal(): boolean {
    return this.#network.optimum !== null && this.#network.activation.simple;
  }

  /** phi⁻¹(y_i / (m a)), the pre-activations of the flattest solution, n numbers. @throws NOT_DEFINED where there is none */
  optimumPreactivations(replica = 0): Float64Array {
    if (!this.#network.optimum) {
      throw new FlatwalkError('NOT_DEFINED', `There is no optimum: ${this.#network.noOptimum}`, 'Leave it out.');
    }
    return ownOptimum(this.#network.optimum, this.#network, replica).slice();
  }

  /** |x_i|², n numbers. */
  squaredNorms(): Float64Array {
    return this.#network.squaredNorms.slice();
  }

  /** The gradient of L, replicas x m x d. */
  async gradient(): Promise<Float32Array> {
    const network = this.#network;
    network.check();
    const { gradientBuffer, prepareGradient } = await network.gpu.library.load('geometry');
    return this.#floats([await prepareGradient(network)], gradientBuffer(network), network.replicas * network.cells);
  }

  /**
   * Exact Hessian-vector products of L. `vectors` is k x m x d for one replica, replicas x k x m x d for several; so is
   * the result. @throws BAD_SHAPE, NOT_FINITE
   */
  async hvp(vectors: NumberList): Promise<Float32Array> {
    const network = this.#network;
    network.check();
    const { values } = toFloat32('vectors', vectors);
    const { hessianProducts } = await network.gpu.library.load('geometry');
    return hessianProducts(network, values, (stage) => this.#result(stage));
  }

  /** Hutchinson's estimate of tr D²L with its standard error, one for each replica. */
  async traceEstimate(options: { probes: number; kind?: Law; seed?: number }): Promise<TraceEstimate[]> {
    this.#network.check();
    count('probes', options.probes);
    if (options.kind) checkLaw('kind', options.kind);
    const { prepareProbes } = await this.#network.gpu.library.load('geometry');
    return this.#result(await prepareProbes(this.#network, options));
  }

  /** J J^T, the Gram matrix of the per-sample gradients, replicas x n x n. @throws LIMIT above 512 samples */
  async jacobianGram(): Promise<Float32Array> {
    const network = this.#network;
    network.check();
    const { prepareJacobianGram } = await network.gpu.library.load('geometry');
    return this.#result(await prepareJacobianGram(network));
  }

  /**
   * Moves the weights onto the zero-loss manifold by Gauss-Newton steps. Returns, per replica, the largest residual left
   * and the share of the smallest in the largest pivot of J J^T: near zero, the per-sample gradients are dependent.
   * What is left is for the caller to judge: it is not small where gradients vanish or no weights fit the labels.
   * @throws LIMIT above 512 samples; NOT_DEFINED, with the weights unchanged, if a replica left the range of f32
   */
  async retract(steps?: number): Promise<{ largestResidual: Float64Array; pivotRatio: Float64Array }> {
    const network = this.#network;
    network.check();
    if (steps !== undefined) count('steps', steps);
    const release = this.#occupy();
    try {
      const { retractWeights } = await network.gpu.library.load('geometry');
      return await retractWeights(network, (stage) => this.#result(stage), steps);
    } finally {
      release();
    }
  }

  /** Metrics at the present weights. */
  async metrics(names: readonly MetricName[], options?: MetricOptions): Promise<MetricValues> {
    this.#network.check();
    return this.#result(await prepareWatch(this.#network, names, options));
  }

  /**
   * A label-noise SGD run, to be iterated over. Runs follow each other: the iteration of one is refused while another goes
   * on. @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE, NOT_DEFINED, LIMIT for settings that cannot be carried out, at once
   */
  train(options: TrainOptions): Run {
    this.#idle();
    this.#network.check();
    return new Run(this.#network, options, this.#adapter, () => this.#occupy());
  }

  /** The plan that `train` would follow with the same options, and all that it is chosen from. Computes nothing else. */
  explain(options: TrainOptions): PlanExplanation {
    this.#network.check();
    return planRun(this.#network, readSettings(this.#network, options), options, this.#adapter);
  }

  dispose(): void {
    this.#network.dispose();
    this.#onDispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Keeps others from changing the weights, until the function that it returns is called. */
  #occupy(): () => void {
    this.#idle();
    this.#running = true;
    return () => {
      this.#running = false;
    };
  }

  #idle(): void {
    if (this.#running) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        'A run or a retraction on this problem has not ended',
        'Let it end, abort it, or make another problem.',
      );
    }
  }

  async #observe(): Promise<Observed> {
    this.#network.check();
    return this.#result(await prepareObserve(this.#network));
  }

  async #result<T>(stage: Stage<T>): Promise<T> {
    return stage.finish(await this.#read([stage], stage.outputs));
  }

  async #floats(
    stages: readonly Omit<Stage<unknown>, 'finish'>[],
    buffer: GPUBuffer,
    length: number,
  ): Promise<Float32Array> {
    const [bytes] = await this.#read(stages, [{ buffer, size: length * 4 }]);
    return new Float32Array(bytes);
  }

  /**
   * Records stages over the forward pass of the present weights, and reads. Between the first and the last of its commands
   * nobody else gets a turn: evaluations that are under way at the same time share their buffers.
   */
  async #read(stages: readonly Omit<Stage<unknown>, 'finish'>[], outputs: readonly Stretch[]): Promise<ArrayBuffer[]> {
    const network = this.#network;
    const forward = await prepareForward(network, network.weights);
    network.check();
    network.catchUp?.();
    recordStages(network, forward, stages);
    return network.gpu.read(outputs);
  }
}
