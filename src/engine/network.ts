import { type Activation, activation } from '../model/activations.ts';
import { FlatwalkError } from '../model/errors.ts';
import { count, type NumberList, toFloat32 } from './arrays.ts';
import { checksum } from './checkpoint.ts';
import type { Variant } from './compose.ts';
import type { Gpu, Launch } from './gpu.ts';
import { prepareProject } from './products.ts';
import type { KernelName, kernels } from './registry.ts';

export interface ProblemOptions {
  /** The data points X, n rows of d numbers: nested rows, or flat and row-major. */
  readonly inputs: NumberList;
  /** The labels y, n numbers for every replica alike, or replicas x n: nested, or flat beside nested inputs or a dimension. */
  readonly labels: NumberList;
  /** d, where flat inputs leave it open; otherwise (numbers in X) / (numbers in y). */
  readonly dimension?: number;
  /** The number of neurons m. */
  readonly width: number;
  /** `name` or `name:parameter`, for example `cubic_linear:0.1`. */
  readonly activation: string;
  /** The fixed second layer a, m numbers; all ones if not given. */
  readonly secondLayer?: NumberList;
  /** Theta: m x d numbers for every replica alike, or replicas x m x d. */
  readonly weights: NumberList;
  /** How many networks are trained at once on the same data; 1 if not given. */
  readonly replicas?: number;
}

/** A stretch of samples that is evaluated at once, so that memory stays bounded. */
export interface Block {
  readonly first: number;
  readonly count: number;
  /** Number of the block's first chunk of 256 samples. */
  readonly chunk: number;
}

/** Numbers that the pre-activations of a block may have: 16 MiB. */
export const BLOCK_CELLS = 1 << 22;

/**
 * The data, the network's shape and the weights on the device, with the scratch buffers that evaluations share.
 * Everything on the device is f32; sums that leave it are finished in float64.
 */
export class Network {
  readonly gpu: Gpu;
  readonly samples: number;
  readonly dimension: number;
  readonly width: number;
  readonly replicas: number;
  readonly activation: Activation;
  readonly secondLayer: Float32Array;
  readonly inputs: Float32Array;
  /** n numbers, or replicas x n. */
  readonly labels: Float32Array;
  /** 1, or the number of replicas where each has labels of its own. */
  readonly targetSets: number;
  /** |x_i|^2, summed in float64. */
  readonly squaredNorms: Float64Array;
  /** phi^-1(y_i / (m a)), the pre-activations of the optimum, laid out as the labels; null with the reason where there is none. */
  readonly optimum: Float64Array | null;
  readonly noOptimum: string;
  readonly blocks: readonly Block[];

  readonly data: GPUBuffer;
  readonly targets: GPUBuffer;
  readonly weights: GPUBuffer;
  /** One u32 a replica that no step number reaches: nobody has stopped. */
  readonly running: GPUBuffer;
  readonly #scratch = new Map<string, GPUBuffer>();
  readonly #buffers: GPUBuffer[] = [];
  /** Brings the weights up to date, while a run has its state elsewhere. */
  catchUp: (() => void) | null = null;
  /** Counts what has changed the weights: a run takes its checkpoints only while nothing else has. */
  generation = 0;
  /** Counts changes of the weights, a run's own steps too: what is measured over several evaluations is of one point. */
  moves = 0;
  #dataGram: Promise<GPUBuffer> | null = null;
  #dataSum: number | null = null;
  #disposed = false;

  constructor(gpu: Gpu, options: ProblemOptions) {
    gpu.check();
    this.gpu = gpu;
    this.activation = activation(options.activation);
    this.width = count('width', options.width);
    this.replicas = count('replicas', options.replicas ?? 1);
    const inputs = toFloat32('inputs', options.inputs);
    const labels = toFloat32('labels', options.labels);
    this.inputs = inputs.values;
    this.labels = labels.values;
    this.samples = samplesOf(inputs, labels, this.replicas, options.dimension);
    this.targetSets = labels.values.length > this.samples ? this.replicas : 1;
    this.dimension = dimensionOf(inputs, labels, this.samples, options.dimension);
    this.secondLayer = options.secondLayer
      ? exactly('secondLayer', toFloat32('secondLayer', options.secondLayer).values, this.width, 'width')
      : new Float32Array(this.width).fill(1);
    const weights = this.#allReplicas(toFloat32('weights', options.weights).values);
    this.squaredNorms = squaredNorms(this.inputs, this.samples);
    const optimum = this.#optimum();
    this.optimum = typeof optimum === 'string' ? null : optimum;
    this.noOptimum = typeof optimum === 'string' ? optimum : '';
    this.blocks = sampleBlocks(this.samples, this.replicas * this.width);

    // Refused before anything is allocated, if any part does not fit.
    const n = this.samples;
    const one = 3 * n + this.width;
    const targets = new Float32Array(one * this.targetSets);
    for (let set = 0; set < this.targetSets; set++) {
      const at = set * one;
      targets.set(this.labels.subarray(set * n, (set + 1) * n), at);
      targets.set(this.squaredNorms, at + n);
      if (this.optimum) targets.set(this.optimum.subarray(set * n, (set + 1) * n), at + 2 * n);
      targets.set(this.secondLayer, at + 3 * n);
    }
    const parts = { inputs: this.inputs, targets, weights };
    for (const [label, values] of Object.entries(parts)) gpu.checkSize(label, values.byteLength);
    this.data = this.buffer('inputs', this.inputs.length);
    this.targets = this.buffer('targets', targets.length);
    this.weights = this.buffer('weights', weights.length);
    this.running = this.buffer('running', this.replicas);
    gpu.write(this.data, this.inputs);
    gpu.write(this.targets, targets);
    gpu.write(this.weights, weights);
    gpu.write(this.running, new Uint32Array(this.replicas).fill(RUNNING));
  }

  /** Checksum of what a checkpoint must be resumed with: inputs, labels and second layer. */
  get dataSum(): number {
    this.#dataSum ??= checksum(this.inputs, this.labels, this.secondLayer);
    return this.#dataSum;
  }

  /** Numbers in the weights of one replica. */
  get cells(): number {
    return this.width * this.dimension;
  }

  /** A buffer of f32 or u32 that lives as long as the problem. @throws LIMIT, DISPOSED */
  buffer(label: string, numbers: number): GPUBuffer {
    this.check();
    const buffer = this.gpu.buffer(label, numbers * 4);
    this.#buffers.push(buffer);
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    this.gpu.free(buffer);
    this.#buffers.splice(this.#buffers.indexOf(buffer), 1);
  }

  /** A buffer for intermediate results, shared by everything that asks under the same name and size. */
  scratch(label: string, numbers: number): GPUBuffer {
    const key = `${label} ${numbers}`;
    let buffer = this.#scratch.get(key);
    if (!buffer) {
      buffer = this.buffer(label, numbers);
      this.#scratch.set(key, buffer);
    }
    return buffer;
  }

  /** Pre-activations of the largest block, replicas x m x count. */
  get preactivations(): GPUBuffer {
    return this.scratch('preactivations', this.replicas * this.width * this.blocks[0].count);
  }

  get residuals(): GPUBuffer {
    return this.scratch('residuals', this.replicas * this.samples);
  }

  get gradientCoefficients(): GPUBuffer {
    return this.scratch('coefficients', this.replicas * this.width * this.blocks[0].count);
  }

  /** A kernel of this network, with its activation in the slot. */
  launch<N extends KernelName>(
    name: N,
    buffers: Readonly<Record<keyof (typeof kernels)[N]['bindings'], GPUBuffer>>,
    constants: Readonly<Record<string, number>> = {},
    slots: Variant['slots'] = {},
  ): Promise<Launch<N>> {
    const { slots: filled, constants: own } = activationVariant(this.activation);
    return this.gpu.launch(name, buffers, {
      slots: { ...filled, ...slots },
      constants: { ...own, ...this.targetConstants, ...constants },
    });
  }

  /** Where the replicas have their targets; see shaders/lib/targets.wgsl. */
  get targetConstants(): { readonly OWN_TARGETS: number } {
    const { targetSets, samples, width } = this;
    return { OWN_TARGETS: targetSets === 1 ? 0 : 3 * samples + width };
  }

  /** G = X X^T, n x n. @throws LIMIT where n x n numbers do not fit */
  dataGram(): Promise<GPUBuffer> {
    this.#dataGram ??= this.#makeDataGram();
    return this.#dataGram;
  }

  /** The same networks again and again, so many times: for states of a run that are evaluated together. */
  repeated(times: number): Network {
    const { gpu, inputs, dimension, width, activation, secondLayer, cells } = this;
    const replicas = times * this.replicas;
    const labels = this.targetSets === 1 ? this.labels : new Float32Array(times * this.labels.length);
    for (let k = 0; this.targetSets > 1 && k < times; k++) labels.set(this.labels, k * this.labels.length);
    const weights = new Float32Array(replicas * cells);
    return new Network(gpu, {
      inputs,
      labels,
      dimension,
      width,
      activation: activation.spec,
      secondLayer,
      weights,
      replicas,
    });
  }

  setWeights(list: NumberList): void {
    this.check();
    const values = this.#allReplicas(toFloat32('weights', list).values);
    this.generation++;
    this.moves++;
    this.gpu.write(this.weights, values);
  }

  /** Takes over weights that are on the device. */
  replaceWeights(from: GPUBuffer): void {
    this.gpu.recorder.copy(from, 0, this.weights, 0, this.replicas * this.cells * 4);
    this.gpu.recorder.submit();
    this.generation++;
    this.moves++;
  }

  /** @throws DISPOSED, DEVICE_LOST */
  check(): void {
    this.gpu.check();
    if (this.#disposed) throw new FlatwalkError('DISPOSED', 'The problem was disposed', 'Make a new one.');
  }

  dispose(): void {
    this.#disposed = true;
    for (const buffer of this.#buffers) this.gpu.free(buffer);
    this.#buffers.length = 0;
    this.#scratch.clear();
  }

  async #makeDataGram(): Promise<GPUBuffer> {
    const n = this.samples;
    const gram = this.buffer('data gram', n * n);
    const project = await prepareProject(this, { rows: n, left: this.data, product: gram });
    project({ first: 0, count: n });
    this.gpu.recorder.submit();
    return gram;
  }

  #allReplicas(values: Float32Array): Float32Array {
    const one = this.width * this.dimension;
    if (values.length === one * this.replicas) return values;
    if (values.length !== one) {
      throw new FlatwalkError(
        'BAD_SHAPE',
        `weights has ${values.length} numbers; ${this.width} neurons x ${this.dimension} dimensions need ${one}` +
          (this.replicas > 1 ? `, or ${one * this.replicas} for ${this.replicas} replicas` : ''),
        'Check width, and the number of columns of the inputs.',
      );
    }
    const all = new Float32Array(one * this.replicas);
    for (let r = 0; r < this.replicas; r++) all.set(values, r * one);
    return all;
  }

  #optimum(): Float64Array | string {
    const { inverse, label } = this.activation;
    if (!inverse) return `${label} has no inverse`;
    const a = this.secondLayer[0];
    if (a === 0 || this.secondLayer.some((other) => other !== a))
      return 'the weights of the second layer are not all equal';
    try {
      return Float64Array.from(this.labels, (y) => inverse(y / (this.width * a)));
    } catch (error) {
      if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return error.message.split('\n')[0];
      throw error;
    }
  }
}

/** What `status` holds for a replica that has not stopped. */
export const RUNNING = 0xffff_ffff;

export function activationVariant(a: Activation) {
  const parameter = Math.fround(a.parameter).toString();
  const literal = /[.e]/.test(parameter) ? parameter : `${parameter}.0`;
  return { slots: { activation: a.name }, constants: { ACTIVATION_PARAMETER: `f32(${literal})` } } as const;
}

/** Cuts n samples so that rows x count pre-activations stay bounded. */
export function sampleBlocks(samples: number, rows: number): Block[] {
  const room = BLOCK_CELLS / rows;
  const size = Math.min(samples, Math.max(1, room >= 256 ? Math.floor(room / 256) * 256 : Math.floor(room)));
  const blocks: Block[] = [];
  for (let first = 0, chunk = 0; first < samples; first += size) {
    const taken = Math.min(size, samples - first);
    blocks.push({ first, count: taken, chunk });
    chunk += Math.ceil(taken / 256);
  }
  return blocks;
}

export function chunkCount(blocks: readonly Block[]): number {
  const last = blocks[blocks.length - 1];
  return last.chunk + Math.ceil(last.count / 256);
}

type Given = { values: Float32Array; rows: number | null };

/** n: the rows of the inputs where they are known, otherwise the number of labels of a replica. */
function samplesOf(inputs: Given, labels: Given, replicas: number, dimension: number | undefined): number {
  if (labels.values.length === 0) {
    throw new FlatwalkError('BAD_SHAPE', 'There are no rows: labels is empty', 'Give at least one sample.');
  }
  const labelsEach = labels.rows === replicas ? labels.values.length / replicas : labels.values.length;
  const n = inputs.rows ?? (dimension ? inputs.values.length / dimension : labelsEach);
  return labels.values.length === n * replicas && Number.isInteger(n) ? n : labels.values.length;
}

function dimensionOf(inputs: Given, labels: Given, n: number, wished: number | undefined): number {
  if (labels.rows !== null && labels.values.length === n && labels.rows !== n) {
    throw new FlatwalkError('BAD_SHAPE', `labels has ${labels.rows} rows but ${n} numbers`, 'Give one label a row.');
  }
  if (inputs.values.length === 0) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      'inputs has no numbers',
      'Give at least one sample of at least one dimension.',
    );
  }
  const d = wished ?? inputs.values.length / n;
  const rows = inputs.rows ?? inputs.values.length / d;
  if (rows !== n || !Number.isInteger(d) || d < 1 || inputs.values.length !== n * d) {
    const given = inputs.rows === null ? `${inputs.values.length} numbers` : `${inputs.rows} rows`;
    throw new FlatwalkError(
      'BAD_SHAPE',
      `inputs has ${given} but labels has ${n}: they do not fit together`,
      'Give inputs as n rows of d numbers and labels as n numbers, or n for each replica.',
    );
  }
  return d;
}

function exactly(name: string, values: Float32Array, length: number, why: string): Float32Array {
  if (values.length !== length) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `${name} has ${values.length} numbers, ${why} is ${length}`,
      'Make them equal.',
    );
  }
  return values;
}

function squaredNorms(inputs: Float32Array, samples: number): Float64Array {
  const d = inputs.length / samples;
  const norms = new Float64Array(samples);
  for (let i = 0; i < inputs.length; i++) norms[Math.floor(i / d)] += inputs[i] * inputs[i];
  // With longer rows a step could be bounded and yet move a weight out of the range of f32.
  const long = norms.findIndex((q) => !Number.isFinite(Math.fround(q)));
  if (long >= 0) {
    throw new FlatwalkError(
      'NOT_FINITE',
      `inputs: the squared length of row ${long} is ${norms[long]}, outside the range of f32`,
      'Rescale the inputs.',
    );
  }
  return norms;
}
