import { activation } from '../../model/activations.ts';
import type { ExperimentResult } from './experiment.ts';
import { judged, reported } from './index.ts';

export type Results = Record<keyof typeof judged | keyof typeof reported, ExperimentResult>;

/** Numbers by the name of their column: what a figure is drawn from. */
export type Series = Readonly<Record<string, readonly number[]>>;

/** One statement of the paper held against measurements. */
export interface Claim {
  readonly id: string;
  readonly statement: string;
  /** In words and numbers, for people. */
  readonly measured: string;
  readonly expected: string;
  /** null where nothing is judged. */
  readonly holds: boolean | null;
  /** The same numbers for programs. */
  readonly values: Readonly<Record<string, number | string>>;
  /** What its figure is drawn from, table by table. */
  readonly series?: Readonly<Record<string, Series>>;
}

const GAP = 0.01;
const RANK = 1.01;
/** Agreement and distance are relative to the largest |phi⁻¹(y_i/m)|. */
const AGREEMENT = 0.01;
/** A noiseless run has reached zero loss when its loss is this share of sum y². */
const ZERO_LOSS = 1e-8;

/** Claims 1 to 4: the main experiment with label noise, and without. */
export function judgeMain(walk: ExperimentResult, quiet: ExperimentResult): Claim[] {
  return [reachesOptimum(walk), becomesRankOne(walk), reachesPreactivations(walk), needsNoise(quiet)];
}

export function judge(r: Results): Claim[] {
  return [
    ...judgeMain(r.walk, r.quiet),
    ...names(judged)
      .filter((name) => name !== 'walk' && name !== 'quiet')
      .map((name) => holdsFor(r[name])),
    ...names(reported).map((name) => report(r[name])),
  ];
}

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];

function reachesOptimum(r: ExperimentResult): Claim {
  const { finished, gap } = summary(r);
  const before = mean(numbers(r.first.loss));
  const after = mean(numbers(r.last.loss));
  // Near the manifold Cov[r - y] = eta sigma² J J^T, so that the loss fluctuates about eta sigma² F / 2.
  const floor = (r.stepSize * r.experiment.noise ** 2 * mean(numbers(r.last.manifoldTrace))) / 2;
  const raw = numbers(r.last.trace).map((t) => t / (r.traceOptimum ?? Number.NaN) - 1);
  return {
    id: '1',
    statement: `From ${r.experiment.replicas} random starts, label-noise SGD reaches the zero-loss manifold, then lowers the sharpness to its global optimum`,
    measured: `loss ${short(before)} → ${short(after)}; worst |F − F*| ${percent(gap)} of F* = ${short(r.traceOptimum)}${finished ? '' : '; a replica diverged or did not reach the manifold'} (unretracted trace: ${percent(Math.min(...raw))} to ${percent(Math.max(...raw))})`,
    expected: `loss within twice the noise's ησ²F/2 = ${short(floor)}; |F − F*| ≤ 1 % for every replica`,
    holds: finished && gap <= GAP && after <= 2 * floor,
    values: { worstGap: gap, lossBefore: before, lossAfter: after, lossFloor: floor, worstTraceGap: Math.max(...raw) },
  };
}

function becomesRankOne(r: ExperimentResult): Claim {
  const { finished, rank } = summary(r);
  const disagreement = Math.max(...numbers(r.last.disagreement)) / (r.optimumScale ?? Number.NaN);
  return {
    id: '2',
    statement: 'The feature matrix becomes rank one: all neurons agree on every data point',
    measured: `stable rank ${short(Math.max(...numbers(r.first.stableRank)))} → ${rank.toFixed(6)}; disagreement ${percent(disagreement)} of max |φ⁻¹(y/m)|`,
    expected: 'stable rank ≤ 1.01, disagreement ≤ 1 %, for every replica',
    holds: finished && rank <= RANK && disagreement <= AGREEMENT,
    values: { worstStableRank: rank, worstDisagreement: disagreement },
  };
}

function reachesPreactivations(r: ExperimentResult): Claim {
  const { finished, distance } = summary(r);
  return {
    id: '3',
    statement: 'The pre-activations reach φ⁻¹(y_i/m)',
    measured: `largest distance after retraction ${percent(distance)} of max |φ⁻¹(y/m)|`,
    expected: '≤ 1 % for every neuron, data point and replica',
    holds: finished && distance <= AGREEMENT,
    values: { worstDistance: distance },
  };
}

function needsNoise(r: ExperimentResult): Claim {
  const finished = r.outcome.kind === 'finished';
  const loss = Math.max(...numbers(r.last.loss)) / r.labelEnergy;
  const gaps = numbers(r.last.gap).map((g) => g / (r.traceOptimum ?? Number.NaN));
  const ranks = numbers(r.last.stableRank);
  const least = Math.min(...gaps);
  const rank = Math.min(...ranks);
  return {
    id: '4',
    statement:
      'Without label noise, from the same starts, the loss reaches zero but sharpness and rank stay away from the optimum',
    measured: `loss ≤ ${short(loss)} Σy²; F above F* by ${percent(least)} or more; stable rank ≥ ${rank.toFixed(3)}`,
    expected: 'loss ≤ 1e-8 Σy²; F − F* > 1 % and stable rank > 1.01 for every replica',
    holds: finished && loss <= ZERO_LOSS && least > GAP && rank > RANK,
    values: { worstLoss: loss, leastGap: least, leastStableRank: rank },
  };
}

function holdsFor(r: ExperimentResult): Claim {
  const { finished, gap, rank, distance } = summary(r);
  const { name, activation, width, samples, dimension } = r.experiment;
  return {
    id: `5.${name}`,
    statement: `The same for ${activation} (m = ${width}, n = ${samples}, d = ${dimension})`,
    measured: `worst |F − F*| ${percent(gap)}; stable rank ${rank.toFixed(5)}; distance ${percent(distance)}`,
    expected: '≤ 1 %; ≤ 1.01; ≤ 10 %, for every replica',
    holds: finished && gap <= GAP && rank <= RANK && distance <= 0.1,
    values: { worstGap: gap, worstStableRank: rank, worstDistance: distance },
  };
}

/** What happened where the theorem says nothing. Replicas that diverged are counted, and left out of the ranges. */
function report(r: ExperimentResult): Claim {
  const { name, question } = r.experiment;
  const lost = r.outcome.kind === 'diverged' ? r.outcome.replicas.map((d) => d.replica) : [];
  const kept = (values: number[]) => values.filter((_, replica) => !lost.includes(replica));
  const ranks = kept(numbers(r.last.stableRank));
  const optimum = r.traceOptimum;
  const traces = optimum === null ? [] : kept(numbers(r.last.retractedTrace)).map((f) => f / optimum);
  const near = ranks.filter((rank) => rank <= RANK).length;
  const { smallest, largest } = r.dataSpectrum;
  const parts = [
    // Only where phi' and phi''' are positive is F* known to be the least.
    traces.length > 0 ? `${activation(r.experiment.activation).simple ? 'F/F*' : 'F/F(aligned)'} ${range(traces)}` : '',
    ranks.length > 0 ? `stable rank ${range(ranks)}, ${near} of ${ranks.length} ≤ 1.01` : '',
    lost.length > 0 ? `${lost.length} of ${r.experiment.replicas} diverged` : '',
    `eigenvalues of XXᵀ ${range([smallest, largest])}`,
  ];
  return {
    id: `5.${name}`,
    statement: question,
    measured: parts.filter(Boolean).join('; '),
    expected: 'reported, not judged',
    holds: null,
    values: {
      leastStableRank: Math.min(...ranks),
      worstStableRank: Math.max(...ranks),
      rankOneReplicas: near,
      divergedReplicas: lost.length,
      smallestDataEigenvalue: smallest,
      largestDataEigenvalue: largest,
    },
  };
}

/** Residuals that a retraction may leave, as a share of the root of sum y². */
const ON_MANIFOLD = 1e-4;

/** The worst of all replicas, relative to the optimum's scales. NaN, which no comparison accepts, where there is none. */
function summary(r: ExperimentResult) {
  return {
    // F after retraction means something only where the retraction arrived.
    finished:
      r.outcome.kind === 'finished' &&
      Math.max(...numbers(r.last.retractedResidual)) <= ON_MANIFOLD * Math.sqrt(r.labelEnergy),
    gap: Math.max(...numbers(r.last.gap).map(Math.abs)) / (r.traceOptimum ?? Number.NaN),
    rank: Math.max(...numbers(r.last.stableRank)),
    distance: Math.max(...numbers(r.last.retractedDistance)) / (r.optimumScale ?? Number.NaN),
  };
}

function numbers(values: readonly (number | number[])[] | undefined): number[] {
  return (values ?? [Number.NaN]).map(Number);
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
const range = (values: number[]) => `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
const short = (value: number | null) => (value === null ? 'none' : String(Number(value.toPrecision(3))));
