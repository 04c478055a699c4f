import { PANEL, quadsOf } from '../../../engine/geometry/kernels.ts';
import { lanesFor } from '../../../engine/kernels.ts';
import { RUNNING } from '../../../engine/network.ts';
import type { TileDevice } from '../../../engine/products.ts';
import type { KernelName } from '../../../engine/registry.ts';
import { type Activation, activation } from '../../../model/activations.ts';
import { splitSeed } from '../../../model/draws.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import type { Case } from './compare.ts';
import {
  blank,
  definite,
  gridPoints,
  recordedDraws,
  replicaSettings,
  SCHEDULED,
  STOPPED,
  stoppedSecond,
  targetConstants,
  targets,
  triangles,
  withFactors,
} from './inputs.ts';
import { manifoldCases } from './manifold-cases.ts';
import { activateCases, gramCases, multiplyCases } from './product-cases.ts';
import type { Random } from './random.ts';
import { aheadCases, groupCases, laneCases, subgroupCases } from './sgd-cases.ts';
import { spectrumCases } from './spectrum-cases.ts';

export interface CaseContext {
  readonly activation: Activation;
  readonly random: Random;
  readonly quick: boolean;
  /** The one shape to make a case of, as benchmarks want it, instead of those that try a kernel's edges. */
  readonly shape?: Shape;
  /** What it will run on decides which tiles of matrix products there are. */
  readonly device: TileDevice;
}

export interface Shape {
  readonly replicas: number;
  readonly width: number;
  readonly samples: number;
  readonly dimension: number;
}

type Cases = { readonly [N in KernelName]: (context: CaseContext) => Case<N>[] };

/** A block of samples of several networks: [replicas, m, n, first, count]. */
type Block = readonly [replicas: number, width: number, samples: number, first: number, count: number];

/** One of everything; one neuron; one sample; primes; one past a workgroup; past a chunk; wide; a block inside. */
const blocks: readonly Block[] = [
  [1, 1, 1, 0, 1],
  [3, 1, 67, 0, 67],
  [2, 13, 1, 0, 1],
  [3, 7, 11, 0, 11],
  [1, 5, 65, 0, 65],
  [1, 2, 257, 0, 257],
  [1, 131, 3, 0, 3],
  [2, 5, 131, 37, 71],
  [2, 3, 601, 89, 511],
];
const few = [0, 3, 7, 8];

const chosen = ({ quick, shape }: CaseContext) => (shape ? [whole(shape)] : quick ? few.map((k) => blocks[k]) : blocks);

const whole = ({ replicas, width, samples }: Shape): Block => [replicas, width, samples, 0, samples];

const seed = splitSeed(2 ** 40 + 77);

const choices = (c: CaseContext, more: Partial<Choices> = {}): Choices => ({
  activation: c.activation,
  space: 'weight',
  draws: 'full',
  law: 'gaussian',
  ...more,
});

const name = ([replicas, width, samples, first, count]: Block) =>
  `${replicas} replicas, m ${width}, n ${samples}${count < samples ? ` from ${first} to ${first + count}` : ''}`;

const vectorsOf = (replicas: number) => ({ vectors: replicas * 3, per_replica: 3 });

const STEP = 9;
/** Of several replicas one has stopped at this step, one goes on until the next. */
const stopping = (replicas: number) =>
  Uint32Array.from({ length: replicas }, (_, r) => (r === 1 ? STEP : r === 2 ? STEP + 1 : RUNNING));

/** The cases of every kernel. Odd shapes, several replicas, blocks inside the data, results added to earlier ones. */
export const cases: Cases = {
  multiply: multiplyCases,
  activate: activateCases,

  residual: (c) =>
    chosen(c).map((block) => {
      const [replicas, width, samples, first, count] = block;
      return {
        name: name(block),
        buffers: {
          preactivations: c.random.normals(replicas * width * count, 1.5),
          targets: targets(c.random, samples, width, replicas),
          status: stopping(replicas),
          residuals: blank(replicas * samples),
        },
        params: { replicas, width, samples, first, count, step: STEP },
        constants: targetConstants(samples, width, replicas),
        choices: choices(c),
      };
    }),

  noisy_residual: (c) =>
    (c.shape ? [whole(c.shape)] : blocks).map((block, k) => {
      const [replicas, width, samples, first, count] = block;
      const step = 5;
      const draws = k % 3 === 2 ? 'recorded' : 'full';
      // The last of several replicas asks for too long a step and must be marked.
      const schedule = k % 2 ? 'constant' : 'varying';
      const settings = withFactors(replicaSettings(replicas, -0.1, 0.7), c.random, schedule);
      const parts = Math.ceil(width / 16);
      return {
        name: `${name(block)}, ${draws} noise, ${schedule}`,
        buffers: {
          partials: c.random.normals(replicas * parts * 3 * count, 1.5),
          targets: targets(c.random, samples, width, replicas),
          settings,
          recorded: recordedDraws(c.random, draws === 'recorded' ? (step + 1) * samples : 1, samples),
          pulls: blank(replicas * samples),
          status: new Uint32Array(replicas).fill(RUNNING),
        },
        params: { replicas, parts, first, count, step },
        constants: {
          SAMPLES: samples,
          BATCH: samples,
          RUNNING,
          SCHEDULED,
          ...targetConstants(samples, width, replicas),
        },
        choices: choices(c, { draws, law: k % 2 ? 'rademacher' : 'gaussian', schedule }),
      };
    }),

  gradient_coefficients: (c) =>
    chosen(c).map((block, k) => {
      const [replicas, width, samples, first, count] = block;
      const keep = (k >> 1) % 2;
      return {
        name: `${name(block)}${k % 2 ? ', added' : ''}${keep ? ', kept' : ''}`,
        buffers: {
          preactivations: c.random.normals(replicas * width * count, 1.5),
          targets: targets(c.random, samples, width, replicas),
          weights: c.random.normals(replicas * samples),
          status: stopping(replicas),
          coefficients: k % 2 ? c.random.normals(replicas * width * count) : blank(replicas * width * count),
        },
        params: {
          replicas,
          width,
          samples,
          first,
          count,
          scale: Math.fround(-1.3),
          accumulate: k % 2,
          keep,
          step: STEP,
        },
        constants: targetConstants(samples, width, replicas),
        choices: choices(c),
      };
    }),

  tangent: (c) =>
    chosen(c).map((block) => {
      const [replicas, width, samples, , count] = block;
      const shape = vectorsOf(replicas);
      return {
        name: name(block),
        buffers: {
          preactivations: c.random.normals(replicas * width * count, 1.5),
          projections: c.random.normals(shape.vectors * width * count),
          targets: targets(c.random, samples, width, replicas),
          tangents: blank(shape.vectors * count),
        },
        params: { ...shape, width, samples, count },
        constants: targetConstants(samples, width, replicas),
        choices: choices(c),
      };
    }),

  curvature_coefficients: (c) =>
    chosen(c).map((block) => {
      const [replicas, width, samples, first, count] = block;
      const shape = vectorsOf(replicas);
      return {
        name: name(block),
        buffers: { ...curvatureInputs(c, block), coefficients: blank(shape.vectors * width * count) },
        params: { ...shape, width, samples, first, count },
        constants: targetConstants(samples, width, replicas),
        choices: choices(c),
      };
    }),

  probe_forms: (c) =>
    chosen(c).map((block, k) => {
      const [replicas, width, samples, first, count] = block;
      // One vector, some of a group of four, several groups; in the middle of those whose forms are kept.
      const taken = [3, 1, 6, 4][k % 4];
      const [chunk, before] = [k % 3, k % 2];
      const vectors = before + taken + (k % 3);
      return {
        name: `${name(block)}, ${taken} vectors`,
        buffers: {
          preactivations: c.random.normals(replicas * width * count, 1.5),
          projections: c.random.normals(replicas * taken * width * count),
          residuals: c.random.normals(replicas * samples),
          targets: targets(c.random, samples, width, replicas),
          forms: blank((chunk + Math.ceil(count / 256)) * replicas * vectors),
        },
        params: { replicas, vectors, first_vector: before, taken, width, samples, first, count, chunk },
        constants: { LANES: k % 2 === 0 ? 4 : 64, ...targetConstants(samples, width, replicas) },
        choices: choices(c),
      };
    }),

  observe: (c) =>
    chosen(c).map((block, k) => {
      const [replicas, width, samples, first, count] = block;
      const chunk = k % 3;
      return {
        name: name(block),
        buffers: {
          preactivations: c.random.normals(replicas * width * count, 1.5),
          targets: targets(c.random, samples, width, replicas),
          partials: blank((chunk + Math.ceil(count / 256)) * replicas * 8),
        },
        params: { replicas, width, samples, first, count, chunk },
        constants: { LANES: k % 2 === 0 ? 4 : 64, ...targetConstants(samples, width, replicas) },
        choices: choices(c),
      };
    }),

  sum_squares: (c) =>
    (c.shape
      ? [[c.shape.replicas, c.shape.width * c.shape.dimension]]
      : [
          [1, 1],
          [2, 65],
          [3, 1023],
          [2, 1025],
          [1, 5003],
        ]
    ).map(([replicas, length]) => ({
      name: `${replicas} replicas of ${length} numbers`,
      buffers: {
        values: c.random.normals(replicas * length),
        partials: blank(replicas * Math.ceil(length / 1024)),
      },
      params: { replicas, length },
      constants: { LANES: lanesFor(length) },
      choices: choices(c),
    })),

  probe_vectors: (c) =>
    (['rademacher', 'gaussian'] as const).flatMap((law) =>
      (c.shape
        ? [[c.shape.replicas, 1, 0, c.shape.width * c.shape.dimension]]
        : [
            [1, 1, 0, 1],
            [3, 3, 2, 7],
            [6, 2, 0, 129],
            [2, 1, 1000, 261],
          ]
      ).map(([vectors, per_replica, first, length]) => ({
        name: `${vectors} vectors of ${length}, ${law}`,
        buffers: { probes: blank(vectors * length) },
        params: { vectors, per_replica, first, length, seed_low: seed[0], seed_high: seed[1] },
        constants: { QUADS: quadsOf(law) },
        choices: choices(c, { law }),
      })),
    ),

  centre: (c) =>
    chosen(c).map((block) => {
      const [replicas, width, , , count] = block;
      const preactivations = c.random.normals(replicas * width * count, 1.5);
      return {
        name: name(block),
        buffers: { preactivations, means: blank(replicas * count), parts: blank(replicas * (width + 1) * count) },
        params: { replicas, width, count },
        constants: {},
        choices: choices(c),
      };
    }),

  gram_matrix: gramCases,

  cholesky_panel: (c) =>
    systems(c).map(([replicas, samples, rank, column, lanes]) => ({
      name: `${systemName(replicas, samples, rank)}, columns from ${column}`,
      buffers: {
        gram: definite(c.random, replicas, samples, rank),
        status: stoppedSecond(replicas),
        factor: blank(replicas * samples * samples),
        pivots: column === 0 ? blank(replicas * 4) : Float32Array.from({ length: replicas * 4 }, (_, k) => 9 + k),
      },
      params: { replicas, samples, column, step: STOPPED },
      constants: { LANES: lanes },
      choices: choices(c),
    })),

  cholesky_update: (c) =>
    systems(c)
      .filter(([, samples, , column]) => samples > column + PANEL)
      .map(([replicas, samples, rank, column]) => ({
        name: `${systemName(replicas, samples, rank)}, columns from ${column}`,
        buffers: {
          factor: c.random.normals(replicas * samples * samples),
          status: stoppedSecond(replicas),
          gram: definite(c.random, replicas, samples, rank),
        },
        params: { replicas, samples, column, step: STOPPED },
        constants: {},
        choices: choices(c),
      })),

  cholesky_solve: (c) =>
    systems(c).map(([replicas, samples, rank, , lanes]) => ({
      name: systemName(replicas, samples, rank),
      buffers: {
        factor: triangles(c.random, replicas, samples, rank),
        rhs: c.random.normals(replicas * samples),
        status: stoppedSecond(replicas),
        solution: blank(replicas * samples),
      },
      params: { replicas, samples, step: STOPPED },
      constants: { LANES: lanes },
      choices: choices(c),
    })),

  retraction_state: (c) =>
    (c.shape
      ? [[c.shape.replicas, c.shape.samples]]
      : [
          [1, 1],
          [5, 3],
          [4, 67],
          [3, 130],
        ]
    ).map(([replicas, samples]) => {
      const labels = targets(c.random, samples, 2, replicas);
      const { OWN_TARGETS } = targetConstants(samples, 2, replicas);
      const residuals = c.random.normals(replicas * samples, 1e-9);
      // Every other replica is above the bound, one just so.
      for (let r = 0; r < replicas; r++) {
        const base = r * OWN_TARGETS;
        const label = labels.subarray(base, base + samples).reduce((most, y) => Math.max(most, Math.abs(y)), 0);
        residuals[r * samples + samples - 1] = label * 2 ** -16 * [0.999, -1.001, -1, 1e4][r % 4];
      }
      const status = Uint32Array.from({ length: replicas }, (_, r) => (r === 2 ? 3 : RUNNING));
      return {
        name: `${replicas} replicas, n ${samples}`,
        buffers: { residuals, targets: labels, status },
        params: { replicas, samples, step: 5 },
        constants: { LANES: lanesFor(samples), OWN_TARGETS },
        choices: choices(c),
      };
    }),

  ...manifoldCases,
  ...spectrumCases,

  draw_ahead: aheadCases,
  sgd_lane: laneCases,
  sgd_subgroup: subgroupCases,
  sgd_group: groupCases,

  activation_table: (c) => {
    const grid = gridPoints(c.activation);
    const count = c.shape ? c.shape.replicas * c.shape.width * c.shape.samples : grid.length;
    const points = Float32Array.from({ length: count }, (_, k) => grid[k % grid.length]);
    return [
      {
        name: `${points.length} arguments`,
        buffers: { points, table: blank(4 * points.length) },
        params: { count: points.length },
        constants: {},
        choices: choices(c),
      },
    ];
  },

  draw_table: (c) => {
    const count = c.shape ? c.shape.replicas * c.shape.width * c.shape.samples : 1000;
    const requests = c.random.words(2 ** 32, 8 * count);
    // Counters and keys of nothing but zeros and ones, as in the published known answers.
    requests.fill(0, 0, 8);
    requests.fill(0xffff_ffff, 8, 16);
    return [
      {
        name: `${count} counters`,
        buffers: { requests, words: new Uint32Array(8 * count), normals: blank(4 * count) },
        params: { count },
        constants: {},
        choices: choices(c),
      },
    ];
  },
};

/** A kernel without an activation is given this one, and does not look at it. */
export const anyActivation = activation('cubic_linear');

function curvatureInputs({ random }: CaseContext, [replicas, width, samples, , count]: Block) {
  const { vectors } = vectorsOf(replicas);
  return {
    preactivations: random.normals(replicas * width * count, 1.5),
    projections: random.normals(vectors * width * count),
    tangents: random.normals(vectors * count),
    residuals: random.normals(replicas * samples),
    targets: targets(random, samples, width, replicas),
  };
}

/** Systems of n equations from `rank` directions, the column to begin a panel at, and lanes. */
function systems({ shape }: CaseContext): number[][] {
  if (shape) return [[shape.replicas, shape.samples, shape.samples, 0, 64]];
  return [
    [1, 1, 1, 0, 1],
    [3, 2, 3, 0, 1],
    [1, 17, 40, 0, 32],
    [2, 65, 100, 0, 64],
    [1, 67, 67, 32, 4],
    [1, 97, 97, 0, 4],
    [3, 130, 140, 64, 64],
    [1, 5, 3, 0, 8],
    [1, 40, 9, 0, 16],
  ];
}

const systemName = (replicas: number, n: number, rank: number) =>
  `${replicas} replicas, n ${n}, ${rank < n ? 'singular' : `from ${rank} directions`}`;
