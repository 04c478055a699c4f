import type { Law } from '../model/draws.ts';
import { FlatwalkError } from '../model/errors.ts';
import { checkLaw, count, real } from './arrays.ts';
import type { Landscape } from './geometry/manifold/landscape.ts';
import type { Network } from './network.ts';
import { type Observed, prepareObserve } from './stages/observe.ts';
import type { TraceEstimate } from './stages/probes.ts';
import type { Retraction } from './stages/retract.ts';
import type { Stage } from './stages/stage.ts';
import { together } from './together.ts';

/** What stages found at one point, from which metrics are finished. Absent where no metric needs it. */
interface Findings {
  observed: Observed;
  retraction: Retraction;
  retracted: Observed;
  landscape: Landscape[];
  gradientNorm: Float64Array;
  features: Float64Array[];
  probes: TraceEstimate[];
}
type Finding = keyof Findings;

export interface MetricOptions {
  /** Probes of `traceEstimate`; 64 if not given. */
  readonly probes?: number;
  readonly probeKind?: Law;
  readonly probeSeed?: number;
  /** Singular values above this share of the largest count for `thresholdRank`; 1e-3 if not given. */
  readonly rankThreshold?: number;
}

interface Metric {
  readonly unit: string;
  readonly meaning: string;
  readonly needs: readonly Finding[];
  /** A value a replica; a list of values for `singularValues`. */
  readonly finish: (
    found: Findings,
    network: Network,
    options: Required<MetricOptions>,
  ) => ArrayLike<number | number[]>;
  /** Why the metric does not exist for this network, or null. */
  readonly absent?: (network: Network) => string | null;
}

const needsOptimum = (network: Network) => (network.optimum ? null : network.noOptimum);
/** Of the zero matrix, which has no largest direction: rank 0, and all of its energy in any direction. */
const orZero = (sigma: Float64Array, value: () => number, ofZero = 0) => (sigma[0] === 0 ? ofZero : value());
const perReplica = (found: Findings, f: (sigma: Float64Array) => number) => found.features.map(f);
const energy = (sigma: Float64Array) => sigma.reduce((sum, s) => sum + s * s, 0);

/** Every metric. A new one is an entry here and its float64 twin in src/reference/metrics.ts. */
export const metrics = {
  loss: {
    unit: 'label²',
    meaning: 'L = sum_i (r_i - y_i)^2',
    needs: ['observed'],
    finish: (f) => f.observed.loss,
  },
  residualNorm: {
    unit: 'label',
    meaning: 'sqrt(L)',
    needs: ['observed'],
    finish: (f) => f.observed.loss.map(Math.sqrt),
  },
  gradientNorm: {
    unit: 'label²/weight',
    meaning: 'Euclidean norm of the gradient of L',
    needs: ['gradientNorm'],
    finish: (f) => f.gradientNorm,
  },
  trace: {
    unit: 'label²/weight²',
    meaning: 'tr D²L in closed form',
    needs: ['observed'],
    finish: (f) => f.observed.trace,
  },
  traceEstimate: {
    unit: 'label²/weight²',
    meaning: 'Hutchinson estimate of tr D²L',
    needs: ['probes'],
    finish: (f) => f.probes.map((p) => p.value),
  },
  traceStandardError: {
    unit: 'label²/weight²',
    meaning: 'standard error of traceEstimate',
    needs: ['probes'],
    finish: (f) => f.probes.map((p) => p.standardError),
  },
  manifoldTrace: {
    unit: 'label²/weight²',
    meaning: "F = 2 sum_i |x_i|² sum_j (a_j phi'(z_ij))², the trace where L = 0",
    needs: ['observed'],
    finish: (f) => f.observed.manifoldTrace,
  },
  retractedTrace: {
    unit: 'label²/weight²',
    meaning: 'F after Gauss-Newton retraction onto the zero-loss manifold',
    needs: ['retraction', 'retracted'],
    finish: (f) => f.retracted.manifoldTrace,
  },
  retractedResidual: {
    unit: 'label',
    meaning: 'largest residual left by the retraction',
    needs: ['retraction', 'retracted'],
    finish: (f) => f.retracted.largestResidual,
  },
  retractedDistance: {
    unit: 'pre-activation',
    meaning: 'max_ij |z_ij - phi⁻¹(y_i/m)| after the retraction',
    needs: ['retraction', 'retracted'],
    absent: needsOptimum,
    finish: (f) => f.retracted.optimumDistance,
  },
  gap: {
    unit: 'label²/weight²',
    meaning: "retractedTrace minus F*, the trace where all neurons agree: the least there is where phi' and phi''' > 0",
    needs: ['retraction', 'retracted'],
    absent: needsOptimum,
    finish: (f, network) => f.retracted.manifoldTrace.map((trace, r) => trace - traceOptimum(network, r)),
  },
  riemannianGradientNorm: {
    unit: 'label²/weight³',
    meaning: '|P grad F| within the zero-loss manifold, after retraction; NaN where J J^T is singular',
    needs: ['retraction', 'landscape'],
    finish: (f) => f.landscape.map((point) => point.gradientNorm()),
  },
  riemannianEigenvalue: {
    unit: 'label²/weight⁴',
    meaning:
      'smallest eigenvalue of the Hessian of F within the manifold and the span of the data, after retraction; NaN where J J^T is singular',
    needs: ['retraction', 'landscape'],
    finish: (f) => f.landscape.map((point) => point.smallestEigenvalue()),
  },
  kernelCondition: {
    unit: '1',
    meaning: 'condition number of the tangent kernel J J^T, after retraction',
    needs: ['retraction', 'landscape'],
    finish: (f) => f.landscape.map((point) => point.kernelCondition()),
  },
  gaussNewtonEigenvalue: {
    unit: 'label²/weight²',
    meaning: 'largest eigenvalue of 2 J^T J, after retraction: there it is that of the Hessian',
    needs: ['retraction', 'landscape'],
    finish: (f) => f.landscape.map((point) => 2 * point.largestKernelEigenvalue()),
  },
  distinctNeurons: {
    unit: '1',
    meaning: 'clusters of neurons within 1e-3 of the longest row of the feature matrix, after retraction',
    needs: ['retraction', 'landscape'],
    finish: (f) => f.landscape.map((point) => point.distinctNeurons()),
  },
  stableRank: {
    unit: '1',
    meaning: 'sum sigma² / sigma_1² of the feature matrix Theta X^T',
    needs: ['features'],
    finish: (f) => perReplica(f, (sigma) => orZero(sigma, () => energy(sigma) / (sigma[0] * sigma[0]))),
  },
  thresholdRank: {
    unit: '1',
    meaning: 'how many singular values are above rankThreshold times the largest',
    needs: ['features'],
    finish: (f, _, o) => perReplica(f, (sigma) => sigma.filter((s) => s > o.rankThreshold * sigma[0]).length),
  },
  entropyRank: {
    unit: '1',
    meaning: 'exp of the Shannon entropy of sigma² / sum sigma²',
    needs: ['features'],
    finish: (f) =>
      perReplica(f, (sigma) =>
        orZero(sigma, () => {
          const total = energy(sigma);
          const shares = sigma.map((s) => (s * s) / total).filter((p) => p > 0);
          return Math.exp(-shares.reduce((sum, p) => sum + p * Math.log(p), 0));
        }),
      ),
  },
  topEnergy: {
    unit: '1',
    meaning: 'sigma_1² / sum sigma²',
    needs: ['features'],
    finish: (f) => perReplica(f, (sigma) => orZero(sigma, () => (sigma[0] * sigma[0]) / energy(sigma), 1)),
  },
  singularValues: {
    unit: 'pre-activation',
    meaning: 'singular values of the feature matrix Theta X^T, largest first',
    needs: ['features'],
    finish: (f) => f.features.map((sigma) => Array.from(sigma)),
  },
  disagreement: {
    unit: 'pre-activation',
    meaning: 'max_i (max_j z_ij - min_j z_ij), the largest spread of the neurons on a data point',
    needs: ['observed'],
    finish: (f) => f.observed.disagreement,
  },
  optimumDistance: {
    unit: 'pre-activation',
    meaning: 'max_ij |z_ij - phi⁻¹(y_i/m)|',
    needs: ['observed'],
    absent: needsOptimum,
    finish: (f) => f.observed.optimumDistance,
  },
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as MetricName[];
/** A value a replica; `singularValues` a list a replica. */
export type MetricValues = Partial<Record<MetricName, (number | number[])[]>>;

/**
 * F* = 2 m a² sum_i |x_i|² phi'(c_i)², c_i = phi⁻¹(y_i / (m a)): F where all neurons agree. Where phi' and phi''' are positive
 * it is the least F on the zero-loss manifold, by Jensen's inequality (for n > d a bound, in general not attained); for other
 * activations it is the trace of that one state, and F may fall below it. @throws NOT_DEFINED where there is no such state
 */
export function traceOptimum(network: Network, replica = 0): number {
  if (!network.optimum) {
    throw new FlatwalkError('NOT_DEFINED', `F* has no closed form: ${network.noOptimum}`, 'Leave out gap and F*.');
  }
  const { dphi } = network.activation;
  const scale = 2 * network.width * network.secondLayer[0] ** 2;
  return ownOptimum(network.optimum, network, replica).reduce(
    (sum, c, i) => sum + scale * network.squaredNorms[i] * dphi(c) ** 2,
    0,
  );
}

/** The pre-activations of the optimum of one replica. */
export function ownOptimum(optimum: Float64Array, { samples, targetSets }: Network, replica: number): Float64Array {
  const set = replica % targetSets;
  return optimum.subarray(set * samples, (set + 1) * samples);
}

/**
 * A set of metrics as one stage; `repeated` if it will be recorded again and again. @throws BAD_ARGUMENT for an unknown name,
 * NOT_DEFINED where a metric does not exist for the network, LIMIT
 */
export async function prepareWatch(
  network: Network,
  names: readonly MetricName[],
  options: MetricOptions = {},
  repeated = false,
): Promise<Stage<MetricValues>> {
  const all = checkMetrics(network, names, options);
  const needed = new Set(names.flatMap((name) => metrics[name].needs as readonly Finding[]));
  const geometry = () => network.gpu.library.load('geometry');
  const probes = { probes: all.probes, kind: all.probeKind, seed: all.probeSeed, repeated };
  // In the order in which a block goes through them: what is retracted is there once the retraction is.
  const prepare: { [F in Finding]: () => Promise<Stage<Findings[F]>> } = {
    observed: () => prepareObserve(network),
    gradientNorm: async () => (await geometry()).prepareGradient(network),
    features: async () => (await geometry()).prepareFeatures(network),
    probes: async () => (await geometry()).prepareProbes(network, probes),
    retraction: async () => (await geometry()).prepareRetraction(network),
    retracted: async () =>
      prepareObserve(network, (await geometry()).retractedPreactivations(network), 'retracted sums'),
    landscape: async () =>
      (await geometry()).prepareLandscape(network, {
        hessian: names.includes('riemannianEigenvalue'),
        clusters: names.includes('distinctNeurons'),
      }),
  };
  // Drivers compile several pipelines at once.
  const stages = await together(
    (Object.keys(prepare) as Finding[])
      .filter((finding) => needed.has(finding))
      .map(async (finding) => ({ finding, stage: (await prepare[finding]()) as Stage<unknown> })),
  );
  return {
    block(block) {
      for (const { stage } of stages) stage.block(block);
    },
    end() {
      for (const { stage } of stages) stage.end?.();
    },
    outputs: stages.flatMap(({ stage }) => stage.outputs),
    finish(bytes) {
      let at = 0;
      const found: Partial<Record<Finding, unknown>> = {};
      for (const { finding, stage } of stages) {
        found[finding] = stage.finish(bytes.slice(at, at + stage.outputs.length));
        at += stage.outputs.length;
      }
      return Object.fromEntries(
        names.map((name) => [name, Array.from((metrics[name] as Metric).finish(found as Findings, network, all))]),
      );
    },
  };
}

/** Whether the metrics of a replica depend on its state alone, and not on its number, as probes do. */
export function ofStateAlone(names: readonly MetricName[]): boolean {
  return !names.some((name) => (metrics[name].needs as readonly Finding[]).includes('probes'));
}

/** The options with their defaults. @throws BAD_ARGUMENT, NOT_DEFINED */
export function checkMetrics(
  network: Network,
  names: readonly MetricName[],
  { probes = 64, probeKind = 'rademacher', probeSeed = 0, rankThreshold = 1e-3 }: MetricOptions = {},
): Required<MetricOptions> {
  for (const name of names) checkMetric(network, name);
  count('probes', probes);
  count('probeSeed', probeSeed, 0);
  real('rankThreshold', rankThreshold, 0);
  return { probes, probeKind: checkLaw('probeKind', probeKind), probeSeed, rankThreshold };
}

function checkMetric(network: Network, name: MetricName): void {
  const metric: Metric | undefined = metrics[name];
  if (!metric) {
    throw new FlatwalkError('BAD_ARGUMENT', `There is no metric '${name}'`, `Choose from: ${metricNames.join(', ')}.`);
  }
  const absent = metric.absent?.(network);
  if (absent) {
    throw new FlatwalkError('NOT_DEFINED', `The metric '${name}' does not exist here: ${absent}`, `Leave out ${name}.`);
  }
}
