import { FlatwalkError } from '../../../model/errors.ts';
import { rowProducts } from '../../../model/linear.ts';
import type { Network } from '../../network.ts';

/**
 * The loss around the weights of one replica, in float64 on the host: differences of losses near a minimum are small, and f32
 * would lose them.
 */
export interface LossAround {
  /** m x d. */
  readonly weights: Float64Array;
  /** L here. */
  readonly loss: number;
  /** z_ij, m x n, and e_i, n. */
  readonly preactivations: Float64Array;
  readonly residuals: Float64Array;
  /** What pre-activations change by along a step: step X^T, m x n. */
  project(step: Float64Array): Float64Array;
  /** L(weights + factor step) - L, from the step's projection, without the difference of two losses. */
  change(projection: Float64Array, factor?: number): number;
  /** The gradient of L at weights + step, from the step's projection, m x d. */
  gradient(projection: Float64Array): Float64Array;
}

/** @param theta the weights of all replicas, as `problem.weights()` gives them. @throws NOT_DEFINED where L is not finite */
export function lossAround(network: Network, theta: Float32Array, replica: number): LossAround {
  const { samples: n, width: m, dimension: d, cells, targetSets, labels, secondLayer, inputs } = network;
  const { phi, dphi } = network.activation;
  const weights = Float64Array.from(theta.subarray(replica * cells, (replica + 1) * cells));
  const y = labels.subarray((targetSets === 1 ? 0 : replica) * n, (targetSets === 1 ? 1 : replica + 1) * n);
  const X = Float64Array.from(inputs);
  const project = (step: Float64Array) => rowProducts(step, X, m, n, d);
  const preactivations = project(weights);
  const outputs = new Float64Array(n);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) outputs[i] += secondLayer[j] * phi(preactivations[j * n + i]);
  }
  const residuals = outputs.map((r, i) => r - y[i]);
  /** r_i(weights + factor step) - r_i, n. */
  const changes = (projection: Float64Array, factor: number) => {
    const out = new Float64Array(n);
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < n; i++) {
        const z = preactivations[j * n + i];
        out[i] += secondLayer[j] * (phi(z + factor * projection[j * n + i]) - phi(z));
      }
    }
    return out;
  };
  const loss = finite(residuals.reduce((sum, e) => sum + e * e, 0));
  return {
    weights,
    loss,
    preactivations,
    residuals,
    project,
    change(projection, factor = 1) {
      // (e + c)² - e² = c (c + 2 e)
      return finite(changes(projection, factor).reduce((sum, c, i) => sum + c * (c + 2 * residuals[i]), 0));
    },
    gradient(projection) {
      const moved = changes(projection, 1);
      const out = new Float64Array(m * d);
      for (let j = 0; j < m; j++) {
        for (let i = 0; i < n; i++) {
          const slope = dphi(preactivations[j * n + i] + projection[j * n + i]);
          const factor = 2 * (residuals[i] + moved[i]) * secondLayer[j] * slope;
          for (let l = 0; l < d; l++) out[j * d + l] += factor * X[i * d + l];
        }
      }
      return out;
    },
  };
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new FlatwalkError('NOT_DEFINED', `The loss is ${value}`, 'Take a smaller radius, or other weights.');
}
