import { lanesFor, SAMPLES_PER_CHUNK } from '../kernels.ts';
import { BLOCK_CELLS, type Block, chunkCount, type Network, sampleBlocks } from '../network.ts';
import { prepareForward } from './forward.ts';

/**
 * Products of the Hessian of L with vectors, `perReplica` at a time for every replica.
 * `vectors` is (replicas * perReplica) x m x d, those of a replica in a row.
 */
export interface Curvature {
  readonly perReplica: number;
  readonly vectors: GPUBuffer;
  /** H v, laid out as `vectors`. */
  readonly products: GPUBuffer;
  /** Partial sums of v^T H v: chunks x vectors. */
  readonly forms: GPUBuffer;
  readonly chunks: number;
  recordProducts(): void;
  recordForms(): void;
}

/**
 * How many vectors of every replica to work on at once, of those wanted: a power of two, so that the buffers for all the
 * numbers of vectors that are ever asked for are few.
 */
export function vectorsAtOnce(network: Network, wanted: number): number {
  const { replicas, width, dimension, samples } = network;
  const each = replicas * width * Math.max(dimension, Math.min(samples, SAMPLES_PER_CHUNK));
  const fitting = Math.max(1, Math.min(wanted, Math.floor(BLOCK_CELLS / each)));
  return 2 ** Math.floor(Math.log2(fitting));
}

export async function prepareCurvature(network: Network, weights: GPUBuffer, perReplica: number): Promise<Curvature> {
  const { gpu, replicas, width, samples, dimension, cells, preactivations, residuals, targets } = network;
  const count = replicas * perReplica;
  const blocks = sampleBlocks(samples, count * width, dimension);
  const chunks = chunkCount(blocks);
  const most = blocks[0].count;
  const vectors = network.scratch('vectors', count * cells);
  const products = network.scratch('products', count * cells);
  const projections = network.scratch('projections', count * width * most);
  const coefficients = network.scratch('curvature', count * width * most);
  const tangents = network.scratch('tangents', count * most);
  const forms = network.scratch('forms', count * chunks);
  const forward = await prepareForward(network, weights);
  const [project, tangent, curve, combine, form] = await Promise.all([
    gpu.launch('project', { left: vectors, data: network.data, product: projections }),
    network.launch('tangent', { preactivations, projections, targets, tangents }),
    network.launch('curvature_coefficients', {
      preactivations,
      projections,
      tangents,
      residuals,
      targets,
      coefficients,
    }),
    gpu.launch('combine', { coefficients, data: network.data, sum: products }),
    network.launch(
      'quadratic_form',
      { preactivations, projections, tangents, residuals, targets, forms },
      { LANES: lanesFor(samples) },
    ),
  ]);
  const shape = { vectors: count, per_replica: perReplica, width, samples };
  const recordTangents = (block: Block) => {
    const { first, count: taken } = block;
    forward.preactivations(block);
    forward.residuals(block);
    gpu.recorder.dispatch(project, { rows: count * width, first, count: taken, inner: dimension, accumulate: 0 });
    gpu.recorder.dispatch(tangent, { ...shape, count: taken });
  };
  return {
    perReplica,
    vectors,
    products,
    forms,
    chunks,
    recordProducts() {
      for (const block of blocks) {
        recordTangents(block);
        gpu.recorder.dispatch(curve, { ...shape, ...block });
        const accumulate = block === blocks[0] ? 0 : 1;
        gpu.recorder.dispatch(combine, {
          rows: count * width,
          first: block.first,
          count: block.count,
          inner: dimension,
          accumulate,
        });
      }
    },
    recordForms() {
      for (const block of blocks) {
        recordTangents(block);
        gpu.recorder.dispatch(form, { ...shape, ...block });
      }
    },
  };
}
