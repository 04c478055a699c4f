import { FlatwalkError } from '../../model/errors.ts';
import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { partsOf, prepareCombine, prepareProject, rightSteps, type Stretch, tileVariant } from '../products.ts';
import { drawVariant, type RunBuffers, type Stepper, type StepSettings } from './step.ts';

/**
 * The full batch by matrix products: pre-activations with their sums, noisy residuals, coefficients, and in weight space
 * the update. In data space the coefficients are the update.
 */
export async function prepareTiled(
  network: Network,
  plan: Plan,
  s: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const { gpu, replicas, width, samples, dimension, preactivations, targets, blocks } = network;
  const { state, start, features, settings: own, recorded, status } = buffers;
  const inData = plan.space === 'data';
  const rows = replicas * width;
  const terms = inData ? samples : dimension;
  if (plan.tile === 'none') {
    throw new FlatwalkError('BAD_ARGUMENT', "The strategy 'tiled' needs a tile", 'Let the plan choose it.');
  }
  const { tile } = plan;
  const parts = partsOf(tile, width);
  const variant = tileVariant(tile);
  const pulls = network.scratch('pulls', replicas * samples);
  const partials = network.scratch('sums of activations', replicas * parts * 3 * blocks[0].count);
  const coefficients = inData ? state : network.gradientCoefficients;
  const [activate, noisy, weigh] = await Promise.all([
    network.launch(
      'activate',
      { left: state, right: features, start, targets, preactivations, partials },
      variant.constants,
      variant.slots,
    ),
    gpu.launch(
      'noisy_residual',
      { partials, targets, settings: own, recorded, pulls, status },
      drawVariant(network, s),
    ),
    network.launch('gradient_coefficients', { preactivations, targets, weights: pulls, status, coefficients }),
  ]);
  const shape = { replicas, width, samples };
  // G is symmetric; its rows, as they lie, are read along the columns of the product.
  const steps = rightSteps(inData ? 'terms' : 'columns', terms);
  const pull = ({ first, count }: Stretch, step: number) => {
    const from = { first: inData ? first : first * dimension, from_start: inData ? 1 : 0 };
    gpu.recorder.dispatch(activate, { ...shape, ...steps, ...from, columns: count, terms });
    gpu.recorder.dispatch(noisy, { replicas, parts, first, count, step });
  };

  if (inData) {
    // The state has room for one block only: data space is for n that is small beside d.
    const all = { first: 0, count: samples };
    return (begin, steps) => {
      for (let step = begin; step < begin + steps; step++) {
        pull(all, step);
        gpu.recorder.dispatch(weigh, { ...shape, ...all, scale: 1, accumulate: 1, keep: 1, step });
      }
    };
  }

  // With several blocks, all residuals are checked before anything moves, and the update is gathered in a copy, because
  // every block must see the old weights.
  const next = blocks.length > 1 ? network.scratch('next weights', rows * dimension) : state;
  const [project, combine] = await Promise.all([
    prepareProject(network, { rows, left: state, product: preactivations }),
    prepareCombine(network, { rows, coefficients, sum: next, tile }),
  ]);
  return (begin, steps) => {
    for (let step = begin; step < begin + steps; step++) {
      for (const block of blocks) pull(block, step);
      if (next !== state) gpu.recorder.copy(state, 0, next, 0, rows * dimension * 4);
      for (const block of blocks) {
        const { first, count } = block;
        if (next !== state) project(block);
        gpu.recorder.dispatch(weigh, { ...shape, first, count, scale: 1, accumulate: 0, keep: 0, step });
        combine(block, true);
      }
      if (next !== state) gpu.recorder.copy(next, 0, state, 0, rows * dimension * 4);
    }
  };
}
