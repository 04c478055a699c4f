import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { factorWriter } from '../schedules.ts';
import { prepareLane } from './lane.ts';
import type { RunBuffers, Stepper, StepSettings } from './step.ts';

/** What carries out the steps of a plan. */
export async function prepareStepper(
  network: Network,
  plan: Plan,
  settings: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const stepper = await makeStepper(network, plan, settings, buffers);
  if (!settings.schedules) return stepper;
  const write = factorWriter(network.gpu, buffers.settings, network.replicas, settings.schedules);
  return (first, steps, every) => {
    write(first, steps);
    stepper(first, steps, every);
  };
}

async function makeStepper(
  network: Network,
  plan: Plan,
  settings: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  if (plan.strategy === 'lane' || plan.strategy === 'subgroup') return prepareLane(network, plan, settings, buffers);
  const { prepareGroup, prepareTiled } = await network.gpu.library.load('large');
  const make = { group: prepareGroup, tiled: prepareTiled }[plan.strategy];
  return make(network, plan, settings, buffers);
}
