import { quantile } from 'simple-statistics';
import { type FlowRow, predictWalk, type Walk, walkVariants } from '../../../engine/geometry/index.ts';
import type { Engine } from '../../../engine/index.ts';
import type { Claim } from '../claims.ts';
import { measureConstant } from './constant.ts';
import { type MeasuredWalk, REPLICAS, runWalk, walkAt } from './device.ts';
import { type Bench, flowFrom, mean, percent, short, standardError, startPoint } from './starts.ts';

/** Agreement of the average with the corrected prediction, at each row. */
const AGREEMENT = 0.01;
const ROWS = 8;
/** Step size as a share of the bound of stability: as large as is safe, where the correction is largest. */
const SHARE = 0.4;

const start = {
  activation: 'cubic_linear:1',
  width: 5,
  samples: 3,
  dimension: 5,
  labels: { low: 1.25, high: 2.5 },
  std: 0.7,
};

/** Claim 7: averages over many walks follow the predictions. */
export async function measureWalks(engine: Engine, bench: Bench): Promise<Claim[]> {
  const { rows, retraction } = await flowFrom(startPoint(start, 1), bench);
  const from = retraction.point;
  const claims: Claim[] = [];
  for (const variant of walkVariants) {
    const walk = walkAt(from, variant, SHARE);
    const measured = await runWalk(engine, from, walk, timeAt(rows, bench.quick ? 0.05 : 0.01), ROWS, bench);
    const { corrected, plain } = await predictWalk(from, { ...walk, steps: measured.steps, signal: bench.signal });
    claims.push(judgeWalk(walk, measured, corrected, plain));
  }
  return [...claims, await measureConstant(engine, from, timeAt(rows, 0.3), bench)];
}

/** When F - F* along the flow has fallen to a share of its start. */
function timeAt(rows: readonly FlowRow[], share: number): number {
  const reached = rows.find(({ gap }) => (gap ?? 0) <= share * (rows[0].gap ?? 0));
  return (reached ?? rows[rows.length - 1]).time;
}

export function judgeWalk(
  { variant, batch, stepSize }: Walk,
  { steps, sharpness }: MeasuredWalk,
  corrected: readonly Pick<FlowRow, 'sharpness'>[],
  plain: readonly Pick<FlowRow, 'sharpness'>[],
): Claim {
  const means = sharpness.map(mean);
  const errors = sharpness.map(standardError);
  const off = (rows: typeof plain) => Math.max(...means.map((value, k) => Math.abs(value / rows[k].sharpness - 1)));
  const [worst, worstPlain] = [off(corrected), off(plain)];
  const replicas = sharpness[0].length;
  const names = {
    single: 'one sample',
    minibatch: `mini-batches of ${batch}`,
    fullMean: 'full batch, mean',
    fullSum: 'full batch, sum: the process of the mean, at a step size n times smaller',
  };
  return {
    id: `7.${variant}`,
    statement: `Averages over replicas of label-noise SGD (${names[variant]}) follow the flow corrected for the step size`,
    measured: `mean F of ${replicas} replicas within ${percent(worst)} of it at ${steps.length} steps up to ${steps[steps.length - 1]} (standard errors up to ${percent(Math.max(...errors.map((e, k) => e / means[k])))}); the plain flow is off by up to ${percent(worstPlain)}`,
    expected: `≤ 1 % at each step (step size ${short(stepSize)}, ${SHARE} of the bound of stability)`,
    holds: replicas >= REPLICAS && worst <= AGREEMENT,
    values: { stepSize, replicas, worstOff: worst, worstPlainOff: worstPlain },
    series: {
      [variant]: {
        step: steps,
        mean: means,
        standardError: errors,
        low: sharpness.map((row) => quantile([...row], 0.05)),
        high: sharpness.map((row) => quantile([...row], 0.95)),
        corrected: corrected.map((row) => row.sharpness),
        plain: plain.map((row) => row.sharpness),
      },
    },
  };
}
