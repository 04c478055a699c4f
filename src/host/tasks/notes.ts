/** What a person should know about a run before it begins: where the theory is silent, what is not stable, what takes long. */
import { FlatwalkError, type PlanExplanation, type Problem } from '../../engine/index.ts';
import { cholesky, rowProducts } from '../../model/linear.ts';
import type { DataOptions } from './setup.ts';

/** A step size up to which a run is stable, at its start. */
export interface StableStep {
  readonly stepSize: number;
  /** How it is found, in words. */
  readonly rule: string;
  /** Whether larger ones are not stable, or only not known to be. */
  readonly sharp: boolean;
}

/**
 * Mean-square stability at the present weights: for one sample eta |grad r_i|² < 1; for the full batch eta times the largest
 * eigenvalue of J J^T is below n (mean) or 1 (sum), and that eigenvalue is at most the sum of all |grad r_i|². Null where
 * every gradient is zero, and where one is not finite.
 */
export async function stableStep(problem: Problem, o: Pick<DataOptions, 'batch' | 'loss'>): Promise<StableStep | null> {
  const largest = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), 0);
  if (o.batch !== 'full') {
    const steepest = largest(await problem.steepestSample());
    if (steepest === 0 || !Number.isFinite(steepest)) return null;
    return { stepSize: 1 / steepest, rule: '1 / the largest |grad r_i|²', sharp: o.batch === 1 };
  }
  const sum = largest(await problem.manifoldTrace()) / 2;
  if (sum === 0 || !Number.isFinite(sum)) return null;
  const n = problem.shape.samples;
  return o.loss === 'sum'
    ? { stepSize: 1 / sum, rule: '1 / the sum of all |grad r_i|²', sharp: false }
    : { stepSize: n / sum, rule: 'n / the sum of all |grad r_i|²', sharp: false };
}

/** Beyond this, in seconds, a person would like to have been told. */
const LONG = 60;

/** Rows of data up to which it is looked whether they are independent: the cube of their number is soon too much. */
const MOST_ROWS = 256;

export function notesOn(
  problem: Problem,
  o: DataOptions,
  stepSize: number,
  stable: StableStep | null,
  { candidates, steps, request }: PlanExplanation,
): string[] {
  const notes: string[] = [];
  const { samples: n, dimension: d } = problem.shape;
  const { activation, secondLayer: a } = problem.lowLevel.network;
  if (!activation.simple) {
    notes.push(
      `The theorem is for activations with phi' > 0 and phi''' > 0, which ${activation.spec} does not have: no rank-one end is promised.`,
    );
  } else if (a.some((value) => value !== a[0])) {
    notes.push('The theorem is for a second layer of equal numbers: no rank-one end is promised.');
  } else if (n > d) {
    notes.push(
      `The theorem is for independent data points, and ${n} points in ${d} dimensions are not: no rank-one end is promised.`,
    );
  } else if (dependent(o, n, d)) {
    notes.push(
      'The data points are linearly dependent, and the theorem is for independent ones: no rank-one end is promised.',
    );
  }
  if (stable?.sharp && stepSize > stable.stepSize) {
    notes.push(
      `A step size of ${short(stepSize)} is above ${short(stable.stepSize)}, ${stable.rule} at the start: steps of one sample are not stable there.`,
    );
  }
  const total = candidates[0]?.total ?? null;
  if (total !== null && total > LONG) {
    notes.push(
      `${steps} steps may take ${hours(total)} on ${request.family} adapters, by the plan's costs, which are no clock; Ctrl-C keeps what was computed.`,
    );
  }
  return notes;
}

function dependent({ inputs }: DataOptions, n: number, d: number): boolean {
  if (n > MOST_ROWS) return false;
  try {
    cholesky(rowProducts(inputs, inputs, n, n, d), n, 'The Gram matrix of the data');
    return false;
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return true;
    throw error;
  }
}

const short = (value: number) => value.toPrecision(3);

function hours(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes < 100) return `${Math.round(minutes)} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}
