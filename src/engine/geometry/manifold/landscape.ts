import { FlatwalkError } from '../../../model/errors.ts';
import { rowProducts } from '../../../model/linear.ts';
import type { Network } from '../../network.ts';
import { retractedPreactivations } from '../../stages/retract.ts';
import type { Stage } from '../../stages/stage.ts';
import { checkRows, riemannianEigenvalues } from './hessian.ts';
import { kernelCondition, kernelEigenvalues } from './normal.ts';
import { checkSamples, type DataState } from './point.ts';
import { checkPairs, clusters } from './ranks.ts';
import { riemannianGradient } from './sharpness.ts';

/**
 * The manifold around one replica, computed when asked: what rows of a run tell of it. In float64, from its pre-activations
 * after a retraction in f32. Where the tangent space is not defined, since J J^T is singular, there is no number: NaN; nor where a
 * replica has diverged.
 */
export interface Landscape {
  gradientNorm(): number;
  smallestEigenvalue(): number;
  kernelCondition(): number;
  largestKernelEigenvalue(): number;
  distinctNeurons(): number;
}

/** Which of its larger parts will be wanted. */
export interface LandscapeWish {
  readonly hessian: boolean;
  readonly clusters: boolean;
}

/**
 * Reads where a retraction stage, recorded before it, has led. @throws LIMIT for more than 512 samples, or where a part that
 * will be wanted is too large
 */
export function prepareLandscape(network: Network, wish: LandscapeWish): Stage<Landscape[]> {
  const { samples: n, width: m, replicas, activation, targetSets } = network;
  checkSamples(n);
  if (wish.clusters) checkPairs(m, n);
  if (wish.hessian) checkRows(m, Math.min(n, network.dimension));
  const X = Float64Array.from(network.inputs);
  const shared = {
    m,
    n,
    activation,
    secondLayer: Float64Array.from(network.secondLayer),
    q: network.squaredNorms,
    G: rowProducts(X, X, n, n, network.dimension),
  };
  return {
    block() {},
    outputs: [{ buffer: retractedPreactivations(network), size: replicas * m * n * 4 }],
    finish([bytes]) {
      const all = new Float32Array(bytes);
      return Array.from({ length: replicas }, (_, r) => {
        const set = r % targetSets;
        const y = Float64Array.from(network.labels.subarray(set * n, (set + 1) * n));
        return landscape({ ...shared, y, Z: Float64Array.from(all.subarray(r * m * n, (r + 1) * m * n)) });
      });
    },
  };
}

function landscape(state: DataState): Landscape {
  return {
    gradientNorm: () => orNaN(() => riemannianGradient(state).norm),
    // Where m rank(X) = n there is no tangent direction at all.
    smallestEigenvalue: () => orNaN(() => riemannianEigenvalues(state)[0] ?? Number.NaN),
    kernelCondition: () => orNaN(() => kernelCondition(state)),
    largestKernelEigenvalue: () => orNaN(() => kernelEigenvalues(state)[state.n - 1]),
    distinctNeurons: () => orNaN(() => clusters(state).distinct),
  };
}

function orNaN(value: () => number): number {
  try {
    return value();
  } catch (error) {
    if (error instanceof FlatwalkError && (error.code === 'NOT_DEFINED' || error.code === 'NOT_FINITE'))
      return Number.NaN;
    throw error;
  }
}
