import { FlatwalkError } from '../../model/errors.ts';
import type { Network } from '../network.ts';
import { prepareCombine } from '../products.ts';
import { prepareForward } from '../stages/forward.ts';
import { prepareObserve } from '../stages/observe.ts';
import { prepareRetraction } from '../stages/retract.ts';
import { type Evaluate, recordStages } from '../stages/stage.ts';

/**
 * Moves the weights onto the zero-loss manifold. What is returned is per replica, see `Problem.retract`.
 * @throws LIMIT; NOT_DEFINED, with the weights unchanged, if a replica left the range of f32
 */
export async function retractWeights(
  network: Network,
  evaluate: Evaluate,
  steps?: number,
): Promise<{ largestResidual: Float64Array; pivotRatio: Float64Array }> {
  const { replicas, width, samples, cells, gpu } = network;
  const moves = network.scratch('moves', replicas * width * samples);
  const { pivots } = await evaluate(await prepareRetraction(network, { steps, moves }));
  const copy = network.scratch('retracted weights', replicas * cells);
  const combine = await prepareCombine(network, { rows: replicas * width, coefficients: moves, sum: copy });
  const [forward, observe] = await Promise.all([prepareForward(network, copy), prepareObserve(network)]);
  gpu.recorder.copy(network.weights, 0, copy, 0, replicas * cells * 4);
  combine({ first: 0, count: samples }, true);
  recordStages(network, forward, [observe]);
  const { largestResidual, broken } = observe.finish(await gpu.read(observe.outputs));
  const pivotRatio = Float64Array.from(largestResidual, (_, r) => pivots[r][0] / pivots[r][1]);
  const bad = broken.findIndex((b) => b > 0);
  if (bad >= 0) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `Retraction of replica ${bad} left the range of f32 (pivots' ratio ${pivotRatio[bad]}); the weights are unchanged`,
      'Start nearer to the manifold, or where the per-sample gradients are independent and not zero.',
    );
  }
  network.replaceWeights(copy);
  return { largestResidual, pivotRatio };
}
