import {
  type FlowRow,
  type ManifoldPoint,
  predictWalk,
  timePerStep,
  type WalkVariant,
  walkVariants,
} from '../../../engine/geometry/index.ts';
import type { Engine } from '../../../engine/index.ts';
import type { Claim } from '../claims.ts';
import { type MeasuredWalk, runWalk, walkAt } from './device.ts';
import { type Bench, columns, flowFrom, mean, standardError } from './starts.ts';

/** Step sizes that are extrapolated to 0, as shares of the bound of stability. */
const SHRINKING = { quick: [0.28, 0.2, 0.14], full: [0.2, 0.14, 0.1] } as const;
const ROWS = 4;

/** Claim 7: which constant walks tend to. From a point on the manifold until a time of its flow. */
export async function measureConstant(engine: Engine, from: ManifoldPoint, time: number, bench: Bench): Promise<Claim> {
  // Rows so near to each other that log(F - F*) is linear between them to 1e-5.
  const { rows } = await flowFrom(from, bench, { time: 2 * time, points: 1000, spacing: 'linear' });
  const fits: ConstantFit[] = [];
  for (const variant of bench.quick ? (['single'] as const) : walkVariants) {
    const points: ConstantPoint[] = [];
    for (const share of SHRINKING[bench.quick ? 'quick' : 'full']) {
      const walk = walkAt(from, variant, share);
      const measured = await runWalk(engine, from, walk, time, ROWS, bench);
      const { corrected } = await predictWalk(from, { ...walk, steps: measured.steps, signal: bench.signal });
      const errors = measured.sharpness.map(standardError);
      const unit = 2 * timePerStep(from, walk);
      const values = corrected.map((row) => row.sharpness);
      const predicted = constantOf(rows, unit, measured.steps, values, errors);
      points.push({ share, ...fitConstant(rows, unit, measured), predicted });
    }
    fits.push({ variant, points });
  }
  return judgeConstant(fits);
}

interface ConstantPoint {
  /** Step size as a share of the bound of stability. */
  readonly share: number;
  /** c for which the flow at t = k eta² sigma² c (/n, /(n b), /n²) meets the averages. */
  readonly constant: number;
  readonly error: number;
  /** The same for the corrected prediction. */
  readonly predicted: number;
}

export interface ConstantFit {
  readonly variant: WalkVariant;
  readonly points: readonly ConstantPoint[];
}

/**
 * The constant and its standard error, by leaving out one of 16 groups of replicas at a time (jackknife): rows share
 * their replicas, so that their errors are not independent.
 */
export function fitConstant(flowRows: readonly FlowRow[], unit: number, { steps, sharpness }: MeasuredWalk) {
  const groups = 16;
  const errors = sharpness.map(standardError);
  const without = (group: number) => {
    const means = sharpness.map((row) => mean(row.filter((_, replica) => replica % groups !== group)));
    return constantOf(flowRows, unit, steps, means, errors);
  };
  const parts = Array.from({ length: groups }, (_, group) => without(group));
  const centre = mean(parts);
  const spread = parts.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { constant: without(-1), error: Math.sqrt(((groups - 1) / groups) * spread) };
}

/**
 * c for which F of the flow at t = c unit k is nearest to the values at steps k, by least squares with the given errors, where
 * each value gives a c of its own: by the time at which the flow has that F. Between its rows log(F - F*) is linear.
 */
function constantOf(
  flowRows: readonly FlowRow[],
  unit: number,
  steps: readonly number[],
  values: readonly number[],
  errors: readonly number[],
): number {
  let weighted = 0;
  let weights = 0;
  values.forEach((value, k) => {
    const next = flowRows.findIndex((row) => row.sharpness <= value);
    if (next < 1) return;
    const [before, after] = [flowRows[next - 1], flowRows[next]];
    const optimum = before.sharpness - (before.gap ?? Number.NaN);
    const fall = Math.log((before.gap ?? Number.NaN) / (after.gap ?? Number.NaN)) / (after.time - before.time);
    const time = before.time + Math.log((before.gap ?? Number.NaN) / (value - optimum)) / fall;
    // dF/dc = -(F - F*) fall t / c at c = 1/2.
    const slope = (value - optimum) * fall * time;
    const weight = (slope / errors[k]) ** 2;
    weighted += (weight * time) / (unit * steps[k]);
    weights += weight;
  });
  return weighted / weights;
}

/** The straight line through points by weighted least squares: its value at 0 and the standard error of it. */
export function atZero(
  x: readonly number[],
  y: readonly number[],
  errors: readonly number[],
): { value: number; error: number } {
  const w = errors.map((e) => e ** -2);
  const total = (f: (k: number) => number) => w.reduce((sum, weight, k) => sum + weight * f(k), 0);
  const [s, sx, sxx, sy, sxy] = [
    total(() => 1),
    total((k) => x[k]),
    total((k) => x[k] ** 2),
    total((k) => y[k]),
    total((k) => x[k] * y[k]),
  ];
  const determinant = s * sxx - sx * sx;
  return { value: (sxx * sy - sx * sxy) / determinant, error: Math.sqrt(sxx / determinant) };
}

export function judgeConstant(fits: readonly ConstantFit[]): Claim {
  const lines = fits.map(({ variant, points }) => {
    const [x, errors] = [points.map((p) => p.share), points.map((p) => p.error)];
    const { value, error } = atZero(
      x,
      points.map((p) => p.constant),
      errors,
    );
    // A straight line misses the bend of c over the step size; the corrected prediction, which has no noise, says by how much.
    const bend =
      atZero(
        x,
        points.map((p) => p.predicted),
        errors,
      ).value - 0.5;
    return { variant, value, error, bend, tolerance: 3 * error + Math.abs(bend) };
  });
  const words = (line: (typeof lines)[number]) =>
    `${line.variant} ${line.value.toFixed(4)} ± ${line.error.toFixed(4)} (from ${fits
      .find((f) => f.variant === line.variant)
      ?.points.map((p) => p.constant.toFixed(3))
      .join(', ')})`;
  return {
    id: '7.constant',
    statement:
      'As the step size shrinks, walks approach the plain flow at t = c k η²σ²/n (mini-batches /nb, full mean /n², sum /1) with c = ½',
    measured: `c by a straight line to step size 0: ${lines.map(words).join('; ')}`,
    expected: `0.5 within 3 standard errors, and what a line misses of the bend, by the corrected prediction: ${lines.map((line) => `± ${line.tolerance.toFixed(4)}`).join('; ')}`,
    // An extrapolation that is off by a tenth of the constant says nothing.
    holds: lines.every((line) => Math.abs(line.value - 0.5) <= line.tolerance && line.tolerance <= 0.05),
    values: Object.fromEntries(
      lines.flatMap(({ variant, value, error, bend }) => [
        [`${variant}Constant`, value],
        [`${variant}StandardError`, error],
        [`${variant}Bend`, bend],
      ]),
    ),
    series: Object.fromEntries(
      fits.map(({ variant, points }) => [variant, columns(points, ['share', 'constant', 'error', 'predicted'])]),
    ),
  };
}
