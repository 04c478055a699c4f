import type { Variant } from '../compose.ts';
import { activationVariant, type Network, RUNNING } from '../network.ts';
import type { Plan } from '../plan.ts';
import { SCHEDULED } from '../schedules.ts';
import type { Settings } from '../settings.ts';

/** What of the settings decides how steps are taken. */
export type StepSettings = Pick<Settings, 'batch' | 'fullBatch' | 'law' | 'draws' | 'schedules'>;

/** The buffers of a run; `start` is Theta0 X^T in data space, and `origin` Theta0. */
export interface RunBuffers {
  readonly state: GPUBuffer;
  readonly start: GPUBuffer;
  readonly features: GPUBuffer;
  readonly settings: GPUBuffer;
  readonly recorded: GPUBuffer;
  readonly status: GPUBuffer;
  /** States on the way, rows x replicas x the state of one, where the strategy keeps them. */
  readonly kept: GPUBuffer;
}

/**
 * Records steps first .. first + steps - 1. Never waits. With `every`, which is for the strategies that keep the state in registers, the states after
 * each multiple of so many steps are left in `kept`, from its beginning.
 */
export type Stepper = (first: number, steps: number, every?: number) => void;

/** Where the draws of a step come from, as the draws slot names it. */
export const drawSource = ({ draws, fullBatch }: StepSettings) => (draws ? 'recorded' : fullBatch ? 'full' : 'sampled');

export function drawVariant(network: Network, s: StepSettings, draws: string = drawSource(s)): Variant {
  const activation = activationVariant(network.activation);
  return {
    slots: { ...activation.slots, draws, law: s.law, schedule: s.schedules ? 'varying' : 'constant' },
    constants: {
      ...activation.constants,
      ...network.targetConstants,
      SAMPLES: network.samples,
      BATCH: s.batch,
      RUNNING,
      SCHEDULED,
    },
  };
}

export function shapedVariant(network: Network, plan: Plan, s: StepSettings): Variant {
  const variant = drawVariant(network, s, plan.draws === 'ahead' ? 'ahead' : drawSource(s));
  return {
    slots: { ...variant.slots, space: plan.space },
    constants: {
      ...variant.constants,
      WIDTH: network.width,
      STATE: plan.space === 'data' ? network.samples : network.dimension,
      LANES: plan.lanes,
      ...(plan.strategy === 'subgroup'
        ? { ROWS: Math.ceil(network.width / plan.lanes), HALVINGS: Math.log2(plan.lanes) }
        : {}),
    },
  };
}
