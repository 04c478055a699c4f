import {
  type ManifoldPoint,
  type ResidualLaws,
  residualLaws,
  type Walk,
  type WalkVariant,
  walkVariants,
} from '../../../engine/geometry/index.ts';
import type { Engine } from '../../../engine/index.ts';
import type { Claim } from '../claims.ts';
import { checkOutcome, problemAt, trainOptions, walkAt } from './device.ts';
import { type Bench, flowFrom, mean, percent, short, small, standardError, startPoint } from './starts.ts';

const SHARE = 0.2;
/** Steps between two readings, and before the first. */
const LEG = 40;
const SETTLE = 200;
/** Of the covariance, in Frobenius norm. */
const COVARIANCE = 0.05;
/** What is of higher order in the noise, as a share of the mean. */
const HIGHER = 0.1;

/** The mean for small step sizes. The sum is the process of the mean at a step size n times smaller. */
const LAWS: Readonly<Record<WalkVariant, string>> = {
  single: '−(ησ²/4)λ',
  minibatch: '−(ησ²/4b)λ',
  fullMean: '−(ησ²/4n)λ',
  fullSum: '−(ησ²/4)λ',
};

/** Residuals of many replicas, read again and again. */
export interface MeasuredResiduals {
  /** n means over the readings, for each replica. */
  readonly means: readonly (readonly number[])[];
  /** n x n products e_i e_k, averaged over the readings, for each replica. */
  readonly products: readonly (readonly number[])[];
  readonly readings: number;
}

/** Claim 9: at the minimum, where walks stay, residuals have the mean and the covariance that the theory says. */
export async function measureResiduals(engine: Engine, bench: Bench): Promise<Claim[]> {
  const { point } = await flowFrom(startPoint({ ...small, activation: 'cubic_linear:1' }, 1), bench);
  const claims: Claim[] = [];
  for (const variant of walkVariants) {
    const walk = walkAt(point, variant, SHARE);
    const sizes = bench.quick ? { replicas: 256, readings: 40 } : { replicas: 1024, readings: 160 };
    const measured = await readResiduals(engine, point, walk, sizes, bench);
    claims.push(judgeResiduals(walk, measured, residualLaws(point, walk)));
  }
  return claims;
}

/** A run from one point, and the residuals of its replicas again and again. */
export async function readResiduals(
  engine: Engine,
  point: ManifoldPoint,
  walk: Walk,
  { replicas, readings }: { replicas: number; readings: number },
  { signal }: Bench,
): Promise<MeasuredResiduals> {
  const { n } = point;
  const means = Array.from({ length: replicas }, () => new Array<number>(n).fill(0));
  const products = means.map(() => new Array<number>(n * n).fill(0));
  const problem = await problemAt(engine, point, replicas);
  try {
    const steps = SETTLE + LEG * (readings - 1);
    // A rule for stopping keeps the run at a row until the next is asked for: it must not go on while residuals are read.
    const stopWhen = () => false;
    const run = problem.train({ ...trainOptions(walk), steps, every: LEG, seed: 1, signal, stopWhen });
    for await (const { step } of run) {
      if (step < SETTLE) continue;
      const e = await problem.residuals();
      for (let r = 0; r < replicas; r++) {
        for (let i = 0; i < n; i++) {
          means[r][i] += e[r * n + i] / readings;
          for (let k = 0; k < n; k++) products[r][i * n + k] += (e[r * n + i] * e[r * n + k]) / readings;
        }
      }
    }
    checkOutcome(await run.outcome, walk);
    return { means, products, readings };
  } finally {
    problem.dispose();
  }
}

export function judgeResiduals(
  { variant, stepSize }: Walk,
  { means, products, readings }: MeasuredResiduals,
  laws: ResidualLaws,
): Claim {
  const n = laws.mean.length;
  const column = (rows: readonly (readonly number[])[], k: number) => rows.map((row) => row[k]);
  const measured = Array.from({ length: n }, (_, i) => mean(column(means, i)));
  // Replicas are independent of each other, their readings are not.
  const errors = Array.from({ length: n }, (_, i) => standardError(column(means, i)));
  const covariance = Array.from(laws.covariance, (_, k) => {
    return mean(column(products, k)) - measured[Math.floor(k / n)] * measured[k % n];
  });
  const scale = Math.hypot(...laws.covariance);
  const off = Math.hypot(...covariance.map((value, k) => value - laws.covariance[k])) / scale;
  const noise = Math.hypot(...covariance.map((_, k) => standardError(column(products, k)))) / scale;
  const tolerances = errors.map((error, i) => 3 * error + HIGHER * Math.abs(laws.mean[i]));
  const within = measured.map((value, i) => Math.abs(value - laws.mean[i]) <= tolerances[i]);
  const numbers = (values: ArrayLike<number>) => Array.from(values, short).join(', ');
  // A tolerance that reaches down to 0 would also accept residuals without a mean.
  const seen = measured.every((_, i) => tolerances[i] < Math.abs(laws.mean[i]));
  return {
    id: `9.${variant}`,
    statement: `Residuals under label noise (${variant}) have the mean ${LAWS[variant]}, corrected for the step size, and the covariance KMK`,
    measured: `mean ${numbers(measured)} ± ${numbers(errors)}; covariance off by ${percent(off)} (noise ${percent(noise)}); ${means.length} replicas × ${readings} readings`,
    expected: `mean ${numbers(laws.mean)} (${LAWS[variant]} = ${numbers(laws.plainMean)}) within 3 standard errors and a tenth, for what is of higher order in σ; covariance within 5 %`,
    holds: within.every(Boolean) && seen && off <= COVARIANCE,
    values: {
      stepSize,
      covarianceOff: off,
      covarianceNoise: noise,
      worstMeanOff: Math.max(...measured.map((v, i) => Math.abs(v / laws.mean[i] - 1))),
    },
    series: {
      mean: { measured, standardError: errors, corrected: Array.from(laws.mean), plain: Array.from(laws.plainMean) },
      covariance: { measured: covariance, predicted: Array.from(laws.covariance) },
    },
  };
}
