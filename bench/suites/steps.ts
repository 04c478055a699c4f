import type { MetricName, Plan, PlanWish, Problem } from '../../src/engine/index.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import { generatedDraws, makeProblem, train } from '../../src/reference/index.ts';
import { compareNumbers } from '../check.ts';
import type { Check } from '../document.ts';
import { type BenchProblem, problemOf, type SizeName } from '../problems.ts';
import type { BenchContext, Entry, Group, Suite } from '../suite.ts';

/**
 * Label-noise SGD: the time of a step as a run of many steps spends it. Everything that belongs to a run is in it: how it
 * begins, its pace, its end.
 */
export const steps: Suite = {
  name: 'steps',
  quickSeconds: 36,
  groups: (context) => {
    const [small, ...larger] = plans(context);
    return [small, ...scaling(context), ...watching(context), ...larger];
  },
};

interface StepCase {
  readonly name: string;
  readonly size: SizeName;
  readonly replicas?: number;
  readonly plan?: PlanWish;
  readonly watched?: { readonly every: number; readonly metrics: readonly MetricName[] };
}

/** One run, by every strategy and in both spaces. */
function plans(context: BenchContext): Group[] {
  const { effort } = context;
  const lane = (space: Plan['space']) => ({ strategy: 'lane', space }) as const;
  const group = (space: Plan['space']) => ({ strategy: 'group', space }) as const;
  const tiled = (space: Plan['space']) => ({ strategy: 'tiled', space }) as const;
  const small: StepCase[] = [
    { name: 'small/one run', size: 'small' },
    { name: 'small/one run, group, data space', size: 'small', plan: group('data') },
  ];
  if (effort === 'tiny') return [groupOf(context, small)];
  const mid: StepCase[] = [
    { name: 'mid/step, data space', size: 'mid', plan: tiled('data') },
    { name: 'mid/step, weight space', size: 'mid', plan: tiled('weight') },
  ];
  const large: StepCase[] = [
    { name: 'large/step, data space', size: 'large', plan: tiled('data') },
    { name: 'large/step, weight space', size: 'large', plan: tiled('weight') },
  ];
  if (effort === 'full') {
    small.push(
      // Twice the registers of data space: drivers that optimise hard compile it for a while.
      { name: 'small/one run, lane, weight space', size: 'small', plan: lane('weight') },
      { name: 'small/one run, group, weight space', size: 'small', plan: group('weight') },
    );
    mid.push({ name: 'mid/step, group, data space', size: 'mid', plan: group('data') });
  }
  return [groupOf(context, small, 2), groupOf(context, mid, 2), groupOf(context, large, 3)];
}

/** More replicas at once: flat until the adapter is full, then linear. */
function scaling(context: BenchContext): Group[] {
  const { effort } = context;
  const of = (size: SizeName, counts: readonly number[]) =>
    counts.map((replicas): StepCase => ({ name: `${size}/${replicas} replicas`, size, replicas }));
  if (effort === 'tiny') return [groupOf(context, of('small', [3]))];
  if (effort === 'quick') return [groupOf(context, of('small', [4, 16, 64, 256, 1024]), 4)];
  return [groupOf(context, of('small', [4, 16, 64, 256, 1024, 4096]), 4), groupOf(context, of('mid', [4, 16]), 3)];
}

/** The same run with rows of metrics and without. */
function watching(context: BenchContext): Group[] {
  const { effort } = context;
  const inKernel: MetricName[] = ['loss', 'manifoldTrace', 'gradientNorm', 'disagreement'];
  const all: MetricName[] = [...inKernel, 'trace', 'stableRank', 'gap', 'optimumDistance'];
  const pair = (size: SizeName, every: number, metrics: MetricName[]): StepCase[] => [
    { name: `${size}/not watched`, size, watched: { every, metrics: [] } },
    { name: `${size}/watched every ${every} steps`, size, watched: { every, metrics } },
  ];
  const groups = [groupOf(context, pair('small', effort === 'tiny' ? 10 : 1000, inKernel), 2)];
  if (effort === 'full') groups.push(groupOf(context, pair('mid', 100, all), 3));
  return groups;
}

/** Long enough for the pace of a run to settle. */
const SAMPLE_MS = { tiny: undefined, quick: 100, full: 300 };

function groupOf({ effort, engine }: BenchContext, cases: readonly StepCase[], weight = 1): Group {
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

function entryOf({ name, replicas = 1, plan, watched }: StepCase, given: BenchProblem, problem: Problem): Entry {
  const { stepSize, noise, batch, seed, size } = given;
  const go = async (steps: number) => {
    const settings = { stepSize, noise, batch, seed, steps, plan };
    const outcome = await problem.train({ ...settings, ...watched }).finish();
    if (outcome.kind !== 'finished') {
      throw new FlatwalkError('NOT_DEFINED', `The run ended as ${outcome.kind}`, 'Take a smaller step size.');
    }
  };
  const shown = batch === 'full' ? size.n : batch;
  const each = watched?.every ?? 1;
  return {
    name,
    unit: replicas > 1 ? 'step of a replica' : 'step',
    per: each * replicas,
    // What a step needs in weight space: z and the update. Data space may do with less.
    work: { flops: 4 * shown * size.m * size.d, bytes: 4 * (2 * size.m * size.d + shown * size.d) },
    run: (count) => go(count * each),
    async check() {
      problem.setWeights(given.options.weights);
      await go(checkedSteps[given.name]);
      return compareWithReference(await problem.weights(), given, replicas);
    },
  };
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

interface Trajectory {
  readonly start: Float32Array;
  readonly end: Float64Array;
}

/** They take a while and are needed again. */
const trajectories = new Map<string, Trajectory>();

function trajectory({ name, size, options, stepSize, noise, batch, seed }: BenchProblem, replica: number): Trajectory {
  const key = `${name} ${replica}`;
  const known = trajectories.get(key);
  if (known) return known;
  const { n, m, d } = size;
  const start = options.weights.slice(replica * m * d, (replica + 1) * m * d);
  const problem = makeProblem({
    X: options.inputs,
    y: options.labels,
    theta: start,
    m,
    activation: options.activation,
  });
  const mode = batch === 'full' ? 'full-mean' : 'single';
  const draws = generatedDraws({ mode, n, seed, replica });
  // The engine has step sizes and noise in f32.
  const end = train(problem, { mode, stepSize, sigma: Math.fround(noise), draws, steps: checkedSteps[name] });
  trajectories.set(key, { start, end });
  return { start, end };
}

function largest(values: Float64Array, from: (k: number) => number): number {
  return values.reduce((most, value, k) => Math.max(most, Math.abs(value - from(k))), 0);
}
