/**
 * The engine against golden.json, in a form that runs in Node and in a browser alike: named checks that throw.
 *
 * Tolerances for f32 against float64, norm-wise: about four times the largest error that float32 arithmetic gives on these
 * formulas, relative to the largest entry. The trace is measured against the sum of its absolute terms.
 */
import type { Engine, Plan, Problem } from '../../src/engine/index.ts';
import { LANE_CELLS } from '../../src/engine/plan.ts';

const OUTPUT = 3e-6;
const PRODUCT = 5e-6;
const TRACE = 3e-6;
const TRAJECTORY = 1e-5;

// The file is JSON of many shapes, described in its `_readme`.
// biome-ignore lint/suspicious/noExplicitAny: spelling the shapes out would say the same twice
export type GoldenFile = any;

export interface Check {
  readonly name: string;
  readonly run: (engine: Engine) => Promise<void>;
}

export const flat = (rows: number[][]): number[] => rows.flat();

/** Largest |a - b| relative to the largest |b|, or to `scale` where that is larger. */
export function normError(got: ArrayLike<number>, want: ArrayLike<number>, scale = 0): number {
  if (got.length !== want.length) throw new Error(`${got.length} numbers instead of ${want.length}`);
  let error = 0;
  let size = scale;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= error)) error = difference;
    size = Math.max(size, Math.abs(want[i]));
  }
  return size === 0 ? error : error / size;
}

function within(what: string, error: number, tolerance: number): void {
  if (!(error <= tolerance)) throw new Error(`${what}: the error is ${error}, the tolerance ${tolerance}`);
}

export function goldenChecks(golden: GoldenFile): Check[] {
  return [
    ...golden.instances.map((g: GoldenFile) => ({ name: `instance ${g.id}`, run: (e: Engine) => checkInstance(e, g) })),
    ...golden.instances.map((g: GoldenFile) => ({
      name: `retraction ${g.id}`,
      run: (e: Engine) => checkRetraction(e, g),
    })),
    ...golden.sgd.flatMap((g: GoldenFile, k: number) => trajectoryChecks(g, k)),
    ...plans(['lane', 'group']).map((plan) => ({
      name: `drawn noise, ${plan.strategy}, ${plan.space} space`,
      run: (e: Engine) => checkDrawnNoise(e, golden.philox_sgd, plan),
    })),
  ];
}

async function withProblem(
  engine: Engine,
  g: GoldenFile,
  weights: number[][],
  action: (problem: Problem) => Promise<void>,
  replicas = 1,
): Promise<void> {
  const { X: inputs, y: labels, m: width, activation } = g;
  const problem = await engine.problem({ inputs, labels, width, activation, weights: flat(weights), replicas });
  try {
    await action(problem);
  } finally {
    problem.dispose();
  }
}

const largestOf = (values: number[]) => Math.max(...values.map(Math.abs));

function checkInstance(engine: Engine, g: GoldenFile): Promise<void> {
  return withProblem(engine, g, g.theta, async (problem) => {
    const e = g.expect;
    const label = largestOf(g.y);
    within('z', normError(await problem.preactivations(), flat(e.z)), OUTPUT);
    within('r', normError(await problem.outputs(), e.r, label), OUTPUT);
    // Where labels and outputs cancel, what is left carries the rounding of the outputs.
    const rounding = OUTPUT * label;
    const [loss] = await problem.loss();
    within('loss', Math.abs(loss - e.loss), 2 * Math.sqrt(g.n * e.loss) * rounding + g.n * rounding ** 2);
    const steepest = 2 * label * Math.sqrt(Math.max(...e.grad_norm_sq_per_sample));
    within('gradient', normError(await problem.gradient(), flat(e.grad), steepest), PRODUCT);
    within('hvp', normError(await problem.hvp(flat(g.v)), flat(e.hvp)), PRODUCT);
    within('trace', normError(await problem.trace(), [e.trace], e.trace_abs_terms), TRACE);
    within('F', normError(await problem.manifoldTrace(), [e.F]), TRACE);
    within('J J^T', normError(await problem.jacobianGram(), flat(e.JJt)), PRODUCT);
    const { stableRank, disagreement } = await problem.metrics(['stableRank', 'disagreement']);
    within('stable rank', normError(stableRank as number[], [e.stable_rank_Z]), PRODUCT);
    within('disagreement', normError(disagreement as number[], [e.disagreement_Z], 1), OUTPUT);
    if (e.Fstar_aligned !== null) {
      within('F*', normError([problem.traceOptimum()], [e.Fstar_aligned]), 1e-10);
      within('phi^-1(y/m)', normError(problem.optimumPreactivations(), e.c_aligned), 1e-12);
    }
    const signs = flat(g.v).map((v) => (v < 0 ? -1 : 1));
    for (const [what, v, want] of [
      ['v^T H v', flat(g.v), e.v_H_v],
      ['s^T H s', signs, e.signv_H_signv],
    ] as const) {
      const form = (await problem.hvp(v)).reduce((sum, h, k) => sum + h * v[k], 0);
      within(what, normError([form], [want], e.trace_abs_terms), 2 * PRODUCT);
    }
  });
}

function checkRetraction(engine: Engine, g: GoldenFile): Promise<void> {
  return withProblem(engine, g, g.on_M.theta, async (problem) => {
    const { largestResidual } = await problem.retract();
    within('residual', largestResidual[0], 4e-6 * largestOf(g.y));
    // The correction is solved for in f32: its error grows with the condition of the per-sample gradients.
    const tolerance = 1e-5 * Math.sqrt(g.on_M.cond_JJt);
    within('weights', normError(await problem.weights(), flat(g.on_M.retraction_of_theta_f64), 1), tolerance);
    within('F', normError(await problem.manifoldTrace(), [g.on_M.F_retracted_f64]), tolerance);
  });
}

type Chosen = Pick<Plan, 'strategy' | 'space'>;

function plans(strategies: Plan['strategy'][]): Chosen[] {
  return strategies.flatMap((strategy) => (['weight', 'data'] as const).map((space) => ({ strategy, space })));
}

interface Replay {
  readonly samples: number[];
  readonly noises: number[];
  readonly batch: number | 'full';
  readonly loss?: 'mean' | 'sum';
  readonly eta?: number;
  readonly steps: number;
  readonly expected: number[][];
}

/** Every way of stepping that the trajectory has, under every plan that can do it. */
function trajectoryChecks(g: GoldenFile, k: number): Check[] {
  const replays = new Map<string, Replay>();
  for (const steps of Object.keys(g.theta_after).map(Number)) {
    const expected = g.theta_after[steps];
    replays.set(`one sample, ${steps} steps`, { samples: g.idx, noises: g.zeta, batch: 1, steps, expected });
  }
  if (g.minibatch_mean_b3) {
    const { idx, zeta, theta_after_10: expected } = g.minibatch_mean_b3;
    replays.set('mini-batch', { samples: flat(idx), noises: flat(zeta), batch: 3, steps: 10, expected });
  }
  for (const loss of ['mean', 'sum'] as const) {
    const data = g[`full_${loss}`];
    if (!data) continue;
    const { zeta, theta_after_10: expected, eta } = data;
    const samples = zeta.flatMap((row: number[]) => row.map((_, i) => i));
    replays.set(`full ${loss}`, { samples, noises: flat(zeta), batch: 'full', loss, eta, steps: 10, expected });
  }
  return [...replays].flatMap(([way, replay]) =>
    plans(replay.batch === 'full' ? ['lane', 'group', 'tiled'] : ['lane', 'group'])
      .filter(({ strategy, space }) => strategy !== 'lane' || g.m * (space === 'data' ? g.n : g.d) <= LANE_CELLS)
      .map((plan) => ({
        name: `trajectory ${k} (${g.activation}), ${way}, ${plan.strategy}, ${plan.space} space`,
        run: (engine: Engine) => checkReplay(engine, g, replay, plan),
      })),
  );
}

function checkReplay(engine: Engine, g: GoldenFile, r: Replay, plan: Chosen): Promise<void> {
  return withProblem(engine, g, g.theta0, async (problem) => {
    const { batch, loss, steps } = r;
    const used = steps * (batch === 'full' ? g.n : batch);
    const draws = { samples: r.samples.slice(0, used), noises: r.noises.slice(0, used) };
    const run = problem.train({ stepSize: r.eta ?? g.eta, noise: 1, batch, loss, steps, plan, draws });
    const outcome = await run.finish();
    if (outcome.kind !== 'finished') throw new Error(`the run ended as ${JSON.stringify(outcome)}`);
    within('weights', normError(await problem.weights(), flat(r.expected), 1), TRAJECTORY);
  });
}

function checkDrawnNoise(engine: Engine, g: GoldenFile, plan: Chosen): Promise<void> {
  const replicas = 1 + Math.max(...g.runs.map((r: { replica: number }) => r.replica));
  const action = async (problem: Problem) => {
    const run = problem.train({ stepSize: g.eta, noise: g.sigma, steps: 200, seed: g.seed, metrics: ['loss'], plan });
    let losses: number[] = [];
    await run.finish(({ values }) => {
      losses = values.loss as number[];
    });
    const weights = await problem.weights();
    const size = g.m * g.d;
    for (const { replica, theta_after_200, loss } of g.runs) {
      const own = weights.subarray(replica * size, (replica + 1) * size);
      within(`weights of replica ${replica}`, normError(own, flat(theta_after_200), 1), TRAJECTORY);
      within(`loss of replica ${replica}`, Math.abs(losses[replica] - loss), TRAJECTORY * largestOf(g.y) ** 2);
    }
  };
  return withProblem(engine, g, g.theta0, action, replicas);
}
