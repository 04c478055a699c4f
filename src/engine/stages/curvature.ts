import { BLOCK_CELLS, type Network } from '../network.ts';
import type { Stage } from './stage.ts';

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

/** Products of the Hessian of L with vectors, `perReplica` at a time for every replica. */
export interface Curvature extends Omit<Stage<never>, 'finish'> {
  /** (replicas * perReplica) x m x d, those of a replica in a row. */
  readonly vectors: GPUBuffer;
  /** H v, laid out as `vectors`. */
  readonly products: GPUBuffer;
}

export async function prepareCurvature(network: Network, perReplica: number): Promise<Curvature> {
  const { gpu, replicas, width, samples, dimension, cells, blocks, preactivations, residuals, targets, data } = network;
  const count = replicas * perReplica;
  const most = blocks[0].count;
  const vectors = network.scratch('vectors', count * cells);
  const products = network.scratch('products', count * cells);
  const projections = network.scratch('projections', count * width * most);
  const coefficients = network.scratch('curvature', count * width * most);
  const tangents = network.scratch('tangents', count * most);
  const [project, tangent, curve, combine] = await Promise.all([
    gpu.launch('project', { left: vectors, data, product: projections }),
    network.launch('tangent', { preactivations, projections, targets, tangents }),
    network.launch('curvature_coefficients', {
      preactivations,
      projections,
      tangents,
      residuals,
      targets,
      coefficients,
    }),
    gpu.launch('combine', { coefficients, data, sum: products }),
  ]);
  const shape = { vectors: count, per_replica: perReplica, width, samples };
  const rows = count * width;
  return {
    vectors,
    products,
    block(block) {
      const { first, count: taken } = block;
      const accumulate = block === blocks[0] ? 0 : 1;
      gpu.recorder.dispatch(project, { rows, first, count: taken, inner: dimension, accumulate: 0 });
      gpu.recorder.dispatch(tangent, { ...shape, count: taken });
      gpu.recorder.dispatch(curve, { ...shape, first, count: taken });
      gpu.recorder.dispatch(combine, { rows, first, count: taken, inner: dimension, accumulate });
    },
    outputs: [{ buffer: products, size: count * cells * 4 }],
  };
}
