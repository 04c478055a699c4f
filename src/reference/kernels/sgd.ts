import type { kernels } from '../../engine/registry.ts';
import { roundedActivation } from '../accuracy.ts';
import { add, blockSum, chainSum, multiply, type Rounded, rounded, subtract } from '../rounding.ts';
import { noiseOf, settingsAt } from './draws.ts';
import { isBounded } from './network.ts';
import { type Choices, type Contents, Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

interface Buffers {
  readonly features: Contents;
  readonly start: Contents;
  readonly targets: Contents;
  readonly settings: Contents;
  readonly recorded: Contents;
  readonly state: Contents;
  readonly status: Contents;
}

interface Shape {
  readonly WIDTH: number;
  readonly SAMPLES: number;
  readonly STATE: number;
  readonly BATCH: number;
  readonly RUNNING: number;
  readonly OWN_TARGETS: number;
  readonly SCHEDULED: number;
}

interface Steps {
  readonly replicas: number;
  readonly first_step: number;
  readonly steps: number;
}

/** What kernels keep besides the state: slopes of the last step, states on the way. */
interface Keepers {
  readonly keepSlope?: (replica: number, s: number, j: number, slope: Rounded) => void;
  readonly keepState?: (replica: number, stepsDone: number, cells: Expected) => void;
}

/** How a kernel adds up the terms of a pre-activation. */
type Adder = typeof chainSum;

export const sgdLane: Oracle<Kernels['sgd_lane']> = ({ kept, ...buffers }, p, c, choices) => {
  const rows = new Expected(kept);
  const length = c.WIDTH * c.STATE;
  const keepState = (replica: number, done: number, cells: Expected) => {
    if (done % p.every !== 0) return;
    const place = (done / p.every - p.first_row) * p.replicas + replica;
    for (let k = 0; k < length; k++) rows.set(place * length + k, cells.get(replica * length + k));
  };
  const { state, status } = labelNoiseSgd(buffers, p, c, choices, chainSum, { keepState });
  return { state, status, kept: rows };
};

/** Its sums over neurons take another order, of no more roundings. */
export const sgdSubgroup: Oracle<Kernels['sgd_subgroup']> = sgdLane;

export const sgdGroup: Oracle<Kernels['sgd_group']> = ({ slopes, ...buffers }, p, c, choices) => {
  const kept = new Expected(slopes);
  const { state, status } = labelNoiseSgd(buffers, p, c, choices, blockSum, {
    keepSlope: (replica, s, j, slope) => kept.set((replica * c.BATCH + s) * c.WIDTH + j, slope),
  });
  return { state, status, slopes: kept };
};

/**
 * Label-noise SGD step by step, the errors of one step being carried into the next. In weight space the state is Θ, in
 * data space the accumulated coefficients A of Θ = Θ₀ + A X; see shaders/space/. With (s, σ) of replica r:
 *
 *   e = Σ_j a_j φ(z_j) − y_i + σ ζ,   state_jk += s e a_j φ'(z_j) direction(i, k)   for every (i, ζ) of the batch
 */
function labelNoiseSgd(
  { features, start, targets, settings, recorded, state, status }: Buffers,
  p: Steps,
  c: Shape,
  choices: Choices,
  adder: Adder,
  { keepSlope, keepState }: Keepers = {},
): { state: Expected; status: Expected } {
  const { phi, dphi } = roundedActivation(choices.activation);
  const draw = noiseOf(choices, c, settings, recorded, p);
  const inData = choices.space === 'data';
  const cells = new Expected(state);
  const stopped = new Expected(status);
  for (let r = 0; r < p.replicas; r++) {
    let running = status[r] === c.RUNNING;
    const own = ownTargets(c, targets, r);
    for (let step = p.first_step; step < p.first_step + p.steps; step++) {
      if (!running) {
        keepState?.(r, step + 1, cells);
        continue;
      }
      const { factor, noise: sigma } = settingsAt(settings, r, step, p, c, choices);
      const updates: { readonly cell: number; readonly change: Rounded }[] = [];
      let size = 0;
      for (let s = 0; s < c.BATCH; s++) {
        const { sample, noise } = draw(step, r, s);
        const feature = (k: number) => features[sample * c.STATE + k];
        const rows = Array.from({ length: c.WIDTH }, (_, j) => r * c.WIDTH + j);
        const z = rows.map((row) => {
          const inner = adder(c.STATE, (k) => multiply(cells.get(row * c.STATE + k), feature(k)));
          return inData ? add(start[row * c.SAMPLES + sample], inner) : inner;
        });
        const second = (j: number) => own[3 * c.SAMPLES + j];
        const output = chainSum(c.WIDTH, (j) => multiply(second(j), phi(z[j])));
        const pull = multiply(factor, add(subtract(output, own[sample]), multiply(sigma, noise)));
        size += Math.abs(pull.value);
        z.forEach((at, j) => {
          const slope = multiply(second(j), dphi(at));
          keepSlope?.(r, s, j, slope);
          const along = multiply(slope, pull);
          size += Math.abs(along.value);
          const row = rows[j] * c.STATE;
          if (inData) updates.push({ cell: row + sample, change: along });
          else for (let k = 0; k < c.STATE; k++) updates.push({ cell: row + k, change: multiply(along, feature(k)) });
        });
      }
      if (!isBounded(size)) {
        stopped.set(r, step);
        running = false;
        updates.length = 0;
      }
      for (const { cell, change } of updates) cells.set(cell, add(cells.get(cell), change));
      keepState?.(r, step + 1, cells);
    }
  }
  return { state: cells, status: stopped };
}

/** The activation and its derivatives, four numbers an argument. */
export const activationTable: Oracle<Kernels['activation_table']> = ({ points, table }, p, _c, choices) => {
  const { phi, dphi, d2phi, d3phi } = roundedActivation(choices.activation);
  const out = new Expected(table);
  for (let k = 0; k < p.count; k++) {
    [phi, dphi, d2phi, d3phi].forEach((order, i) => {
      out.set(4 * k + i, order(rounded(points[k])));
    });
  }
  return { table: out };
};
