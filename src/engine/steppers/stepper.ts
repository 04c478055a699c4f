import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { prepareGroup } from './group.ts';
import { prepareLane } from './lane.ts';
import type { RunBuffers, Stepper, StepSettings } from './step.ts';
import { prepareTiled } from './tiled.ts';

/** What carries out the steps of a plan. */
export async function prepareStepper(
  network: Network,
  plan: Plan,
  settings: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const make = { lane: prepareLane, group: prepareGroup, tiled: prepareTiled }[plan.strategy];
  return make(network, plan, settings, buffers);
}
