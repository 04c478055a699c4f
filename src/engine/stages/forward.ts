import type { Network } from '../network.ts';
import type { Forward } from './stage.ts';

/** The forward pass of a buffer of weights, Z = Theta X^T. */
export async function prepareForward(network: Network, weights: GPUBuffer): Promise<Forward> {
  const { gpu, replicas, width, dimension, preactivations } = network;
  const [project, residual] = await Promise.all([
    gpu.launch('project', { left: weights, data: network.data, product: preactivations }),
    prepareResiduals(network, preactivations),
  ]);
  return (block) => {
    const { first, count } = block;
    gpu.recorder.dispatch(project, { rows: replicas * width, first, count, inner: dimension, accumulate: 0 });
    residual(block);
  };
}

/**
 * The forward pass of a state in data space, Z = Theta0 X^T + A G, which never needs the weights. All samples are one block.
 */
export async function prepareDataForward(
  network: Network,
  { state, start, features }: { readonly state: GPUBuffer; readonly start: GPUBuffer; readonly features: GPUBuffer },
): Promise<Forward> {
  const { gpu, replicas, width, samples, preactivations } = network;
  const rows = replicas * width;
  const [project, residual] = await Promise.all([
    gpu.launch('project', { left: state, data: features, product: preactivations }),
    prepareResiduals(network, preactivations),
  ]);
  return (block) => {
    gpu.recorder.copy(start, 0, preactivations, 0, rows * samples * 4);
    gpu.recorder.dispatch(project, { rows, first: 0, count: samples, inner: samples, accumulate: 1 });
    residual(block);
  };
}

async function prepareResiduals(network: Network, preactivations: GPUBuffer): Promise<Forward> {
  const { gpu, replicas, width, samples, residuals, targets } = network;
  const residual = await network.launch('residual', { preactivations, targets, residuals });
  return ({ first, count }) => gpu.recorder.dispatch(residual, { replicas, width, samples, first, count });
}
