import { type AdapterDescription, familyOf } from '../adapter.ts';
import { count } from '../arrays.ts';
import type { Network } from '../network.ts';
import { explainPlan, type PlanExplanation, type PlanRequest, resumedPlan } from '../plan.ts';
import type { Settings, TrainOptions } from '../settings.ts';
import { findTuned, keyHere } from './tuned.ts';

/** The plan of a run, with what it is chosen from. @throws BAD_ARGUMENT for wishes that cannot be carried out */
export function planRun(
  network: Network,
  { batch, fullBatch, steps, draws }: Settings,
  options: Pick<TrainOptions, 'plan' | 'plannedSteps' | 'tuned' | 'resume'>,
  adapter: AdapterDescription,
): PlanExplanation {
  const { samples, width, dimension, replicas, activation } = network;
  const { maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize } = network.gpu.device.limits;
  const request: PlanRequest = {
    samples,
    width,
    dimension,
    replicas,
    batch,
    fullBatch,
    recorded: draws !== null,
    activation: activation.spec,
    steps: options.plannedSteps === undefined ? steps : count('plannedSteps', options.plannedSteps),
    family: familyOf(adapter),
    software: adapter.software,
    mostLanes: maxComputeInvocationsPerWorkgroup,
    subgroup: network.gpu.subgroup,
    largestBuffer: maxStorageBufferBindingSize,
  };
  if (options.resume) return resumedPlan(request, options.resume.plan);
  const tuned = options.tuned?.length ? findTuned(options.tuned, keyHere(adapter, request)) : null;
  return explainPlan(request, options.plan, tuned);
}
