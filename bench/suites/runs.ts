/** Runs of label-noise SGD as entries of suites, and what shows that their steps are right. */
import type { MetricName, MetricRow, Plan, PlanWish, Problem } from '../../src/engine/index.ts';
import { LONG_RUN } from '../../src/engine/plan.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import {
  generatedDraws,
  makeProblem,
  preactivations,
  type Problem as Reference,
  train,
} from '../../src/reference/index.ts';
import { compareNumbers } from '../check.ts';
import type { Check, Work } from '../document.ts';
import { type BenchProblem, problemOf, type Size, type SizeName } from '../problems.ts';
import type { BenchContext, Entry, Group } from '../suite.ts';

export interface RunCase {
  readonly name: string;
  readonly size: SizeName;
  readonly replicas?: number;
  readonly plan?: PlanWish;
  /** Steps that belong together: runs are multiples of them long. 1 if not given. */
  readonly each?: number;
  /** Steps of a run, where many short runs are timed instead of one long one. */
  readonly runOf?: number;
  /** Metrics of rows that are taken after each of them, and at the start. */
  readonly rows?: readonly MetricName[];
}

/** Long enough for the pace of a run to settle. */
const SAMPLE_MS = { tiny: undefined, quick: 100, full: 300 };

export function groupOf({ effort, engine }: BenchContext, cases: readonly RunCase[], weight = 1): Group {
  return {
    names: cases.map((c) => c.name),
    weight,
    sampleMs: SAMPLE_MS[effort],
    async prepare(wanted) {
      // One for all cases of a shape: runs follow each other, and each goes on where the last one ended.
      const problems = new Map<number, Problem>();
      const dispose = () => {
        for (const problem of problems.values()) problem.dispose();
      };
      const entries: Entry[] = [];
      try {
        for (const one of cases.filter((c) => wanted(c.name))) {
          const { size, replicas = 1 } = one;
          const given = problemOf(size, replicas);
          const problem = problems.get(replicas) ?? (await engine.problem(given.options));
          problems.set(replicas, problem);
          entries.push(entryOf(one, given, problem));
        }
      } catch (error) {
        dispose();
        throw error;
      }
      return { entries, dispose };
    },
  };
}

function entryOf(one: RunCase, given: BenchProblem, problem: Problem): Entry {
  const { name, replicas = 1, plan, each = 1, runOf, rows } = one;
  const { stepSize, noise, batch, seed, size } = given;
  const watch = rows ? { every: each, metrics: rows } : {};
  // Checked and timed runs have one plan: that of a long run.
  const common = { stepSize, noise, batch, seed, plan, plannedSteps: LONG_RUN };
  const go = async (steps: number, onRow?: (row: MetricRow) => void) => {
    const outcome = await problem.train({ ...common, ...watch, steps }).finish(onRow);
    if (outcome.kind !== 'finished') {
      throw new FlatwalkError('NOT_DEFINED', `The run ended as ${outcome.kind}`, 'Take a smaller step size.');
    }
  };
  const { space, strategy, lanes, draws, tile } = problem.train({ ...common, steps: 1 }).plan;
  return {
    name,
    unit: replicas > 1 ? 'step of a replica' : 'step',
    per: (runOf ?? each) * replicas,
    plan: `${strategy}, ${space} space, ${lanes} lanes, draws ${draws}${tile === 'none' ? '' : `, tile ${tile}`}`,
    work: stepWork(size, space, strategy),
    async run(count) {
      if (!runOf) return go(count * each);
      for (let k = 0; k < count; k++) await go(runOf);
    },
    async check() {
      problem.setWeights(given.options.weights);
      let first: MetricRow | undefined;
      await go(checkedSteps[given.name], (row) => {
        first ??= row;
      });
      const steps = compareWithReference(await problem.weights(), given, replicas);
      if (!rows || !steps.passed) return steps;
      const row = compareRow(first, given);
      return row.passed ? steps : row;
    },
  };
}

/**
 * The products of a step: in weight space z = theta x and the update, in data space z from the coefficients. Where many steps
 * are one dispatch, nothing has to move; else the state is read and written.
 */
function stepWork({ m, n, d, batch }: Size, space: Plan['space'], strategy: Plan['strategy']): Work {
  const shown = batch === 'full' ? n : batch;
  const state = m * (space === 'data' ? n : d);
  const flops = space === 'data' ? 2 * shown * m * n : 4 * shown * m * d;
  return { flops, bytes: strategy === 'tiled' ? 8 * state : 0 };
}

/** Enough to move, few enough for float64 loops. */
const checkedSteps: Record<SizeName, number> = { small: 300, mid: 3, large: 1 };
/** Of the largest weight: some roundings of f32 a step, which the steps do not let grow. */
const TOLERANCE = 3e-6;

/** The weights of the first and the last replica after a short run against the float64 trajectory on the same draws. */
function compareWithReference(weights: Float32Array, given: BenchProblem, replicas: number): Check {
  const cells = given.size.m * given.size.d;
  let worst: Check | null = null;
  for (const replica of new Set([0, replicas - 1])) {
    const { start, end } = trajectory(given, replica);
    const tolerance = TOLERANCE * largest(end, () => 0);
    const moved = largest(end, (k) => start[k]);
    if (!(moved > 10 * tolerance))
      throw new Error(`the steps move the weights by ${moved} only, which no check can see`);
    const got = weights.subarray(replica * cells, (replica + 1) * cells);
    const check = compareNumbers(got, end, tolerance, `the float64 trajectory after ${checkedSteps[given.name]} steps`);
    if (!worst || check.error > worst.error) worst = check;
  }
  return worst!;
}

/** The loss of the first row of a run against float64. */
export function compareRow(row: Pick<MetricRow, 'step' | 'values'> | undefined, given: BenchProblem): Check {
  if (row?.step !== 0) throw new Error('the run has no row at its start');
  const { wanted, size } = startLoss(given);
  return compareNumbers([Number(row.values.loss?.[0])], [wanted], LOSS_TOLERANCE * size, 'the loss in float64');
}

/** Of the sum of all that is added up for a loss: some roundings of f32. */
const LOSS_TOLERANCE = 2e-6;
const losses = new Map<SizeName, { readonly wanted: number; readonly size: number }>();

/** L at the starting weights, and the same sum without the signs: sum_i (sum_j |phi(z_ij)| + |y_i|)². */
function startLoss(given: BenchProblem): { readonly wanted: number; readonly size: number } {
  const known = losses.get(given.name);
  if (known) return known;
  const problem = referenceOf(given);
  const { phi } = problem.activation;
  const z = preactivations(problem);
  let [wanted, size] = [0, 0];
  for (let i = 0; i < problem.n; i++) {
    let [sum, sizes] = [-problem.y[i], Math.abs(problem.y[i])];
    for (let j = 0; j < problem.m; j++) {
      const output = phi(z[j * problem.n + i]);
      sum += output;
      sizes += Math.abs(output);
    }
    wanted += sum * sum;
    size += sizes * sizes;
  }
  const found = { wanted, size };
  losses.set(given.name, found);
  return found;
}

/** The problem of a size at the starting weights of a replica, in float64. */
export function referenceOf({ size: { m, d }, options }: BenchProblem, replica = 0): Reference {
  const theta = options.weights.slice(replica * m * d, (replica + 1) * m * d);
  return makeProblem({ X: options.inputs, y: options.labels, theta, m, activation: options.activation });
}

interface Trajectory {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** They take a while and are needed again. */
const trajectories = new Map<string, Trajectory>();

function trajectory(given: BenchProblem, replica: number): Trajectory {
  const { name, size, stepSize, noise, batch, seed } = given;
  const key = `${name} ${replica}`;
  const known = trajectories.get(key);
  if (known) return known;
  const problem = referenceOf(given, replica);
  const mode = batch === 'full' ? 'full-mean' : 'single';
  const draws = generatedDraws({ mode, n: size.n, seed, replica });
  // The engine has step sizes and noise in f32.
  const end = train(problem, { mode, stepSize, sigma: Math.fround(noise), draws, steps: checkedSteps[name] });
  trajectories.set(key, { start: problem.theta, end });
  return { start: problem.theta, end };
}

function largest(values: Float64Array, from: (k: number) => number): number {
  return values.reduce((most, value, k) => Math.max(most, Math.abs(value - from(k))), 0);
}
