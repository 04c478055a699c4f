import { type Law, splitSeed } from '../../model/draws.ts';
import { quadsOf, VALUES_PER_CHUNK } from '../geometry/kernels.ts';
import { lanesFor, SAMPLES_PER_CHUNK } from '../kernels.ts';
import { type Block, chunkCount, type Network } from '../network.ts';
import { prepareProject } from '../products.ts';
import { curvatureResiduals, type LossCurvature, vectorsAtOnce } from './curvature.ts';
import type { Stage } from './stage.ts';

/** Laws of probes: independent entries, ±1 or normal; 'sphere' scales a normal vector of N numbers to length sqrt(N). */
export type ProbeKind = Law | 'sphere';

export interface ProbeOptions {
  readonly probes: number;
  readonly kind?: ProbeKind;
  readonly seed?: number;
  /** The number of the first probe; 0 if not given. A probe depends on seed, replica and number alone. */
  readonly first?: number;
  /** 'hessian' if not given. */
  readonly of?: LossCurvature;
  /** Whether the stage is recorded again and again, so that what does not depend on the weights is worth keeping. */
  readonly repeated?: boolean;
}

/** Hutchinson's estimate of a trace for one replica. */
export interface TraceEstimate {
  /** Mean of v^T H v over the probes. */
  readonly value: number;
  /** Sample standard deviation / sqrt(probes); NaN for a single probe. */
  readonly standardError: number;
  readonly probes: number;
  /** v^T H v of every probe. */
  readonly samples: Float64Array;
}

/** Sizes that are powers of two, so that buffers for all the numbers of probes that are ever asked for are few. */
const room = (numbers: number) => 2 ** Math.ceil(Math.log2(numbers));

/** Projections U = V X^T that may be kept: 128 MiB, what every device can bind at once. */
const KEPT_CELLS = 1 << 25;

/**
 * Hutchinson, Communications in Statistics 19 (1990): E v^T H v = tr H for E v v^T = 1. The weights enter through the
 * pre-activations alone, so that a stage for many rows keeps the projections U = V X^T where they fit.
 */
export async function prepareProbes(network: Network, options: ProbeOptions): Promise<Stage<TraceEstimate[]>> {
  const { gpu, replicas, width, samples, cells, blocks, preactivations, targets } = network;
  const { probes, first: firstProbe = 0, of = 'hessian', repeated = false } = options;
  const sphere = options.kind === 'sphere';
  const chunks = chunkCount(blocks);
  const forms = network.scratch('forms', room(chunks * replicas * probes));
  const kept = repeated && blocks.length === 1 && replicas * probes * width * samples <= KEPT_CELLS;
  const atOnce = vectorsAtOnce(network, probes);
  const { project, projections, vectors } = await prepareProjections(network, options, atOnce);
  const all = kept ? network.scratch('kept projections', room(replicas * probes * width * samples)) : projections;
  const residuals = curvatureResiduals(network, of);
  const [form, lengths] = await Promise.all([
    network.launch(
      'probe_forms',
      { preactivations, projections: all, residuals, targets, forms },
      { LANES: lanesFor(Math.min(SAMPLES_PER_CHUNK, blocks[0].count), gpu.lanes) },
    ),
    sphere ? prepareLengths(network, vectors, probes, atOnce) : null,
  ]);
  const shape = { replicas, vectors: probes, width, samples };
  if (kept) {
    const bytes = width * samples * 4;
    for (let first = 0; first < probes; first += atOnce) {
      const taken = Math.min(atOnce, probes - first);
      project(firstProbe + first, taken, blocks[0]);
      lengths?.record(first, taken);
      for (let r = 0; r < replicas; r++) {
        gpu.recorder.copy(projections, r * taken * bytes, all, (r * probes + first) * bytes, taken * bytes);
      }
    }
  }
  return {
    block(block) {
      const most = kept ? probes : atOnce;
      for (let first = 0; first < probes; first += most) {
        const taken = Math.min(most, probes - first);
        if (!kept) {
          project(firstProbe + first, taken, block);
          if (block === blocks[0]) lengths?.record(first, taken);
        }
        gpu.recorder.dispatch(form, { ...shape, ...block, first_vector: first, taken });
      }
    },
    outputs: [{ buffer: forms, size: chunks * replicas * probes * 4 }, ...(lengths ? [lengths.output] : [])],
    finish([bytes, squareBytes]) {
      const values = new Float32Array(bytes);
      const scales = lengths ? lengths.finish(new Float32Array(squareBytes)).map((square) => cells / square) : null;
      return Array.from({ length: replicas }, (_, replica) => {
        const found = new Float64Array(probes);
        for (let c = 0; c < chunks; c++) {
          const base = (c * replicas + replica) * probes;
          for (let p = 0; p < probes; p++) found[p] += values[base + p];
        }
        if (scales) for (let p = 0; p < probes; p++) found[p] *= scales[replica * probes + p];
        return { ...meanAndError(found), probes, samples: found };
      });
    },
  };
}

/** Draws of `atOnce` probes a replica at most, and their products with a block of samples: replicas x taken x m x count. */
async function prepareProjections(
  network: Network,
  { kind = 'rademacher', seed = 0 }: ProbeOptions,
  atOnce: number,
): Promise<{
  project: (first: number, taken: number, block: Block) => void;
  projections: GPUBuffer;
  vectors: GPUBuffer;
}> {
  const { gpu, replicas, width, cells, blocks } = network;
  const law = kind === 'sphere' ? 'gaussian' : kind;
  const vectors = network.scratch('vectors', replicas * atOnce * cells);
  const projections = network.scratch('projections', replicas * atOnce * width * blocks[0].count);
  const [draw, product] = await Promise.all([
    gpu.launch('probe_vectors', { probes: vectors }, { slots: { law }, constants: { QUADS: quadsOf(law) } }),
    prepareProject(network, { rows: replicas * atOnce * width, left: vectors, product: projections }),
  ]);
  const [seed_low, seed_high] = splitSeed(seed);
  const draws = { length: cells, seed_low, seed_high };
  const project = (first: number, taken: number, block: Block) => {
    const rows = replicas * taken;
    gpu.recorder.dispatch(draw, { ...draws, vectors: rows, per_replica: taken, first });
    product({ first: block.first, count: block.count, rows: rows * width });
  };
  return { project, projections, vectors };
}

/** The squared lengths of the vectors drawn last: recorded batch by batch, replicas x taken x parts of a sum each. */
async function prepareLengths(network: Network, values: GPUBuffer, probes: number, atOnce: number) {
  const { gpu, replicas, cells } = network;
  const parts = Math.ceil(cells / VALUES_PER_CHUNK);
  const partials = network.scratch('squares', replicas * atOnce * parts);
  const squares = network.scratch('probe squares', room(replicas * probes * parts));
  const constants = { LANES: lanesFor(Math.min(VALUES_PER_CHUNK, cells), gpu.lanes) };
  const sum = await gpu.launch('sum_squares', { values, partials }, { constants });
  return {
    output: { buffer: squares, size: replicas * probes * parts * 4 },
    record(first: number, taken: number) {
      gpu.recorder.dispatch(sum, { replicas: replicas * taken, length: cells });
      gpu.recorder.copy(partials, 0, squares, replicas * first * parts * 4, replicas * taken * parts * 4);
    },
    /** replicas x probes. */
    finish(found: Float32Array): Float64Array {
      const totals = new Float64Array(replicas * probes);
      for (let first = 0; first < probes; first += atOnce) {
        const taken = Math.min(atOnce, probes - first);
        for (let k = 0; k < replicas * taken; k++) {
          const place = (replicas * first + k) * parts;
          const probe = Math.floor(k / taken) * probes + first + (k % taken);
          for (let part = 0; part < parts; part++) totals[probe] += found[place + part];
        }
      }
      return totals;
    },
  };
}

/** Mean of values and the standard error of it, NaN for a single one. */
export function meanAndError(samples: Float64Array): { value: number; standardError: number } {
  const k = samples.length;
  const value = samples.reduce((a, b) => a + b, 0) / k;
  const squares = samples.reduce((sum, s) => sum + (s - value) ** 2, 0);
  return { value, standardError: k > 1 ? Math.sqrt(squares / (k - 1) / k) : Number.NaN };
}
