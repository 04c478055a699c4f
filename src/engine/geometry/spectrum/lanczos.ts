import { type Law, splitSeed } from '../../../model/draws.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { lanesFor } from '../../kernels.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import type { Curvature } from '../../stages/curvature.ts';
import { prepareForward } from '../../stages/forward.ts';
import { recordStages } from '../../stages/stage.ts';
import type { CurvatureStages } from '../curvature/products.ts';
import { quadsOf } from '../kernels.ts';
import { BASIS_RECORD, BASIS_STATE, basisChunks, LENGTH_PER_CHUNK, paddedLength } from './kernels.ts';
import type { BasisRecords } from './ritz.ts';

export interface LanczosOptions {
  /** Bases of every replica. */
  readonly perReplica: number;
  /** Vectors that a basis has room for. */
  readonly slots: number;
  readonly law: Law;
  readonly seed: number;
  /** The number of the first basis' random vector, as probe of its replica; the others follow. */
  readonly firstProbe?: number;
  /** Whether a basis whose space is closed goes on with another random vector: the probe with the number of its slot. */
  readonly redraw: boolean;
}

/** Bases of Krylov spaces on the device, replicas * perReplica of them, that grow together. */
export interface Lanczos extends BasisRecords {
  /**
   * Goes on until `end` slots of every basis are done, in as few submissions as the recorder allows, and reads back
   * coefficients alone. `closing`: 1 for bases whose space is to be closed first, so that they go on with a random vector.
   */
  extend(end: number, closing?: Uint32Array): Promise<void>;
  /**
   * Combinations of basis vectors and their products, both combinations x vectors x N.
   * @param coefficients combinations x vectors x stride; those of a basis are slots in a row
   */
  combine(coefficients: Float32Array): Promise<{ vectors: Float32Array; products: Float32Array }>;
  dispose(): void;
}

/** Numbers in a row of coefficients, in fours: of so many slots, and the square of the vector itself. */
const strideOf = (slots: number) => paddedLength(slots + 1);

/** Slots that each of `vectors` bases has room for where a buffer has so many numbers, with their coefficients in another. */
export function slotsWithin(numbers: number, length: number, vectors: number): number {
  const each = Math.floor(numbers / vectors);
  // The rows of coefficients get longer with the slots, of which there are as many.
  let slots = Math.min(Math.floor(each / paddedLength(length)), Math.floor(Math.sqrt(each)));
  while (slots > 0 && slots * strideOf(slots) > each) slots--;
  return slots;
}

/** Basis vectors that fit for each of `vectors` bases on the device. */
export function slotsThatFit({ gpu, cells }: Network, vectors: number): number {
  return slotsWithin(numbersPerBuffer(gpu.device.limits), cells, vectors);
}

/** Bases that fit on the device, of so many slots each. */
export function basesThatFit({ gpu, cells }: Network, slots: number): number {
  const each = slots * Math.max(paddedLength(cells), strideOf(slots));
  return Math.floor(numbersPerBuffer(gpu.device.limits) / each);
}

function numbersPerBuffer({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): number {
  return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4);
}

/**
 * Lanczos' method (1950) with full reorthogonalisation, for many starts at once, in f32: w = A b_last, less all of it that
 * the basis has, by classical Gram-Schmidt done twice ("twice is enough": Giraud, Langou, Rozloznik and van den Eshof,
 * Numerische Mathematik 101, 2005), gives the next basis vector. What was taken off is kept, so that the projected matrix
 * b_i^T A b_k is there for any basis, also one that was continued with another random vector when its space was closed.
 * @throws LIMIT, naming the number of basis vectors that fit
 */
export async function prepareLanczos(
  problem: Problem,
  stages: CurvatureStages,
  options: LanczosOptions,
): Promise<Lanczos> {
  const { network, evaluate } = problem.lowLevel;
  const { gpu, replicas, cells: length } = network;
  const { perReplica, slots, law, redraw, firstProbe = 0 } = options;
  const [seed_low, seed_high] = splitSeed(options.seed);
  const vectors = replicas * perReplica;
  const fitting = slotsThatFit(network, vectors);
  if (slots > fitting) {
    throw new FlatwalkError(
      'LIMIT',
      `A basis of ${slots} vectors of ${length} numbers for each of ${vectors} starts does not fit: ${fitting} vectors do`,
      fitting > 1 ? `Take at most ${fitting - 1} steps.` : 'Use fewer replicas or neurons.',
    );
  }
  const stride = strideOf(slots);
  const chunks = basisChunks(length);
  const padded = paddedLength(length);
  const owned: GPUBuffer[] = [];
  const buffer = (label: string, numbers: number) => {
    owned.push(network.buffer(label, numbers));
    return owned[owned.length - 1];
  };
  const dispose = () => {
    for (const one of owned.splice(0)) network.free(one);
  };
  try {
    const curvature = await stages(perReplica);
    const { vectors: next, products } = curvature;
    const basis = buffer('basis', slots * vectors * padded);
    const candidates = buffer('candidates', vectors * padded);
    const partials = buffer('partial products', vectors * chunks * stride);
    const coefficients = buffer('basis coefficients', vectors * stride);
    const projected = buffer('projected', slots * vectors * stride);
    const state = buffer('basis state', vectors * BASIS_STATE);
    const records = buffer('basis records', slots * vectors * BASIS_RECORD);
    const closing = buffer('closing', vectors);
    // Others may use the vectors of the products while the device's answers are awaited.
    const last = buffer('last basis vectors', vectors * length);
    const lanes = { LANES: lanesFor(Math.min(LENGTH_PER_CHUNK, length), gpu.lanes) };
    const [choose, multiply, add, subtract, decide, append, forward] = await Promise.all([
      gpu.launch(
        'basis_candidate',
        { products, state, candidates },
        { slots: { law }, constants: { QUADS: quadsOf(law) } },
      ),
      gpu.launch('basis_products', { basis, candidates, partials }, { constants: lanes }),
      gpu.launch('basis_coefficients', { partials, coefficients, projected }),
      gpu.launch('basis_subtract', { basis, coefficients, candidates }),
      gpu.launch('basis_decide', { partials, projected, closing, state, records }),
      gpu.launch('basis_append', { candidates, state, basis, next }),
      prepareForward(network, network.weights),
    ]);
    // Every space is closed at first: it begins with a random vector.
    gpu.write(
      state,
      Float32Array.from({ length: vectors * BASIS_STATE }, (_, k) => (k % BASIS_STATE === BASIS_STATE - 1 ? 1 : 0)),
    );
    const product = () => recordProduct(network, curvature, forward);
    const step = (slot: number, close: boolean) => {
      const { recorder } = gpu;
      const shape = { vectors, length, stride };
      const sums = { vectors, chunks, stride, slot };
      if (slot > 0) product();
      recorder.dispatch(choose, {
        vectors,
        per_replica: perReplica,
        first: firstProbe + (redraw ? slot : 0),
        length,
        redraw: slot === 0 || redraw ? 1 : 0,
        seed_low,
        seed_high,
      });
      for (const accumulate of slot === 0 ? [0] : [0, 1]) {
        recorder.dispatch(multiply, { ...shape, count: slot });
        recorder.dispatch(add, { ...sums, count: slot, accumulate });
        recorder.dispatch(subtract, { ...shape, count: slot, first: 0 });
      }
      recorder.dispatch(multiply, { ...shape, count: 0 });
      recorder.dispatch(decide, { ...sums, close: close ? 1 : 0 });
      recorder.dispatch(append, { vectors, length, slot });
    };
    const kept = {
      projected: new Float32Array(slots * vectors * stride),
      records: new Float32Array(slots * vectors * BASIS_RECORD),
    };
    let done = 0;
    return {
      vectors,
      stride,
      ...kept,
      get done() {
        return done;
      },
      async extend(end, which) {
        const first = done;
        if (which) gpu.write(closing, which);
        const row = vectors * stride * 4;
        const record = vectors * BASIS_RECORD * 4;
        const [rows, own] = await evaluate({
          block() {},
          end() {
            gpu.recorder.copy(last, 0, next, 0, vectors * length * 4);
            for (let slot = first; slot < end; slot++) step(slot, which !== undefined && slot === first);
            gpu.recorder.copy(next, 0, last, 0, vectors * length * 4);
          },
          outputs: [
            { buffer: projected, offset: first * row, size: (end - first) * row },
            { buffer: records, offset: first * record, size: (end - first) * record },
          ],
          finish: (bytes) => bytes.map((one) => new Float32Array(one)),
        });
        kept.projected.set(rows, first * vectors * stride);
        kept.records.set(own, first * vectors * BASIS_RECORD);
        if (![...own].every(Number.isFinite)) {
          throw new FlatwalkError(
            'NOT_DEFINED',
            'Products of the curvature with vectors left the range of f32',
            'Rescale the inputs, the labels or the weights.',
          );
        }
        done = end;
      },
      async combine(given) {
        const count = given.length / (vectors * stride);
        const size = vectors * length * 4;
        const all = buffer('combinations', given.length);
        const kinds = ['combined vectors', 'their products'] as const;
        const [sums, images] = kinds.map((label) => buffer(label, count * vectors * length));
        const combine = await gpu.launch('basis_subtract', { basis, coefficients: all, candidates });
        gpu.write(
          all,
          given.map((c) => -c),
        );
        return evaluate({
          block() {},
          end() {
            for (let k = 0; k < count; k++) {
              gpu.recorder.clear(candidates);
              gpu.recorder.dispatch(combine, { vectors, length, count: done, stride, first: k * vectors * stride });
              for (let v = 0; v < vectors; v++) {
                gpu.recorder.copy(candidates, v * padded * 4, next, v * length * 4, length * 4);
              }
              product();
              gpu.recorder.copy(next, 0, sums, k * size, size);
              gpu.recorder.copy(products, 0, images, k * size, size);
            }
          },
          outputs: [sums, images].map((one) => ({ buffer: one, size: count * size })),
          finish: ([a, b]) => ({ vectors: new Float32Array(a), products: new Float32Array(b) }),
        });
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * The products of the vectors that are on the device. The pre-activations of a single block of samples are there; with
 * several, each product makes them anew.
 */
function recordProduct(network: Network, curvature: Curvature, forward: Parameters<typeof recordStages>[1]): void {
  const { blocks } = network;
  if (blocks.length > 1) {
    recordStages(network, forward, [curvature]);
  } else {
    curvature.block(blocks[0]);
    curvature.end?.();
  }
}
