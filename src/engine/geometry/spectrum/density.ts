import type { Law } from '../../../model/draws.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { count, real } from '../../arrays.ts';
import type { Problem } from '../../problem.ts';
import { vectorsAtOnce } from '../../stages/curvature.ts';
import { type CurvatureKind, prepareCurvatureProducts } from '../curvature/products.ts';
import { atOnePoint } from '../steady.ts';
import { BASIS_RECORD } from './kernels.ts';
import { basesThatFit, prepareLanczos } from './lanczos.ts';
import { type BasisRecords, gaussRuleOf, projectionOf } from './ritz.ts';

export interface DensityOptions {
  /** Random starts; 16 if not given. Nodes, probes x steps x replicas, are 2^23 at most. */
  readonly probes?: number;
  /** Products for each: the rule is exact for polynomials of degree 2 steps - 1. 80, or N if that is less, if not given. */
  readonly steps?: number;
  /** Which matrix; the Hessian of the loss if not given. */
  readonly of?: CurvatureKind;
  readonly seed?: number;
  /** Starts uniform on the sphere, or of signs; 'sphere' if not given. */
  readonly kind?: 'sphere' | 'rademacher';
  /** Standard deviation of the normal kernel of the curve; 1 % of the range of the nodes if not given. */
  readonly width?: number;
  /** Points of the curve; 512 if not given. Its terms, points x nodes of all replicas, are 2^31 at most. */
  readonly points?: number;
}

/** A quadrature rule: the spectrum as seen by one start, or all of them. Weights sum up to 1. */
export interface Rule {
  /** Ritz values, ascending. */
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** The mean of lambda^p over the spectrum, from the probes. */
export interface Moment {
  readonly value: number;
  /** Standard deviation of the probes / sqrt(probes); NaN for a single probe. */
  readonly standardError: number;
}

/** The distribution of the N eigenvalues of one replica. */
export interface SpectralDensity {
  /** N = m d. */
  readonly size: number;
  /** The rule of every probe. */
  readonly rules: readonly Rule[];
  /** All nodes, each with its weight / probes. */
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** Of lambda^0, lambda^1 and lambda^2: 1, tr H / N and |H|_F² / N but for chance. */
  readonly moments: readonly [Moment, Moment, Moment];
  /** tr H / N in closed form; null for the Riemannian Hessian. */
  readonly exactMean: number | null;
  /** sum_k weight_k N(grid; node_k, width²), which integrates to 1 but for the tails beyond the grid, four widths away. */
  readonly curve: { readonly grid: Float64Array; readonly density: Float64Array; readonly width: number };
}

/** Products between looks at whether all spaces are invariant. */
const LOOK = 16;

/**
 * Stochastic Lanczos quadrature: from a random unit vector v, steps of Lanczos' method give the Gauss rule of the measure that
 * has weight (v · u_k)² at eigenvalue k; on average over v that is 1/N each. On the device in f32, all probes that fit at once;
 * the rules are finished in float64. Probe k of replica r is drawn by (seed, k, r) alone.
 * Sources: S. Ubaru, J. Chen and Y. Saad, SIAM J. Matrix Anal. Appl. 38 (2017); B. Ghorbani, S. Krishnan and Y. Xiao, ICML 2019.
 * Lengths are taken in f32, whose squares end at 3.4e38: a product longer than 1.8e19, as of a norm of about that, is out of range.
 * @throws BAD_ARGUMENT; LIMIT where not even one basis a replica fits, and, with the number that fits, above 2^23 nodes, 2^24
 *   points or 2^31 terms of curves of all replicas; NOT_DEFINED where products leave the range of f32
 */
export const spectralDensity = /* @__PURE__ */ atOnePoint(measureSpectralDensity);

async function measureSpectralDensity(problem: Problem, options: DensityOptions = {}): Promise<SpectralDensity[]> {
  const { network } = problem.lowLevel;
  const { replicas, cells: size } = network;
  const { of = 'hessian', seed = 0, kind = 'sphere', width } = options;
  const probes = count('probes', options.probes ?? 16);
  const steps = Math.min(size, count('steps', options.steps ?? 80));
  const points = count('points', options.points ?? 512, 2);
  if (width !== undefined) real('width', width, Number.MIN_VALUE);
  if (kind !== 'sphere' && kind !== 'rademacher') {
    throw new FlatwalkError('BAD_ARGUMENT', `kind is '${kind}'`, "Set it to 'sphere' or 'rademacher'.");
  }
  checkKept(replicas, probes, steps, points);
  const law: Law = kind === 'sphere' ? 'gaussian' : 'rademacher';
  const stages = await prepareCurvatureProducts(problem, of);
  const rules: Rule[][] = Array.from({ length: replicas }, () => []);
  const slots = steps + 1;
  for (let first = 0; first < probes; ) {
    const fitting = Math.max(1, Math.floor(basesThatFit(network, slots) / replicas));
    const perReplica = vectorsAtOnce(network, Math.min(fitting, probes - first));
    const lanczos = await prepareLanczos(problem, stages, {
      perReplica,
      slots,
      law,
      seed,
      firstProbe: first,
      redraw: false,
    });
    try {
      while (lanczos.done < slots && !allClosed(lanczos)) await lanczos.extend(Math.min(slots, lanczos.done + LOOK));
      for (let v = 0; v < lanczos.vectors; v++) {
        rules[Math.floor(v / perReplica)].push(gaussRuleOf(projectionOf(lanczos, v, lanczos.done)));
      }
    } finally {
      lanczos.dispose();
    }
    first += perReplica;
  }
  const exact = of === 'riemannian' ? null : await (of === 'hessian' ? problem.trace() : problem.manifoldTrace());
  return rules.map((own, r) => {
    const { nodes, weights } = merged(own);
    return {
      size,
      rules: own,
      nodes,
      weights,
      moments: [momentOf(own, 0), momentOf(own, 1), momentOf(own, 2)] as const,
      exactMean: exact ? exact[r] / size : null,
      curve: curveOf({ nodes, weights }, points, width),
    };
  });
}

/** Nodes of all rules that the host keeps and sorts: a few hundred MiB with what is made of them. */
const MOST_NODES = 2 ** 23;
/** Points of all curves, two float64 each. */
const MOST_POINTS = 2 ** 24;
/** Terms of all curves, which take the host a minute at most. */
const MOST_TERMS = 2 ** 31;

function checkKept(replicas: number, probes: number, steps: number, points: number): void {
  const nodes = replicas * probes * steps;
  if (nodes > MOST_NODES) {
    const fitting = Math.floor(MOST_NODES / (replicas * steps));
    throw new FlatwalkError(
      'LIMIT',
      `The rules of ${probes} probes of ${steps} steps for ${replicas} replicas are too many to keep`,
      fitting > 0 ? `Take at most ${fitting} probes of so many steps.` : 'Take fewer steps, or use fewer replicas.',
    );
  }
  const fitting = Math.floor(Math.min(MOST_POINTS / replicas, MOST_TERMS / nodes));
  if (points <= fitting) return;
  throw new FlatwalkError(
    'LIMIT',
    `Curves of ${points} points over the ${nodes} nodes of all replicas are too much for the host`,
    fitting > 1 ? `Ask for at most ${fitting} points.` : 'Use fewer replicas.',
  );
}

/** Whether every space is invariant, so that more products bring nothing. */
function allClosed({ vectors, done, records }: BasisRecords): boolean {
  if (done === 0) return false;
  const last = records.subarray((done - 1) * vectors * BASIS_RECORD, done * vectors * BASIS_RECORD);
  return last.every((empty, k) => k % BASIS_RECORD === 0 || empty === 1);
}

function merged(rules: readonly Rule[]): Rule {
  const size = rules.reduce((sum, { nodes }) => sum + nodes.length, 0);
  const nodes = new Float64Array(size);
  const weights = new Float64Array(size);
  let taken = 0;
  for (const rule of rules) {
    nodes.set(rule.nodes, taken);
    weights.set(
      rule.weights.map((weight) => weight / rules.length),
      taken,
    );
    taken += rule.nodes.length;
  }
  const order = Uint32Array.from(nodes.keys()).sort((a, b) => nodes[a] - nodes[b] || a - b);
  return {
    nodes: Float64Array.from(order, (k) => nodes[k]),
    weights: Float64Array.from(order, (k) => weights[k]),
  };
}

function momentOf(rules: readonly Rule[], power: number): Moment {
  const each = rules.map(({ nodes, weights }) => nodes.reduce((sum, node, k) => sum + weights[k] * node ** power, 0));
  const value = each.reduce((a, b) => a + b, 0) / each.length;
  const squares = each.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const standardError = each.length > 1 ? Math.sqrt(squares / (each.length - 1) / each.length) : Number.NaN;
  return { value, standardError };
}

/** A share of the range of the nodes; where that is 0, of the node, and where that is 0 too, of 1. */
const RELATIVE_WIDTH = 0.01;

function curveOf({ nodes, weights }: Rule, points: number, wished: number | undefined): SpectralDensity['curve'] {
  const [low, high] = [nodes[0], nodes[nodes.length - 1]];
  const width = wished ?? RELATIVE_WIDTH * (high - low || Math.abs(high) || 1);
  const begin = low - 4 * width;
  const step = (high - low + 8 * width) / (points - 1);
  const grid = Float64Array.from({ length: points }, (_, k) => begin + k * step);
  const density = grid.map((x) => {
    let sum = 0;
    for (let k = 0; k < nodes.length; k++) sum += weights[k] * Math.exp(-0.5 * ((x - nodes[k]) / width) ** 2);
    return sum / (width * Math.sqrt(2 * Math.PI));
  });
  return { grid, density, width };
}
