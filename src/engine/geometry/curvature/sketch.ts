import { type Law, probeVector } from '../../../model/draws.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { count } from '../../arrays.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import type { LossCurvature } from '../../stages/curvature.ts';
import { meanAndError } from '../../stages/probes.ts';
import { checkLossCurvature, curvatureProducts } from './products.ts';
import { zScore } from './trace.ts';

/** What the estimators share that find the span of the largest eigenvectors before they draw. */
export interface SketchOptions {
  /** The budget: products with H of every replica, at most. */
  readonly products: number;
  readonly seed?: number;
  /** D²L, or the Gauss-Newton matrix; 'hessian' if not given. */
  readonly of?: LossCurvature;
}

/** An estimate of tr H for one replica. */
export interface SketchReport {
  readonly value: number;
  /** Standard deviation of `samples` / sqrt(their number); 0 where the basis is the whole space, NaN for a single one. */
  readonly standardError: number;
  /** Products used. */
  readonly products: number;
  /** Dimension of the span that is taken out exactly. */
  readonly rank: number;
  /** Estimates of tr H, one for each probe, whose mean `value` is. */
  readonly samples: Float64Array;
  /** The trace in closed form. */
  readonly exact: number;
  /** (value − exact) / standardError; NaN as in `TraceReport`, which is the rule where H has a lower rank than the budget. */
  readonly z: number;
}

/** Numbers that one of the four matrices on the host may have: 128 MiB in float64. */
const MOST_NUMBERS = 2 ** 24;

/** Vectors of every replica, each replica's a flat matrix with a vector a row. */
export type Sets = readonly Float64Array[];

export interface Sketch {
  readonly network: Network;
  /** Vectors drawn at once: the budget's share, and at most N, as more add nothing. */
  readonly each: number;
  readonly exact: Float64Array;
  /** Probes from number `first` on, `each` of them. */
  draw(law: Law, first: number): Sets;
  /** H v of sets of any sizes, as one call. */
  multiply(sets: Sets): Promise<Sets>;
}

/**
 * @param share products that the method needs for every vector it draws
 * @throws BAD_ARGUMENT for a budget below that, LIMIT with the budget that fits
 */
export async function prepareSketch(
  problem: Problem,
  { products, seed = 0, of = 'hessian' }: SketchOptions,
  share: number,
): Promise<Sketch> {
  count('products', products, share);
  count('seed', seed, 0);
  checkLossCurvature(of);
  const { network } = problem.lowLevel;
  const { replicas, cells: size } = network;
  const each = Math.min(Math.floor(products / share), size);
  const fitting = Math.floor(MOST_NUMBERS / (replicas * size));
  if (each > fitting) {
    throw new FlatwalkError(
      'LIMIT',
      `${products} products of ${replicas} x ${size} numbers do not fit on the host, where their bases are made`,
      fitting > 0
        ? `Ask for at most ${fitting * share} products.`
        : 'Use fewer replicas, or estimateTrace, which keeps no vectors.',
    );
  }
  const exact = await (of === 'hessian' ? problem.trace() : problem.manifoldTrace());
  return {
    network,
    each,
    exact,
    draw: (law, first) =>
      Array.from({ length: replicas }, (_, r) => {
        const all = new Float64Array(each * size);
        for (let k = 0; k < each; k++) all.set(probeVector(seed, first + k, r, size, law), k * size);
        return all;
      }),
    async multiply(sets) {
      const length = Math.max(...sets.map((set) => set.length));
      if (length === 0) return sets;
      // Shorter sets are filled up with zero vectors.
      const all = new Float32Array(replicas * length);
      sets.forEach((set, r) => {
        all.set(set, r * length);
      });
      const found = await curvatureProducts(problem, all, { of });
      return sets.map((set, r) => Float64Array.from(found.subarray(r * length, r * length + set.length)));
    },
  };
}

/**
 * @param samples estimates of the trace, one a probe; a single one that is exact where the basis is the whole space
 * @param terms what was added up to them, in size: rounding is in proportion to it
 */
export function sketchReport(
  { samples, rank, products, terms }: Pick<SketchReport, 'samples' | 'rank' | 'products'> & { readonly terms: number },
  exact: number,
  whole: boolean,
): SketchReport {
  const { value, standardError } = whole ? { value: samples[0], standardError: 0 } : meanAndError(samples);
  if (!Number.isFinite(value)) {
    throw new FlatwalkError(
      'NOT_DEFINED',
      `The estimate is ${value}: the curvature is outside the range of f32`,
      'Set weights at which the network has moderate pre-activations.',
    );
  }
  return { value, standardError, products, rank, samples, exact, z: zScore(value - exact, standardError, terms) };
}
