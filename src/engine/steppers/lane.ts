import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { type RunBuffers, type Stepper, type StepSettings, shapedVariant } from './step.ts';

export async function prepareLane(
  network: Network,
  plan: Plan,
  s: StepSettings,
  buffers: RunBuffers,
): Promise<Stepper> {
  const { gpu, replicas, targets } = network;
  const launch = await gpu.launch('sgd_lane', { ...buffers, targets }, shapedVariant(network, plan, s));
  return (first, steps) => gpu.recorder.dispatch(launch, { replicas, first_step: first, steps });
}
