import type { Checkpoint } from './checkpoint.ts';
import { type Network, RUNNING } from './network.ts';
import type { Plan } from './plan.ts';
import { prepareCombine, prepareProject } from './products.ts';
import { SCHEDULED } from './schedules.ts';
import { type Settings, stateLength } from './settings.ts';
import { prepareDataForward, prepareForward } from './stages/forward.ts';
import type { Forward } from './stages/stage.ts';
import type { RunBuffers } from './steppers/step.ts';

/** The buffers of a run. In data space `origin` is Theta0, in weight space the weights themselves. */
export interface RunState extends RunBuffers {
  readonly origin: GPUBuffer;
}

/** The state that a run starts or goes on from, with room for so many states on the way. @throws LIMIT, DISPOSED */
export async function makeState(
  network: Network,
  plan: Plan,
  { own, draws, schedules }: Settings,
  resume: Checkpoint | undefined,
  rowsAtOnce: number,
): Promise<RunState> {
  const { gpu, replicas, width, samples, weights, cells } = network;
  const settings = network.scratch('settings', 4 * (replicas + (schedules ? SCHEDULED : 0)));
  const status = network.scratch('status', replicas);
  const recorded = network.scratch('recorded', Math.max(2, draws?.length ?? 0));
  const kept = network.scratch('kept', rowsAtOnce === 1 ? 1 : rowsAtOnce * stateLength(network, plan));
  gpu.write(settings, own);
  const stopped = new Uint32Array(replicas).fill(RUNNING);
  for (const { replica, step } of resume?.diverged ?? []) stopped[replica] = step;
  gpu.write(status, stopped);
  if (draws) gpu.write(recorded, draws);
  const common = { settings, recorded, status, kept };
  if (plan.space === 'weight') {
    if (resume) gpu.write(weights, resume.state);
    // The start is not read in weight space; any buffer that no kernel writes will do.
    return { ...common, origin: weights, state: weights, start: settings, features: network.data };
  }
  const origin = network.scratch('origin', replicas * cells);
  const state = network.scratch('accumulated', replicas * width * samples);
  const start = network.scratch('start', replicas * width * samples);
  const features = await network.dataGram();
  if (resume) gpu.write(origin, resume.origin);
  else gpu.recorder.copy(weights, 0, origin, 0, replicas * cells * 4);
  gpu.recorder.submit();
  gpu.write(state, resume?.state ?? new Float32Array(replicas * width * samples));
  const project = await prepareProject(network, { rows: replicas * width, left: origin, product: start });
  project({ first: 0, count: samples });
  gpu.recorder.submit();
  return { ...common, origin, state, start, features };
}

/**
 * The forward pass of rows. A state in data space has pre-activations without the weights, which follow when somebody asks
 * for them, or before a row whose samples do not fit in one block.
 */
export async function prepareRowForward(network: Network, plan: Plan, buffers: RunState): Promise<Forward> {
  if (plan.space === 'weight') return prepareForward(network, network.weights);
  const refresh = await prepareRefresh(network, plan, buffers);
  network.catchUp = refresh;
  if (network.blocks.length === 1) return prepareDataForward(network, buffers);
  const forward = await prepareForward(network, network.weights);
  return (block) => {
    if (block === network.blocks[0]) refresh();
    forward(block);
  };
}

/** In data space the weights follow from the coefficients: Theta = Theta0 + A X. */
export async function prepareRefresh(network: Network, plan: Plan, { origin, state }: RunState): Promise<() => void> {
  if (plan.space === 'weight') return () => {};
  const { gpu, replicas, width, samples, cells, weights } = network;
  const combine = await prepareCombine(network, { rows: replicas * width, coefficients: state, sum: weights });
  return () => {
    gpu.recorder.copy(origin, 0, weights, 0, replicas * cells * 4);
    combine({ first: 0, count: samples }, true);
  };
}
