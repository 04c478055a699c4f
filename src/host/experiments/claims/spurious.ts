import { clusters, type FlowResult, featureRanks } from '../../../engine/geometry/index.ts';
import type { Claim } from '../claims.ts';
import { type Bench, columns, flowFrom, percent, range, short, small, startPoint } from './starts.ts';

const kinds = ['orthonormal', 'unit'] as const;
/** F this much above F* is not the minimum; a flow that has reached it is far nearer. */
const REACHED = 1e-4;
/** Stuck: |P_T grad F| has fallen to this share of where it began, and F has not reached F*. */
const STILL = 1e-3;

const slopes = [0.1, 1] as const;

export interface Escape {
  readonly seed: number;
  /** Orthonormal samples do not move each other's pre-activations; others may carry one of the wrong sign across 0. */
  readonly inputs: (typeof kinds)[number];
  /** Pre-activations of the other sign than their label, where the flow of x³ begins. */
  readonly wrong: number;
  readonly pure: FlowResult;
  /** With ν x added, for every ν of `slopes`. */
  readonly freed: readonly FlowResult[];
}

/** Claim 10: x³ sticks at spurious stationary points, x³ + 0.1 x does not; and what remains where n > d. */
export async function measureSpurious(bench: Bench): Promise<Claim[]> {
  const escapes: Escape[] = [];
  for (const inputs of kinds) {
    // Those that are judged first.
    const quick = inputs === 'orthonormal' ? 4 : 2;
    for (let seed = 1; seed <= (bench.quick ? quick : 16); seed++)
      escapes.push(await measureEscape(inputs, seed, bench));
  }
  const remains: FlowResult[] = [];
  const crowded = { ...small, activation: 'cubic_linear:1', samples: 8, dimension: 4 };
  for (let seed = 1; seed <= (bench.quick ? 2 : 16); seed++) {
    remains.push(await flowFrom(startPoint(crowded, seed), bench, { gradientTolerance: 1e-5, mostSteps: 20_000 }));
  }
  return [judgeSpurious(escapes), reportRemains(remains)];
}

async function measureEscape(inputs: Escape['inputs'], seed: number, bench: Bench): Promise<Escape> {
  const start = (activation: string) => startPoint({ ...small, samples: 4, inputs, activation }, seed);
  // Pre-activations that stick go to 0 as 1/t, and the gradient with their third power.
  const pure = await flowFrom(start('cubic'), bench, { time: 100, gradientTolerance: 1e-3, mostSteps: 20_000 });
  const { Z, y, n } = pure.retraction.point;
  const wrong = Z.filter((z, k) => z * y[k % n] < 0).length;
  const freed: FlowResult[] = [];
  for (const slope of slopes) freed.push(await flowFrom(start(`cubic_linear:${slope}`), bench));
  return { seed, inputs, wrong, pure, freed };
}

/** How far F is above F* at the end, as a share of F*. */
function excess({ rows, optimum }: Pick<FlowResult, 'rows' | 'optimum'>): number {
  return (rows[rows.length - 1].gap ?? Number.NaN) / (optimum?.sharpness ?? Number.NaN);
}

function slowing({ rows }: Pick<FlowResult, 'rows'>): number {
  return rows[rows.length - 1].gradientNorm / rows[0].gradientNorm;
}

export function judgeSpurious(escapes: readonly Escape[]): Claim {
  const mixed = escapes.filter(({ wrong }) => wrong > 0);
  const [apart, coupled] = kinds.map((kind) => mixed.filter(({ inputs }) => inputs === kind));
  const stuck = (some: readonly Escape[]) =>
    some.filter(({ pure }) => excess(pure) > REACHED && slowing(pure) <= STILL).length;
  const freed = mixed.filter((e) => e.freed.every((flow) => Math.abs(excess(flow)) <= REACHED));
  const above = apart.map((e) => excess(e.pure));
  const left = Math.max(...mixed.flatMap((e) => e.freed.map((flow) => Math.abs(excess(flow)))));
  const slowest = Math.max(...apart.map((e) => slowing(e.pure)));
  const shown = ['time', 'gap', 'gradientNorm', 'stableRank'] as const;
  return {
    id: '10',
    statement: `Pure x³ sticks at spurious stationary points from starts of mixed signs; adding ν x frees it (ν = ${slopes.join(', ')})`,
    measured: `x³, orthonormal inputs: ${stuck(apart)} of ${apart.length} flows come to rest, ${percent(Math.min(...above))} to ${percent(Math.max(...above))} above F*, |P_T∇F| having fallen to ${short(slowest)} of its start or less (correlated inputs: ${stuck(coupled)} of ${coupled.length}); with ν x: ${freed.length} of ${mixed.length} reach F*, within ${percent(left)}`,
    expected:
      'x³: every flow with orthonormal inputs comes to rest (|P_T∇F| ≤ 0.001 of its start) more than 0.01 % above F*; with ν x: every flow is within 0.01 %',
    holds: apart.length > 0 && stuck(apart) === apart.length && freed.length === mixed.length,
    values: {
      starts: apart.length,
      stuck: stuck(apart),
      correlatedStarts: coupled.length,
      correlatedStuck: stuck(coupled),
      freed: freed.length,
      leastExcess: Math.min(...above),
      largestFreedExcess: left,
    },
    series: Object.fromEntries(
      mixed.flatMap(({ seed, inputs, pure, freed: free }) => [
        [`x³, ${inputs}, start ${seed}`, columns(pure.rows, shown)],
        ...free.map((flow, k) => [`x³ + ${slopes[k]}x, ${inputs}, start ${seed}`, columns(flow.rows, shown)]),
      ]),
    ),
  };
}

/** Neurons within this share of the longest row do the same. */
const SAME = 0.01;

function reportRemains(flows: readonly FlowResult[]): Claim {
  const ranks = flows.map(({ point }) => featureRanks(point));
  const stable = ranks.map((r) => r.stableRank);
  const numerical = ranks.map((r) => r.numericalRank);
  const distinct = flows.map(({ point }) => clusters(point, SAME).distinct);
  const above = flows.map(excess);
  return {
    id: '10.moreSamples',
    statement:
      'With twice as many samples as dimensions the neurons cannot all agree: what remains at the end of the flow for x³ + x (m = 8, n = 8, d = 4)?',
    measured: `${flows.length} flows: stable rank ${range(stable)}, numerical rank ${range(numerical)}, ${range(distinct)} distinct neurons, F ${percent(Math.min(...above))} to ${percent(Math.max(...above))} above the bound F*`,
    expected: 'reported, not judged',
    holds: null,
    values: {
      leastStableRank: Math.min(...stable),
      largestStableRank: Math.max(...stable),
      fewestDistinct: Math.min(...distinct),
      mostDistinct: Math.max(...distinct),
    },
    series: { ends: { stableRank: stable, numericalRank: numerical, distinctNeurons: distinct, excess: above } },
  };
}
