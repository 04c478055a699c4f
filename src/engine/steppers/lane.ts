import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { drawSource, type RunBuffers, type Stepper, type StepSettings, shapedVariant } from './step.ts';

/** Draws made ahead at once, 8 bytes each: few enough for caches, enough that their dispatches cost little. */
const DRAWS_AHEAD = 1 << 16;
/** No run has so many steps. */
const NEVER = 0xffff_ffff;

/** One replica an invocation, or one a subgroup: both keep the state in registers, and can do with draws made ahead. */
export async function prepareLane(
  network: Network,
  plan: Plan,
  s: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const { gpu, replicas, targets } = network;
  const kernel = plan.strategy === 'subgroup' ? 'sgd_subgroup' : 'sgd_lane';
  const variant = shapedVariant(network, plan, s);
  const place = (first: number, every: number) => ({ every, first_row: Math.floor(first / every) + 1 });
  if (plan.draws === 'inside') {
    const launch = await gpu.launch(kernel, { ...buffers, targets }, variant);
    return (first, steps, every = NEVER) =>
      gpu.recorder.dispatch(launch, { replicas, first_step: first, steps, ...place(first, every) });
  }
  const each = replicas * s.batch;
  const most = Math.max(1, Math.floor(DRAWS_AHEAD / each));
  const drawn = network.scratch('drawn', 2 * most * each);
  const [draw, launch] = await Promise.all([
    gpu.launch(
      'draw_ahead',
      { settings: buffers.settings, drawn },
      {
        slots: { draws: drawSource(s), law: s.law },
        constants: { SAMPLES: network.samples, BATCH: s.batch },
      },
    ),
    gpu.launch(kernel, { ...buffers, targets, recorded: drawn }, variant),
  ]);
  return (first, steps, every = NEVER) => {
    for (let at = first; at < first + steps; at += most) {
      const some = { replicas, first_step: at, steps: Math.min(most, first + steps - at) };
      gpu.recorder.dispatch(draw, some);
      gpu.recorder.dispatch(launch, { ...some, ...place(first, every) });
    }
  };
}
