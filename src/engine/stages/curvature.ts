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

/** Products H v of the Hessian of L with vectors, laid out as these. */
interface Curvature extends Stage<Float32Array> {
  /** (replicas * perReplica) x m x d, those of a replica in a row. */
  readonly vectors: GPUBuffer;
}

/** @param perReplica vectors of every replica at a time */
async function prepareCurvature(network: Network, perReplica: number): Promise<Curvature> {
  const { gpu, replicas, width, samples, cells, blocks, preactivations, residuals, targets } = network;
  const count = replicas * perReplica;
  const rows = count * width;
  const most = blocks[0].count;
  const vectors = network.scratch('vectors', count * cells);
  const products = network.scratch('products', count * cells);
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
      residuals,
      targets,
      coefficients,
    }),
    prepareCombine(network, { rows, coefficients, sum: products }),
  ]);
  const shape = { vectors: count, per_replica: perReplica, width, samples };
  return {
    vectors,
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
export async function hessianProducts(
  network: Network,
  vectors: Float32Array,
  evaluate: Evaluate,
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
    const curvature = await prepareCurvature(network, taken);
    const batch = new Float32Array(replicas * taken * cells);
    for (let r = 0; r < replicas; r++) {
      const from = (r * perReplica + done) * cells;
      batch.set(vectors.subarray(from, from + taken * cells), r * taken * cells);
    }
    gpu.write(curvature.vectors, batch);
    const products = await evaluate(curvature);
    for (let r = 0; r < replicas; r++) {
      const from = r * taken * cells;
      result.set(products.subarray(from, from + taken * cells), (r * perReplica + done) * cells);
    }
    done += taken;
  }
  return result;
}
