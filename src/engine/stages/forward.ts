import type { Block, Network } from '../network.ts';

/** Pre-activations and residuals of a block of samples, for one buffer of weights. */
export interface Forward {
  preactivations(block: Block): void;
  residuals(block: Block): void;
}

export async function prepareForward(network: Network, weights: GPUBuffer): Promise<Forward> {
  const { gpu, replicas, width, samples, dimension, preactivations, residuals, targets } = network;
  const [project, residual] = await Promise.all([
    gpu.launch('project', { left: weights, data: network.data, product: preactivations }),
    network.launch('residual', { preactivations, targets, residuals }),
  ]);
  return {
    preactivations: ({ first, count }) =>
      gpu.recorder.dispatch(project, { rows: replicas * width, first, count, inner: dimension, accumulate: 0 }),
    residuals: ({ first, count }) => gpu.recorder.dispatch(residual, { replicas, width, samples, first, count }),
  };
}
