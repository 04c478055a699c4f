import { RUNNING } from '../../../engine/network.ts';
import { LANE_CELLS } from '../../../engine/plan.ts';
import { activationNames } from '../../../model/activations.ts';
import type { Law } from '../../../model/draws.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import { anyActivation, type CaseContext, type Shape } from './cases.ts';
import type { Case } from './compare.ts';
import { blank, recordedDraws, replicaSettings, SCHEDULED, targetConstants, targets, withFactors } from './inputs.ts';

interface Setting {
  readonly space: 'weight' | 'data';
  readonly draws: Choices['draws'];
  readonly law: Law;
  readonly batch: number;
  readonly width: number;
  readonly samples: number;
  readonly dimension: number;
  readonly replicas: number;
  readonly lanes: number;
  readonly schedule?: Choices['schedule'];
}

/**
 * Both spaces, every way to draw, single samples, mini-batches and the full batch; shapes down to one of everything.
 */
const settings: readonly Setting[] = [
  setting('weight', 'sampled', 'gaussian', 1, [3, 5, 2], 5, 4),
  setting('data', 'sampled', 'rademacher', 3, [5, 3, 4], 3, 2),
  setting('weight', 'full', 'gaussian', 5, [2, 5, 3], 3, 4),
  setting('data', 'full', 'rademacher', 6, [3, 6, 1], 1, 1),
  setting('weight', 'recorded', 'gaussian', 2, [1, 1, 1], 4, 1),
  setting('data', 'recorded', 'gaussian', 1, [7, 1, 9], 2, 4),
];

/** Too large for registers: more neurons than lanes, rows longer than a block of 64. */
const large: readonly Setting[] = [
  setting('weight', 'sampled', 'gaussian', 3, [37, 7, 131], 2, 32),
  setting('data', 'sampled', 'gaussian', 1, [19, 67, 5], 2, 4),
];

/** `sgd_lane` alone takes draws made ahead. */
const ahead: readonly Setting[] = [
  setting('data', 'ahead', 'gaussian', 1, [4, 5, 6], 3, 2),
  setting('weight', 'ahead', 'gaussian', 3, [3, 4, 2], 2, 1),
];

export function laneCases(context: CaseContext): Case<'sgd_lane'>[] {
  const some = settingsFor(context);
  const whenAny = !context.shape && context.activation.name === anyActivation.name ? ahead : [];
  return [...some, ...whenAny].map((s, k) => {
    const { slopes, ...buffers } = buffersOf(context, s);
    const { params, ...others } = rest(context, s);
    // States are kept twice on the way, or once, or at the end alone.
    const every = context.shape ? RUNNING : [2, 3, FIRST_STEP + params.steps][k % 3];
    const rows = Math.floor((FIRST_STEP + params.steps) / every) - Math.floor(FIRST_STEP / every);
    return {
      ...others,
      params: { ...params, every, first_row: Math.floor(FIRST_STEP / every) + 1 },
      buffers: { ...buffers, kept: blank(Math.max(1, rows * buffers.state.length)) },
    };
  });
}

/** The same with lanes that the smallest subgroups have: 4 neurons at once, 2, or 1. */
export function subgroupCases(context: CaseContext): Case<'sgd_subgroup'>[] {
  return laneCases(context).map((one) => {
    const { WIDTH, LANES } = one.constants;
    const lanes = context.shape ? 4 : Math.min(4, LANES);
    const constants = { ...one.constants, LANES: lanes, ROWS: Math.ceil(WIDTH / lanes), HALVINGS: Math.log2(lanes) };
    return { ...one, constants };
  });
}

export function groupCases(context: CaseContext): Case<'sgd_group'>[] {
  if (context.shape) {
    return whole(context.shape).map((s) => ({ ...rest(context, s), buffers: buffersOf(context, s) }));
  }
  const some = settingsFor(context);
  const all = context.activation.name === anyActivation.name ? [...settings, ...large] : some;
  return all.map((s) => ({ ...rest(context, s), buffers: buffersOf(context, s) }));
}

/** Both ways to draw by both laws: the words of a sample and of a noise. */
export function aheadCases(context: CaseContext): Case<'draw_ahead'>[] {
  const some = context.shape
    ? whole(context.shape)
    : settings
        .filter((s) => s.draws !== 'recorded')
        .concat(setting('data', 'sampled', 'gaussian', 4, [1, 67, 1], 7, 1));
  return some.map((s) => {
    const { name, params, constants, choices } = rest(context, s);
    const { SAMPLES, BATCH } = constants;
    const buffers = {
      settings: replicaSettings(s.replicas, -0.1, 0.5),
      drawn: blank(2 * params.steps * s.replicas * BATCH),
    };
    return { name, buffers, params, constants: { SAMPLES, BATCH }, choices };
  });
}

/** One sample a step in data space, as most runs of small networks are. */
function whole({ width, samples, dimension, replicas }: Shape): Setting[] {
  return [setting('data', 'sampled', 'gaussian', 1, [width, samples, dimension], replicas, 4)];
}

/** Every setting is another pipeline, slow to compile: each activation has two, and together they have them all. */
function settingsFor({ activation, quick, shape }: CaseContext): Setting[] {
  // A state that no registers hold is not for `sgd_lane`.
  if (shape) return shape.width * shape.samples > LANE_CELLS ? [] : whole(shape);
  const index = activationNames.indexOf(activation.name);
  return (quick ? [0] : [0, 3]).map((shift) => ({
    ...settings[(index + shift) % settings.length],
    // The schedule meets nothing else, so half of all have one.
    schedule: (index + shift) % 2 ? 'constant' : 'varying',
  }));
}

const FIRST_STEP = 3;
/** Of benchmarks there are more, so that it is steps that are timed. */
const stepsOf = ({ shape }: CaseContext) => (shape ? 64 : 4);

function buffersOf(context: CaseContext, s: Setting) {
  const { random } = context;
  const { width, samples, dimension, replicas, batch } = s;
  const length = s.space === 'data' ? samples : dimension;
  const features = random.normals(samples * length, length ** -0.5);
  const status = new Uint32Array(replicas).fill(RUNNING);
  // Of several replicas the last asks for too long a step and must stop before it; the one before has stopped already.
  if (replicas > 2) status[replicas - 2] = 1;
  return {
    features,
    start: random.normals(replicas * width * samples, 0.5),
    targets: targets(random, samples, width, replicas),
    settings: withFactors(replicaSettings(replicas, -0.05 / batch / width, 0.5), random, s.schedule),
    recorded: recordedDraws(random, recordedLength(context, s), samples),
    state: random.normals(replicas * width * length, 0.7),
    status,
    slopes: new Float32Array(replicas * batch * width),
  };
}

/** Positions that the draws in a buffer are for: of all steps from 0 on, or those of the dispatch. */
function recordedLength(context: CaseContext, { draws, batch, replicas }: Setting): number {
  if (draws === 'recorded') return (FIRST_STEP + stepsOf(context)) * batch;
  return draws === 'ahead' ? stepsOf(context) * replicas * batch : 1;
}

function rest(context: CaseContext, s: Setting) {
  const { activation } = context;
  const { space, draws, law, width, samples, dimension, replicas, batch, lanes, schedule = 'constant' } = s;
  return {
    name: `${space} space, ${draws} ${law} x ${batch}, ${schedule}, ${replicas} replicas, m ${width}, n ${samples}, d ${dimension}`,
    params: { replicas, first_step: FIRST_STEP, steps: stepsOf(context) },
    constants: {
      WIDTH: width,
      SAMPLES: samples,
      STATE: space === 'data' ? samples : dimension,
      BATCH: batch,
      LANES: lanes,
      RUNNING,
      SCHEDULED,
      ...targetConstants(samples, width, replicas),
    },
    choices: { activation, space, draws, law, schedule },
  };
}

function setting(
  space: Setting['space'],
  draws: Setting['draws'],
  law: Law,
  batch: number,
  [width, samples, dimension]: readonly [number, number, number],
  replicas: number,
  lanes: number,
): Setting {
  return { space, draws, law, batch, width, samples, dimension, replicas, lanes };
}
