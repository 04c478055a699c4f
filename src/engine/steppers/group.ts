import type { Network } from '../network.ts';
import type { Plan } from '../plan.ts';
import { type RunBuffers, type Stepper, type StepSettings, shapedVariant } from './step.ts';

export async function prepareGroup(
  network: Network,
  plan: Plan,
  s: StepSettings,
  { kept: _, ...buffers }: RunBuffers,
): Promise<Stepper> {
  const { gpu, replicas, targets } = network;
  const slopes = network.scratch('slopes', replicas * s.batch * network.width);
  const launch = await gpu.launch('sgd_group', { ...buffers, targets, slopes }, shapedVariant(network, plan, s));
  return (first, steps) => gpu.recorder.dispatch(launch, { replicas, first_step: first, steps });
}
