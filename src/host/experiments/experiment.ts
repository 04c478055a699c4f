import {
  type Engine,
  FlatwalkError,
  type MetricName,
  type MetricRow,
  type MetricValues,
  type Outcome,
  type Plan,
  type Problem,
} from '../../engine/index.ts';
import { activation } from '../../model/activations.ts';
import { type InputKind, makeInputs, makeLabels, makeSignMatchedWeights, makeWeights } from '../../model/data.ts';
import { rowProducts } from '../../model/linear.ts';
import { symmetricEigenvalues } from '../../reference/index.ts';

/** A training experiment as data: everything that decides its numbers, and why one would run it. */
export interface Experiment {
  readonly name: string;
  /** What it asks, in a sentence. */
  readonly question: string;
  readonly activation: string;
  readonly width: number;
  readonly samples: number;
  readonly dimension: number;
  readonly inputs: InputKind;
  /** Labels of size low..high; `positive` where the activation has no negative values. */
  readonly labels: { readonly low: number; readonly high: number; readonly signs?: 'random' | 'positive' };
  /** random: normal weights, so that z has the standard deviation `std` on unit rows. signMatched: z has the sign of y. */
  readonly start:
    | { readonly kind: 'random'; readonly std: number }
    | { readonly kind: 'signMatched'; readonly low: number; readonly high: number };
  /** Whether the start is moved onto the zero-loss manifold before the first step. */
  readonly retractFirst: boolean;
  /** sigma, the standard deviation of the label noise. */
  readonly noise: number;
  /**
   * eta, or kappa of the rule eta = kappa / max(max_i |grad r_i|² at the start, m |x_i|² phi'(c_i)²): one-sample steps
   * are stable in mean square below kappa = 1, and no divergence was seen up to 0.3.
   */
  readonly stepSize: number | { readonly kappa: number };
  readonly steps: number;
  readonly replicas: number;
  readonly seed: number;
}

export interface ExperimentResult {
  readonly experiment: Experiment;
  readonly stepSize: number;
  readonly plan: Plan;
  /** F*, where it has a closed form: the trace where all neurons agree. */
  readonly traceOptimum: number | null;
  /** Largest |phi⁻¹(y_i / m)|, the scale of the optimum's pre-activations. */
  readonly optimumScale: number | null;
  readonly labelEnergy: number;
  /** Smallest and largest eigenvalue of X X^T. */
  readonly dataSpectrum: { readonly smallest: number; readonly largest: number };
  readonly first: MetricValues;
  readonly last: MetricValues;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** What someone who watches an experiment may want besides its rows and its result. */
interface ExperimentWatch {
  /** Before the first step. The problem must not be changed. */
  readonly started?: (problem: Problem) => Promise<void>;
  /** After the last step, unless the device was lost. */
  readonly ended?: (problem: Problem) => Promise<void>;
}

/** The first and the last included. */
const ROWS = 25;

const always = ['loss', 'trace', 'manifoldTrace', 'retractedTrace', 'retractedResidual', 'stableRank', 'disagreement'];
const withOptimum = ['gap', 'retractedDistance'];

export async function runExperiment(
  engine: Engine,
  e: Experiment,
  onRow: (row: MetricRow) => void,
  signal?: AbortSignal,
  watch: ExperimentWatch = {},
): Promise<ExperimentResult> {
  const began = performance.now();
  const { samples: n, dimension: d, width: m, seed, replicas } = e;
  const inputs = makeInputs({ kind: e.inputs, n, d, seed });
  const labels = makeLabels({ n, ...e.labels, seed });
  const problem = await engine.problem({
    inputs,
    labels,
    width: m,
    activation: e.activation,
    weights: startingWeights(e, inputs, labels),
    replicas,
  });
  try {
    if (e.retractFirst) await problem.retract(RETRACTION_FROM_AFAR);
    const optimum = optimumOf(problem);
    const stepSize = typeof e.stepSize === 'number' ? e.stepSize : (await stepSizeFor(problem, e)) * e.stepSize.kappa;
    const run = problem.train({
      stepSize,
      noise: e.noise,
      steps: e.steps,
      seed,
      every: Math.ceil(e.steps / (ROWS - 1)),
      metrics: (optimum ? [...always, ...withOptimum] : always) as MetricName[],
      signal,
    });
    const start = {
      stepSize,
      plan: run.plan,
      traceOptimum: optimum && problem.traceOptimum(),
      optimumScale: optimum && Math.max(...optimum.map(Math.abs)),
    };
    await watch.started?.(problem);
    let first: MetricValues | null = null;
    let last: MetricValues = {};
    const outcome = await run.finish((row) => {
      first ??= row.values;
      last = row.values;
      onRow(row);
    });
    if (outcome.kind !== 'lost') await watch.ended?.(problem);
    return {
      experiment: e,
      ...start,
      labelEnergy: labels.reduce((sum, y) => sum + y * y, 0),
      dataSpectrum: dataSpectrum(inputs, n),
      first: first ?? {},
      last,
      outcome,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    problem.dispose();
  }
}

/** Gauss-Newton steps from a random start; a few suffice near the manifold. */
const RETRACTION_FROM_AFAR = 24;

function startingWeights(e: Experiment, inputs: Float32Array, labels: Float32Array): Float32Array {
  const { width: m, samples: n, dimension: d, seed, start } = e;
  const weights = new Float32Array(e.replicas * m * d);
  for (let replica = 0; replica < e.replicas; replica++) {
    const one =
      start.kind === 'random'
        ? makeWeights({ m, d, std: start.std, seed, replica })
        : makeSignMatchedWeights({ inputs, labels, m, n, d, low: start.low, high: start.high, seed, replica });
    weights.set(one, replica * m * d);
  }
  return weights;
}

function optimumOf(problem: Problem): Float64Array | null {
  try {
    return problem.optimumPreactivations();
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return null;
    throw error;
  }
}

/** The step size at kappa = 1: 1 / the largest |grad r_i|², at the present weights of all replicas and at the optimum. */
export async function stepSizeFor(
  problem: Problem,
  e: { readonly activation: string; readonly width: number },
): Promise<number> {
  const { dphi } = activation(e.activation);
  const norms = problem.squaredNorms();
  let steepest = (await problem.steepestSample()).reduce((a, b) => Math.max(a, b));
  optimumOf(problem)?.forEach((c, i) => {
    steepest = Math.max(steepest, e.width * norms[i] * dphi(c) ** 2);
  });
  if (steepest === 0) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      'No step size follows from the weights: every gradient is zero at the start',
      'Give a step size.',
    );
  }
  if (!Number.isFinite(steepest)) {
    throw new FlatwalkError(
      'NOT_FINITE',
      'No step size follows from the weights: a gradient is not finite at the start',
      'Begin with smaller weights (--init-std), or scale the data (--scale).',
    );
  }
  return 1 / steepest;
}

function dataSpectrum(inputs: Float32Array, n: number): { smallest: number; largest: number } {
  const d = inputs.length / n;
  const values = symmetricEigenvalues(rowProducts(inputs, inputs, n, n, d), n);
  // X X^T has no negative eigenvalues; rounding may leave one of about -1e-16.
  return { smallest: Math.max(0, Math.min(...values)), largest: Math.max(...values) };
}
