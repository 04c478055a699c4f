import { type FlowResult, retract, riemannianEigenvalues } from '../../../engine/geometry/index.ts';
import type { Claim } from '../claims.ts';
import { type Bench, columns, flowFrom, percent, short, startPoint, theorem } from './starts.ts';

/** Agreement of the smallest eigenvalue with rho at the end. */
const AT_THE_END = 0.01;
/** A row is near a stationary point where |P_T grad F| is this share of F / |z|, z the largest singular value. */
const NEAR = 0.01;

export interface Probe {
  readonly name: string;
  readonly result: Pick<FlowResult, 'rows' | 'predictedRate'>;
}

/** Claim 8: the Hessian of F on the manifold along flows, and at random starts. */
export async function measureConvexity(bench: Bench): Promise<Claim> {
  const probes: Probe[] = [];
  const starts: number[] = [];
  for (const start of theorem) {
    for (let seed = 1; seed <= (bench.quick ? 2 : 8); seed++) {
      const result = await flowFrom(startPoint(start, seed), bench, { hessian: true, points: 40 });
      probes.push({ name: `${start.activation}, start ${seed}`, result });
    }
    for (let seed = 1; seed <= (bench.quick ? 16 : 100); seed++) {
      const { point, converged } = retract(startPoint(start, seed));
      if (converged) starts.push(riemannianEigenvalues(point)[0]);
    }
  }
  return judgeConvexity(probes, starts);
}

/** `starts`: the smallest eigenvalue at each of the random starts. */
export function judgeConvexity(probes: readonly Probe[], starts: readonly number[]): Claim {
  const ratios = probes.map(({ result: { rows, predictedRate } }) => {
    return (rows[rows.length - 1].smallestEigenvalue ?? Number.NaN) / (predictedRate ?? Number.NaN);
  });
  const rows = probes.flatMap(({ result }) => result.rows);
  const steepness = (row: (typeof rows)[number]) => (row.gradientNorm * row.singularValues[0]) / row.sharpness;
  const near = rows.filter((row) => steepness(row) <= NEAR);
  const negative = rows.filter((row) => !((row.smallestEigenvalue ?? Number.NaN) > 0));
  const nearNegative = near.filter((row) => negative.includes(row)).length;
  const indefinite = starts.filter((value) => value < 0).length;
  const flattest = Math.min(...negative.map(steepness));
  const off = Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)));
  return {
    id: '8',
    statement:
      'Near stationary points the Riemannian Hessian of F is positive definite, and its smallest eigenvalue tends to ρ; far away it is not',
    measured: `smallest eigenvalue / ρ at the end of ${probes.length} flows ${Math.min(...ratios).toFixed(5)} to ${Math.max(...ratios).toFixed(5)}; positive at ${near.length - nearNegative} of ${near.length} rows with |P_T∇F| σ₁/F ≤ ${NEAR} (negative only above ${short(flattest)}); negative at ${indefinite} of ${starts.length} random starts`,
    expected: 'within 1 % of ρ at the end; positive at every row near a stationary point; negative at some start',
    holds: off <= AT_THE_END && near.length > 0 && nearNegative === 0 && indefinite > 0,
    values: {
      leastEndRatio: Math.min(...ratios),
      largestEndRatio: Math.max(...ratios),
      rowsNear: near.length,
      negativeRowsNear: nearNegative,
      flattestNegative: flattest,
      starts: starts.length,
      indefiniteStarts: indefinite,
      indefiniteShare: percent(indefinite / starts.length),
    },
    series: {
      ...Object.fromEntries(
        probes.map(({ name, result }) => [
          name,
          {
            ...columns(result.rows, ['time', 'smallestEigenvalue', 'gradientNorm', 'gap', 'sharpness']),
            steepness: result.rows.map(steepness),
            predictedRate: [result.predictedRate ?? Number.NaN],
          },
        ]),
      ),
      starts: { smallestEigenvalue: starts },
    },
  };
}
