import type { Network } from '../network.ts';
import { prepareGramCombine, prepareProject } from '../products.ts';
import type { Forward } from './stage.ts';

/** The forward pass of a buffer of weights, Z = Theta X^T. */
export async function prepareForward(network: Network, weights: GPUBuffer): Promise<Forward> {
  const { replicas, width, preactivations } = network;
  const [project, residual] = await Promise.all([
    prepareProject(network, { rows: replicas * width, left: weights, product: preactivations }),
    prepareResiduals(network, preactivations),
  ]);
  return (block) => {
    project(block);
    residual(block);
  };
}

/**
 * The forward pass of a state in data space, Z = Theta0 X^T + A G, which never needs the weights. All samples are one block.
 */
export async function prepareDataForward(
  network: Network,
  {
    state,
    start,
    features: gram,
  }: { readonly state: GPUBuffer; readonly start: GPUBuffer; readonly features: GPUBuffer },
): Promise<Forward> {
  const { gpu, replicas, width, samples, preactivations } = network;
  const [combine, residual] = await Promise.all([
    prepareGramCombine(network, { coefficients: state, gram, product: preactivations }),
    prepareResiduals(network, preactivations),
  ]);
  return (block) => {
    gpu.recorder.copy(start, 0, preactivations, 0, replicas * width * samples * 4);
    combine();
    residual(block);
  };
}

async function prepareResiduals(network: Network, preactivations: GPUBuffer): Promise<Forward> {
  const { gpu, replicas, width, samples, residuals, targets, running: status } = network;
  const residual = await network.launch('residual', { preactivations, targets, status, residuals });
  return ({ first, count }) => gpu.recorder.dispatch(residual, { replicas, width, samples, first, count, step: 0 });
}
