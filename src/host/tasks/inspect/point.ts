import { kinkNote } from '../../../engine/geometry/index.ts';
import type { MetricName } from '../../../engine/index.ts';
import { rowsOf, type Subject } from './subject.ts';

/** The loss and its first derivatives, and the traces that have a closed form. */
export interface PointFindings {
  /** L = sum_i (r_i - y_i)^2. */
  readonly loss: number | null;
  /** Euclidean norm of the gradient of L. */
  readonly gradientNorm: number | null;
  /** tr D^2 L in closed form. */
  readonly trace: number | null;
  /** F = 2 sum_i |x_i|^2 sum_j (a_j phi'(z_ij))^2. */
  readonly manifoldTrace: number | null;
  /** F*, F where all neurons agree. */
  readonly traceOptimum: number | null;
  /** Whether F* is proven to be the least F: phi' > 0 and phi''' > 0. */
  readonly traceIsOptimal: boolean;
  /** max_ij |z_ij - phi^-1(y_i / m)|. */
  readonly optimumDistance: number | null;
  /** max_i (max_j z_ij - min_j z_ij). */
  readonly disagreement: number | null;
  /** m rows. */
  readonly gradient: number[][] | null;
  /** D^2 L v, m rows, for the vector in the file. */
  readonly hvp: number[][] | null;
}

export async function inspectPoint(subject: Subject, vector: ArrayLike<number> | null): Promise<PointFindings> {
  const { problem } = subject;
  const { dimension } = problem.shape;
  const noOptimum = problem.lowLevel.network.noOptimum;
  const names = ['loss', 'gradientNorm', 'trace', 'manifoldTrace', 'disagreement'] as const;
  const all: MetricName[] = noOptimum ? [...names] : [...names, 'optimumDistance'];
  const values = await problem.metrics(all);
  const one = (name: MetricName) => values[name]?.[0] as number;
  noteKinks(subject, await subject.attempt('preactivations', () => problem.preactivations()));
  return {
    loss: one('loss'),
    gradientNorm: one('gradientNorm'),
    trace: one('trace'),
    manifoldTrace: one('manifoldTrace'),
    traceOptimum: noOptimum ? subject.absent('traceOptimum', noOptimum) : problem.traceOptimum(),
    traceIsOptimal: problem.traceIsOptimal,
    optimumDistance: noOptimum ? subject.absent('optimumDistance', noOptimum) : one('optimumDistance'),
    disagreement: one('disagreement'),
    gradient: rowsOf(await problem.gradient(), dimension),
    hvp: vector
      ? rowsOf(await problem.hvp(vector), dimension)
      : subject.absent('hvp', 'The file has no vector v, m rows of d numbers'),
  };
}

function noteKinks(subject: Subject, preactivations: Float32Array | null): void {
  const note = kinkNote(subject.problem);
  if (note === null) return;
  const { kinks } = subject.problem.lowLevel.network.activation;
  const on = preactivations?.reduce((count, z) => count + (kinks.includes(z) ? 1 : 0), 0);
  subject.note(
    on === undefined ? note : `${note} ${on} of ${preactivations?.length} pre-activations lie exactly on the kink.`,
  );
}
