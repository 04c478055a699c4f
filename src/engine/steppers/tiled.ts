import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { drawVariant, type RunBuffers, type Stepper, type StepSettings } from './step.ts';

/** The full batch by matrix products: pre-activations, noisy residuals, coefficients, update. */
export async function prepareTiled(
  network: Network,
  plan: Plan,
  s: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const { gpu, replicas, width, samples, dimension, preactivations, targets, blocks, data } = network;
  const { state, start, features, settings: own, recorded, status } = buffers;
  const rows = replicas * width;
  const pulls = network.scratch('pulls', replicas * samples);
  const noisy = await gpu.launch(
    'noisy_residual',
    { preactivations, targets, settings: own, recorded, pulls, status },
    drawVariant(network, s),
  );
  const common = { replicas, width, samples };

  if (plan.space === 'data') {
    // The state has room for one block only: data space is for n that is small beside d.
    const [project, weigh] = await Promise.all([
      gpu.launch('project', { left: state, data: features, product: preactivations }),
      network.launch('gradient_coefficients', { preactivations, targets, weights: pulls, status, coefficients: state }),
    ]);
    const all = { first: 0, count: samples };
    return (first, steps) => {
      for (let step = first; step < first + steps; step++) {
        gpu.recorder.copy(start, 0, preactivations, 0, rows * samples * 4);
        gpu.recorder.dispatch(project, { rows, ...all, inner: samples, accumulate: 1 });
        gpu.recorder.dispatch(noisy, { replicas, width, ...all, step });
        gpu.recorder.dispatch(weigh, { ...common, ...all, scale: 1, accumulate: 1, step });
      }
    };
  }

  // With several blocks, all residuals are checked before anything moves, and the update is gathered in a copy, because
  // every block must see the old weights.
  const next = blocks.length > 1 ? network.scratch('next weights', rows * dimension) : state;
  const coefficients = network.gradientCoefficients;
  const [project, weigh, combine] = await Promise.all([
    gpu.launch('project', { left: state, data, product: preactivations }),
    network.launch('gradient_coefficients', { preactivations, targets, weights: pulls, status, coefficients }),
    gpu.launch('combine', { coefficients, data, sum: next }),
  ]);
  return (begin, steps) => {
    for (let step = begin; step < begin + steps; step++) {
      for (const { first, count } of blocks) {
        gpu.recorder.dispatch(project, { rows, first, count, inner: dimension, accumulate: 0 });
        gpu.recorder.dispatch(noisy, { replicas, width, first, count, step });
      }
      if (next !== state) gpu.recorder.copy(state, 0, next, 0, rows * dimension * 4);
      for (const { first, count } of blocks) {
        if (next !== state) gpu.recorder.dispatch(project, { rows, first, count, inner: dimension, accumulate: 0 });
        gpu.recorder.dispatch(weigh, { ...common, first, count, scale: 1, accumulate: 0, step });
        gpu.recorder.dispatch(combine, { rows, first, count, inner: dimension, accumulate: 1 });
      }
      if (next !== state) gpu.recorder.copy(next, 0, state, 0, rows * dimension * 4);
    }
  };
}
