import {
  alignedState,
  type DecayFit,
  type FlowResult,
  type FlowRow,
  flow,
  kinkNote,
  type ManifoldPoint,
  manifoldPoint,
  predictedRate,
  predictWalk,
  retract,
  stepSizeBound,
  type Walk,
  weightsOf,
} from '../../engine/geometry/index.ts';
import { FlatwalkError, type MetricName, type MetricValues } from '../../engine/index.ts';
import { type InstanceOptions, openInstance, Subject } from './inspect/subject.ts';
import type { Task, TaskContext } from './task.ts';

/** What rows of a flow may have: the metrics of runs that mean the same on the manifold, and how a row tells them. */
export const flowMetrics = {
  manifoldTrace: (row) => row.sharpness,
  gap: (row) => row.gap,
  riemannianGradientNorm: (row) => row.gradientNorm,
  riemannianEigenvalue: (row) => row.smallestEigenvalue,
  stableRank: (row) => row.stableRank,
  singularValues: (row) => Array.from(row.singularValues),
  disagreement: (row) => row.disagreement,
  retractedResidual: (row) => row.residual,
} as const satisfies Partial<Record<MetricName, (row: FlowRow) => number | number[] | null>>;
export type FlowMetric = keyof typeof flowMetrics;
export const flowMetricNames = Object.keys(flowMetrics) as FlowMetric[];

export interface FlowTaskOptions extends InstanceOptions {
  /** Times of the rows; null where they are spread up to `until`. */
  readonly times: readonly number[] | null;
  /** The last time; null for that by which F has settled. */
  readonly until: number | null;
  readonly points: number;
  readonly spacing: 'log' | 'linear';
  readonly tolerance: number;
  /** Null: 1e-12 of |grad F| at the start. */
  readonly gradientTolerance: number | null;
  readonly mostSteps: number;
  /** Null: all but the eigenvalue, which costs the most. */
  readonly metrics: readonly FlowMetric[] | null;
  /** Label-noise SGD that is to be predicted from the same start, and at which of its steps. */
  readonly walk: (Walk & { readonly steps: readonly number[] }) | null;
}

export interface FlowTaskResult
  extends Pick<FlowResult, 'stopped' | 'obstacle' | 'steps' | 'rejected' | 'monotone' | 'largestRise'> {
  readonly shape: { readonly samples: number; readonly width: number; readonly dimension: number };
  readonly activation: string;
  readonly time: number;
  /** F*, and whether it is proven to be the least F on the manifold. */
  readonly optimum: FlowResult['optimum'];
  /** rho. */
  readonly predictedRate: number | null;
  readonly decay: (DecayFit & { readonly relativeToPrediction: number | null }) | null;
  readonly firstMetrics: MetricValues;
  readonly finalMetrics: MetricValues;
  /** Theta at the end, m x d. */
  readonly weights: readonly number[];
  readonly prediction: Prediction | null;
  readonly notDefined: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly seconds: number;
}

export interface Prediction {
  /** Time of the flow that passes in a step. */
  readonly timePerStep: number;
  /** Steps below it keep the fluctuations bounded at the start. */
  readonly stepSizeBound: number;
  readonly stopped: string | null;
  /** F at the last step: of the flow, and with the fluctuations of this step size. */
  readonly plainEnd: number | null;
  readonly correctedEnd: number | null;
}

/** The Riemannian gradient flow of the sharpness from a network, retracted first; and where SGD would go from there. */
export const flowTask: Task<FlowTaskOptions, FlowTaskResult> = {
  name: 'flow',
  async run(engine, o, context) {
    const began = performance.now();
    const problem = await openInstance(engine, o);
    try {
      const subject = new Subject(problem, context);
      const kink = kinkNote(problem);
      if (kink) subject.note(kink);
      const start = await manifoldPoint(problem);
      const point = retractNoted(subject, start);
      const optimum = await subject.attempt('optimum', () => alignedState(start));
      const rate = await subject.attempt('predictedRate', () => predictedRate(start));
      const metrics = chooseMetrics(o.metrics, optimum !== null);
      const walk = o.walk && { ...o.walk, bound: checkStable(point, o.walk) };
      const told = optimum && { sharpness: optimum.sharpness, isMinimum: optimum.isMinimum };
      context.emit({ kind: 'configured', settings: { metrics }, facts: { optimum: told, predictedRate: rate } });

      const rows = o.times?.length ?? o.points;
      let count = 0;
      const found = await flow(start, {
        ...integration(o, metrics, context),
        times: o.times ?? undefined,
        time: o.until ?? undefined,
        points: o.points,
        spacing: o.spacing,
        gradientTolerance: o.gradientTolerance ?? undefined,
        onRow(row) {
          const values = valuesOf(row, metrics);
          context.emit({ kind: 'row', run: 'flow', time: row.time, row: { step: count, values, diverged: [] } });
          count++;
          subject.progress(Math.min(1, count / (rows + 1)) / (o.walk ? 3 : 1), `time ${row.time.toPrecision(3)}`);
        },
      });
      if (!found.decay) subject.absent('decay', whyNoDecay(found));
      const more = found.stopped === 'aborted' ? null : walk;
      const prediction = more && (await subject.attempt('prediction', () => predict(point, more, o, metrics, context)));
      const { samples, width, dimension, activation } = problem.shape;
      const { stopped, obstacle, steps, rejected, monotone, largestRise, decay } = found;
      const last = found.rows[found.rows.length - 1];
      return {
        shape: { samples, width, dimension },
        activation,
        ...subject.settle({
          stopped,
          obstacle,
          time: last.time,
          steps,
          rejected,
          monotone,
          largestRise,
          optimum: told,
          predictedRate: rate,
          decay: decay && { ...decay, relativeToPrediction: rate === null ? null : decay.rate / (2 * rate) },
          firstMetrics: valuesOf(found.rows[0], metrics),
          finalMetrics: valuesOf(last, metrics),
          weights: Array.from(weightsOf(found.point)),
          prediction,
        }),
        notDefined: subject.notDefined,
        notes: subject.notes,
        seconds: (performance.now() - began) / 1000,
      };
    } finally {
      problem.dispose();
    }
  },
};

function retractNoted(subject: Subject, start: ManifoldPoint): ManifoldPoint {
  const { point, residuals, converged } = retract(start);
  const [first, last] = [residuals[0], residuals[residuals.length - 1]].map((value) => value.toPrecision(3));
  // One that has not converged is refused by the flow, which says more.
  if (converged && residuals.length > 1) {
    subject.note(
      `The start is off the zero-loss manifold (largest residual ${first}): ${residuals.length - 1} Gauss-Newton steps ` +
        `have brought it there (${last}).`,
    );
  }
  return point;
}

/** @throws NOT_DEFINED where what was asked for does not exist */
function chooseMetrics(asked: FlowTaskOptions['metrics'], hasOptimum: boolean): readonly FlowMetric[] {
  if (asked?.includes('gap') && !hasOptimum) {
    throw new FlatwalkError('NOT_DEFINED', "The metric 'gap' does not exist here: F* is not defined", 'Leave out gap.');
  }
  return asked ?? flowMetricNames.filter((name) => name !== 'riemannianEigenvalue' && (name !== 'gap' || hasOptimum));
}

function integration(o: FlowTaskOptions, metrics: readonly FlowMetric[], { signal }: TaskContext) {
  const { tolerance, mostSteps } = o;
  return { tolerance, mostSteps, signal, hessian: metrics.includes('riemannianEigenvalue') };
}

function valuesOf(row: FlowRow, metrics: readonly FlowMetric[]): MetricValues {
  const all = metrics.map((name) => [name, flowMetrics[name](row)] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== null).map(([name, value]) => [name, [value]]));
}

/** @throws NOT_DEFINED before anything is computed for long */
function checkStable(point: ManifoldPoint, walk: Walk): number {
  const bound = stepSizeBound(point, walk);
  if (walk.stepSize < bound) return bound;
  throw new FlatwalkError(
    'NOT_DEFINED',
    `A step size of ${walk.stepSize} is beyond stability in mean square: at the start, steps below ${bound} keep the fluctuations bounded`,
    'Take smaller steps.',
  );
}

async function predict(
  point: ManifoldPoint,
  { bound, ...walk }: NonNullable<FlowTaskOptions['walk']> & { readonly bound: number },
  o: FlowTaskOptions,
  metrics: readonly FlowMetric[],
  context: TaskContext,
): Promise<Prediction> {
  context.emit({ kind: 'progress', share: 1 / 3, label: 'prediction for SGD' });
  const { plain, corrected, timePerStep, stopped } = await predictWalk(point, {
    ...walk,
    ...integration(o, metrics, context),
  });
  for (const [run, rows] of Object.entries({ plain, corrected })) {
    for (const row of rows) {
      const values = valuesOf(row, metrics);
      context.emit({ kind: 'row', run, time: row.time, row: { step: row.step, values, diverged: [] } });
    }
  }
  return {
    timePerStep,
    stepSizeBound: bound,
    stopped,
    plainEnd: plain.at(-1)?.sharpness ?? null,
    correctedEnd: corrected.at(-1)?.sharpness ?? null,
  };
}

function whyNoDecay({ optimum }: FlowResult): string {
  if (!optimum) return 'F* is not defined';
  if (!optimum.isMinimum) return 'F* need not be the least F';
  return 'The tail of F - F*, from 1e-6 to 1e-11 of F*, was not gone through: flow for longer, or F* is not reached from here';
}
