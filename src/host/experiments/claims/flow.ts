import { type FlowResult, predictedRate } from '../../../engine/geometry/index.ts';
import type { Claim, Series } from '../claims.ts';
import { type Bench, columns, flowFrom, percent, startPoint, theorem } from './starts.ts';

/** Agreement of the fitted rate with twice rho. */
const RATE = 0.05;

/** Of a flow in units of 1 / rho: F may linger on its way before it decays. */
const LENGTH = 40;

/** What one flow says for claim 6. */
export interface Fall {
  readonly name: string;
  readonly result: Pick<FlowResult, 'rows' | 'monotone' | 'largestRise' | 'decay' | 'predictedRate'>;
}

/** Claim 6: the sharpness falls along its flow, in the end exponentially at the predicted rate. */
export async function measureFlows(bench: Bench): Promise<Claim> {
  const falls: Fall[] = [];
  for (const start of theorem) {
    for (let seed = 1; seed <= (bench.quick ? 3 : 12); seed++) {
      const point = startPoint(start, seed);
      const result = await flowFrom(point, bench, { time: LENGTH / predictedRate(point) });
      falls.push({ name: `${start.activation}, start ${seed}`, result });
    }
  }
  return judgeFlows(falls);
}

export function judgeFlows(falls: readonly Fall[]): Claim {
  const rates = falls.map(
    ({ result }) => (result.decay?.rate ?? Number.NaN) / (2 * (result.predictedRate ?? Number.NaN)),
  );
  const rise = Math.max(...falls.map(({ result }) => result.largestRise));
  const off = Math.max(...rates.map((ratio) => Math.abs(ratio - 1)));
  const monotone = falls.every(({ result }) => result.monotone);
  return {
    id: '6',
    statement:
      'Along the Riemannian gradient flow F decreases monotonically, and F − F* decays exponentially at the predicted rate 2ρ',
    measured: `${falls.length} flows: largest rise of F in a step ${percent(Math.max(0, rise))} of F; fitted rate / 2ρ ${Math.min(...rates).toFixed(4)} to ${Math.max(...rates).toFixed(4)}`,
    expected: 'no rise beyond rounding (1e-13 of F); rate within 5 % of 2ρ for every flow',
    holds: monotone && off <= RATE,
    values: {
      flows: falls.length,
      largestRise: rise,
      leastRateRatio: Math.min(...rates),
      largestRateRatio: Math.max(...rates),
    },
    series: Object.fromEntries(falls.map(({ name, result }) => [name, curve(result)])),
  };
}

function curve({ rows, predictedRate }: Fall['result']): Series {
  const names = ['time', 'sharpness', 'gap', 'gradientNorm', 'stableRank', 'disagreement'] as const;
  return { ...columns(rows, names), predictedRate: [predictedRate ?? Number.NaN] };
}
