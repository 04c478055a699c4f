import type { Engine } from '../../../engine/index.ts';
import { RUNNING } from '../../../engine/network.ts';
import { activation } from '../../../model/activations.ts';
import { packSettings } from '../../../model/draws.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { isBounded } from '../../../reference/kernels/network.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import { anyActivation, cases } from './cases.ts';
import { type Case, compareWithOracle, dispatchAll, type Words, type Worst } from './compare.ts';
import { targets } from './inputs.ts';
import { Random } from './random.ts';

/** Something that must hold exactly, or by a rule of its own. */
export interface Check {
  readonly name: string;
  readonly activation: string;
  readonly note: string;
  readonly cases: number;
  run(engine: Engine): Promise<Worst>;
}

const broken = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** These hide NaN: a maximum may drop it, a clamped argument is a number again. */
const hiding = ['relu', 'tanh', 'cubic_linear'];

/** Weights that are no numbers, numbers that come out the same every time, and more workgroups than fit in a row. */
export const checks: readonly Check[] = [
  ...hiding.flatMap((name): Check[] => [
    {
      name: 'stops on NaN: sgd_lane',
      activation: name,
      note: 'the state is kept to the bit',
      cases: 6,
      run: (engine) => stops(engine, 'sgd_lane', name),
    },
    {
      name: 'stops on NaN: sgd_group',
      activation: name,
      note: 'the state is kept to the bit',
      cases: 6,
      run: (engine) => stops(engine, 'sgd_group', name),
    },
    {
      name: 'stops on NaN: activate and noisy_residual',
      activation: name,
      note: 'the replica is marked',
      cases: 12,
      run: (engine) => marks(engine, name),
    },
    {
      name: 'counts NaN: observe',
      activation: name,
      note: 'exact',
      cases: 3,
      run: (engine) => counts(engine, name),
    },
  ]),
  { name: 'refuses NaN: problem', activation: '', note: 'NOT_FINITE', cases: 5, run: refuses },
  ...(['sgd_group', 'cholesky_panel', 'observe'] as const).map((kernel) => ({
    name: `same bits: ${kernel}`,
    activation: '',
    note: 'exact',
    cases: 8,
    run: (engine: Engine) => sameBits(engine, kernel),
  })),
  { name: 'long grid: residual', activation: '', note: 'exact', cases: 1, run: longGrid },
  ...(['sgd_lane', 'sgd_group'] as const).map((kernel) => ({
    name: `long grid: ${kernel}`,
    activation: '',
    note: 'as for the kernel',
    cases: 1,
    run: (engine: Engine) => manyReplicas(engine, kernel),
  })),
];

const passed: Worst = { ratio: 0, where: '' };
const failed = (where: string): Worst => ({ ratio: Number.POSITIVE_INFINITY, where });

/** The second of three replicas has one weight that is no number. */
async function stops(engine: Engine, kernel: 'sgd_lane' | 'sgd_group', name: string): Promise<Worst> {
  for (const space of ['weight', 'data'] as const) {
    const all = broken.map((value) => {
      const one = trainingCase(space, name, 3, 3);
      one.buffers.state[13] = value; // 9 numbers a replica
      return one;
    });
    const found = await train(engine, kernel, all);
    for (const [k, { state, status }] of found.entries()) {
      const before = bits(all[k].buffers.state);
      const after = bits(state);
      const where = `${broken[k]} in ${space} space: `;
      if (status[1] !== all[k].params.first_step) return failed(`${where}status ${status[1]}`);
      if (before.some((word, i) => i >= 9 && i < 18 && word !== after[i])) return failed(`${where}the state has moved`);
      for (const r of [0, 2]) {
        if (status[r] !== RUNNING) return failed(`${where}replica ${r} has stopped too`);
        if (before.every((word, i) => Math.floor(i / 9) !== r || word === after[i])) {
          return failed(`${where}replica ${r} has not moved`);
        }
      }
    }
  }
  return passed;
}

/** What is no number in the state is none in the sums of its part, and any of these sums marks the replica. */
async function marks(engine: Engine, name: string): Promise<Worst> {
  const context = { activation: activation(name), random: new Random(901), quick: false, device: engine.lowLevel };
  const state = cases.activate(context)[4];
  const sums = cases.noisy_residual(context)[0];
  for (const value of broken) {
    const left = Float32Array.from(state.buffers.left);
    left[3] = value;
    const [{ partials }] = await dispatchAll(engine.lowLevel, 'activate', [
      { ...state, buffers: { ...state.buffers, left } },
    ]);
    // The sum of |z| of the first part, for every sample.
    const reach = partials.subarray(2 * state.params.columns, 3 * state.params.columns);
    if (reach.some((size) => isBounded(size))) return failed(`${value}: a sum of sizes is bounded`);
    for (const which of [0, 1, 2]) {
      const broke = Float32Array.from(sums.buffers.partials);
      broke[which] = value;
      const [{ status }] = await dispatchAll(engine.lowLevel, 'noisy_residual', [
        { ...sums, buffers: { ...sums.buffers, partials: broke } },
      ]);
      if (status[0] !== sums.params.step) return failed(`${value} in sum ${which}: status ${status[0]}`);
    }
  }
  return passed;
}

async function counts(engine: Engine, name: string): Promise<Worst> {
  const context = { activation: activation(name), random: new Random(902), quick: false, device: engine.lowLevel };
  const one = cases.observe(context)[4];
  for (const value of broken) {
    const preactivations = Float32Array.from(one.buffers.preactivations);
    preactivations[17] = value;
    preactivations[33] = value;
    const [{ partials }] = await dispatchAll(engine.lowLevel, 'observe', [
      { ...one, buffers: { ...one.buffers, preactivations } },
    ]);
    const counted = partials[one.params.chunk * 8 + 5];
    if (counted !== 2) return failed(`${value} twice: counted ${counted}`);
  }
  return passed;
}

/** Numbers that are none never reach the device. */
async function refuses(engine: Engine): Promise<Worst> {
  const good = { inputs: [[1, 2]], labels: [1], width: 1, activation: 'tanh', weights: [0.5, 0.5] };
  const problem = await engine.problem(good);
  const attempts: [string, () => unknown][] = [
    ['inputs', () => engine.problem({ ...good, inputs: [[1, Number.NaN]] })],
    ['labels', () => engine.problem({ ...good, labels: [Number.POSITIVE_INFINITY] })],
    ['weights', () => engine.problem({ ...good, weights: [0.5, Number.NaN] })],
    ['weights', () => problem.setWeights([Number.NEGATIVE_INFINITY, 1])],
    ['vectors', () => problem.hvp([Number.NaN, 1])],
  ];
  try {
    for (const [what, attempt] of attempts) {
      const outcome = await Promise.resolve()
        .then(attempt)
        .catch((error: unknown) => error);
      if (!(outcome instanceof FlatwalkError) || outcome.code !== 'NOT_FINITE') return failed(`${what} were accepted`);
      if (!outcome.message.startsWith(what)) return failed(`${what}: the message names something else`);
    }
  } finally {
    problem.dispose();
  }
  return passed;
}

/** A missing barrier shows as bits that differ from one time to the next. */
async function sameBits(engine: Engine, kernel: 'sgd_group' | 'cholesky_panel' | 'observe'): Promise<Worst> {
  const context = { activation: anyActivation, random: new Random(903), quick: false, device: engine.lowLevel };
  // Of each kernel the case with the most invocations at work together.
  const repeat = async () => {
    switch (kernel) {
      case 'sgd_group':
        return dispatchAll(engine.lowLevel, kernel, cases.sgd_group(context).slice(-2, -1));
      case 'cholesky_panel':
        return dispatchAll(engine.lowLevel, kernel, cases.cholesky_panel(context).slice(3, 4));
      case 'observe':
        return dispatchAll(engine.lowLevel, kernel, cases.observe(context).slice(-1));
      default:
        return kernel satisfies never;
    }
  };
  let first: Record<string, Words> | null = null;
  for (let k = 0; k < 8; k++) {
    context.random = new Random(903);
    const [found] = await repeat();
    first ??= found;
    for (const [binding, words] of Object.entries(found)) {
      const before = bits(first[binding]);
      const differs = bits(words).findIndex((word, i) => word !== before[i]);
      if (differs >= 0) return failed(`${binding}[${differs}] differs the ${k + 1}th time`);
    }
  }
  return passed;
}

/** One more than 65,535 workgroups of 64: the tail of a folded grid. */
async function longGrid(engine: Engine): Promise<Worst> {
  const replicas = 65_535 * 64 + 65;
  const preactivations = Float32Array.from({ length: replicas }, (_, r) => r % 4093);
  const [{ residuals }] = await dispatchAll(engine.lowLevel, 'residual', [
    {
      name: `${replicas} replicas`,
      buffers: {
        preactivations,
        targets: Float32Array.of(1, 0, 0, 2),
        status: new Uint32Array(replicas).fill(RUNNING),
        residuals: new Float32Array(replicas).fill(-1),
      },
      params: { replicas, width: 1, samples: 1, first: 0, count: 1, step: 0 },
      constants: { OWN_TARGETS: 0 },
      choices: { activation: activation('identity'), space: 'weight', draws: 'full', law: 'gaussian' },
    },
  ]);
  const wrong = preactivations.findIndex((z, r) => residuals[r] !== 2 * z - 1);
  return wrong < 0 ? passed : failed(`replica ${wrong}: ${residuals[wrong]}`);
}

/** More than 65,535 replicas, each a workgroup. */
async function manyReplicas(engine: Engine, kernel: 'sgd_lane' | 'sgd_group'): Promise<Worst> {
  const one = trainingCase('weight', 'identity', 65_539, 1);
  if (kernel === 'sgd_lane') return compareWithOracle(engine.lowLevel, kernel, [forLane(one)]);
  return compareWithOracle(engine.lowLevel, kernel, [one]);
}

/** Three steps of `replicas` networks with m = n = d = `size` on single, recorded samples. */
function trainingCase(space: Choices['space'], name: string, replicas: number, size: number): Case<'sgd_group'> {
  const random = new Random(904);
  const [first, steps] = [2, 3];
  const recorded = Uint32Array.from({ length: 2 * (first + steps) }, (_, k) => (k % 2 ? 0x3f000000 : (k >> 1) % size));
  return {
    name: `${replicas} replicas`,
    buffers: {
      features: random.between(0.5, 1, size * size),
      start: random.normals(replicas * size * size),
      targets: targets(random, size, size, 1).fill(1, 3 * size),
      settings: Uint32Array.from({ length: 4 * replicas }, (_, k) => packSettings(-0.01, 0.5, 0)[k % 4]),
      recorded,
      state: random.between(0.1, 1, replicas * size * size),
      status: new Uint32Array(replicas).fill(RUNNING),
      slopes: new Float32Array(replicas * size),
    },
    params: { replicas, first_step: first, steps },
    constants: { WIDTH: size, SAMPLES: size, STATE: size, BATCH: 1, LANES: 1, RUNNING, OWN_TARGETS: 0, SCHEDULED: 1 },
    choices: { activation: activation(name), space, draws: 'recorded', law: 'gaussian' },
  };
}

function forLane(one: Case<'sgd_group'>): Case<'sgd_lane'> {
  const { slopes, ...buffers } = one.buffers;
  const params = { ...one.params, every: RUNNING, first_row: 1 };
  return { ...one, params, buffers: { ...buffers, kept: new Float32Array(1) } };
}

async function train(engine: Engine, kernel: 'sgd_lane' | 'sgd_group', all: readonly Case<'sgd_group'>[]) {
  return kernel === 'sgd_group'
    ? dispatchAll(engine.lowLevel, kernel, all)
    : dispatchAll(engine.lowLevel, kernel, all.map(forLane));
}

function bits(words: Words): Uint32Array {
  return new Uint32Array(words.buffer, words.byteOffset, words.length);
}
