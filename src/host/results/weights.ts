import { encodeWeights as encode } from '../files/weights.ts';
import type { KeptWeights } from '../tasks/task.ts';

/** `theta`, m x d or replicas x m x d, and the second layer `a` where it is not all ones, as an archive of NumPy's. */
export function encodeWeights({ theta, replicas, width, dimension, secondLayer }: KeptWeights): Uint8Array {
  const second = secondLayer ? Float32Array.from(secondLayer) : undefined;
  return encode('weights.npz', { theta: Float32Array.from(theta), replicas, width, dimension, secondLayer: second });
}
