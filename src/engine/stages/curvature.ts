import { FlatwalkError } from '../../model/errors.ts';
import { BLOCK_CELLS, type Network } from '../network.ts';
import { prepareCombine, prepareProject } from '../products.ts';
import type { Evaluate, Stage } from './stage.ts';

/**
 * How many vectors of every replica to work on at once, of those wanted: a power of two, so that the buffers for all the
 * numbers of vectors that are ever asked for are few.
 */
export function vectorsAtOnce(network: Network, wanted: number): number {
  const { replicas, width, dimension, blocks } = network;
  const each = replicas * width * Math.max(dimension, blocks[0].count);
  const fitting = Math.max(1, Math.min(wanted, Math.floor(BLOCK_CELLS / each)));
  return 2 ** Math.floor(Math.log2(fitting));
}

/**
 * Which matrix multiplies the vectors: D²L = 2 J^T J + blockdiag_j 2 sum_i e_i a_j phi''(z_ij) x_i x_i^T, or its first
 * term alone, the Gauss-Newton matrix, which is positive semidefinite everywhere.
 */
export type LossCurvature = 'hessian' | 'gaussNewton';

/** Products of a curvature matrix with vectors, laid out as these. */
export interface Curvature extends Stage<Float32Array> {
  /** (replicas * perReplica) x m x d, those of a replica in a row. Written before the stage runs. */
  readonly vectors: GPUBuffer;
  /** As `vectors`; there after the stage, until another with as many vectors runs. */
  readonly products: GPUBuffer;
}

/** Vectors and their products, which stages with as many vectors share. */
export function curvatureBuffers(network: Network, perReplica: number): { vectors: GPUBuffer; products: GPUBuffer } {
  const numbers = network.replicas * perReplica * network.cells;
  return { vectors: network.scratch('vectors', numbers), products: network.scratch('products', numbers) };
}

/** The residuals e_i that weigh the second derivatives of the outputs: without them, what is left is Gauss-Newton. */
export function curvatureResiduals(network: Network, of: LossCurvature): GPUBuffer {
  // Never written, and so zeros.
  return of === 'hessian' ? network.residuals : network.scratch('no residuals', network.replicas * network.samples);
}

/** @param perReplica vectors of every replica at a time */
export async function prepareCurvature(
  network: Network,
  perReplica: number,
  of: LossCurvature = 'hessian',
): Promise<Curvature> {
  const { gpu, replicas, width, samples, cells, blocks, preactivations, targets } = network;
  const count = replicas * perReplica;
  const rows = count * width;
  const most = blocks[0].count;
  const { vectors, products } = curvatureBuffers(network, perReplica);
  const projections = network.scratch('projections', count * width * most);
  const coefficients = network.scratch('curvature', count * width * most);
  const tangents = network.scratch('tangents', count * most);
  const [project, tangent, curve, combine] = await Promise.all([
    prepareProject(network, { rows, left: vectors, product: projections }),
    network.launch('tangent', { preactivations, projections, targets, tangents }),
    network.launch('curvature_coefficients', {
      preactivations,
      projections,
      tangents,
      residuals: curvatureResiduals(network, of),
      targets,
      coefficients,
    }),
    prepareCombine(network, { rows, coefficients, sum: products }),
  ]);
  const shape = { vectors: count, per_replica: perReplica, width, samples };
  return {
    vectors,
    products,
    block(block) {
      const { first, count: taken } = block;
      project(block);
      gpu.recorder.dispatch(tangent, { ...shape, count: taken });
      gpu.recorder.dispatch(curve, { ...shape, first, count: taken });
      combine(block, block !== blocks[0]);
    },
    outputs: [{ buffer: products, size: count * cells * 4 }],
    finish: ([bytes]) => new Float32Array(bytes),
  };
}

/** H v of `vectors`, replicas x k x m x d, some at a time. @throws BAD_SHAPE */
export function hessianProducts(network: Network, vectors: Float32Array, evaluate: Evaluate): Promise<Float32Array> {
  return productsInBatches(network, vectors, evaluate, (taken) => prepareCurvature(network, taken));
}

/**
 * Products with `vectors`, replicas x k x m x d, as many at a time as there is memory for.
 * @param prepare the stage for so many vectors of every replica
 * @throws BAD_SHAPE
 */
export async function productsInBatches(
  network: Network,
  vectors: Float32Array,
  evaluate: Evaluate,
  prepare: (perReplica: number) => Promise<Curvature>,
): Promise<Float32Array> {
  const { replicas, cells, gpu } = network;
  const perReplica = vectors.length / (replicas * cells);
  if (!Number.isInteger(perReplica) || perReplica < 1) {
    throw new FlatwalkError(
      'BAD_SHAPE',
      `vectors has ${vectors.length} numbers, which is not a multiple of ${replicas * cells}, one vector a replica`,
      'Give whole vectors of m x d numbers, the same number for every replica.',
    );
  }
  const result = new Float32Array(vectors.length);
  for (let done = 0; done < perReplica; ) {
    const taken = vectorsAtOnce(network, perReplica - done);
    const curvature = await prepare(taken);
    const batch = new Float32Array(replicas * taken * cells);
    for (let r = 0; r < replicas; r++) {
      const from = (r * perReplica + done) * cells;
      batch.set(vectors.subarray(from, from + taken * cells), r * taken * cells);
    }
    const products = await evaluate({
      ...curvature,
      block(block) {
        // Here, where nobody else gets a turn before the products are read, and behind what was recorded before.
        if (block === network.blocks[0]) {
          gpu.recorder.submit();
          gpu.write(curvature.vectors, batch);
        }
        curvature.block(block);
      },
    });
    for (let r = 0; r < replicas; r++) {
      const from = r * taken * cells;
      result.set(products.subarray(from, from + taken * cells), (r * perReplica + done) * cells);
    }
    done += taken;
  }
  return result;
}
