import { symmetricEigenvalues } from '../../eigenvalues.ts';
import type { Problem } from '../../problem.ts';
import { kernelOf, slopesOf } from '../manifold/normal.ts';
import { readPoints } from '../manifold/point.ts';
import { atOnePoint } from '../steady.ts';

/** J J^T of one replica: the Gram matrix of the gradients of the outputs. */
export interface TangentKernel {
  /** K_ik = (x_i · x_k) sum_j a_j² phi'(z_ij) phi'(z_kj), n x n. */
  readonly matrix: Float64Array;
  /** Ascending, n. Twice the ones that are not 0 are the eigenvalues of the Gauss-Newton matrix that are not 0. */
  readonly eigenvalues: Float64Array;
  /** Eigenvalues above the rounding of the largest, n 2⁻⁵² of it. */
  readonly rank: number;
  /** Largest over smallest eigenvalue; Infinity where rank < n. */
  readonly condition: number;
  /** What follows from a rank below n, in words; null where there is nothing to say. */
  readonly note: string | null;
}

/**
 * The tangent kernel at the present weights (Jacot, Gabriel and Hongler, "Neural tangent kernel", NeurIPS 2018), of every
 * replica, in float64 throughout.
 * @throws LIMIT above 512 samples
 */
export const tangentKernel = /* @__PURE__ */ atOnePoint(measureTangentKernel);

async function measureTangentKernel(problem: Problem): Promise<TangentKernel[]> {
  const { replicas, samples: n } = problem.lowLevel.network;
  const pointOf = await readPoints(problem);
  const kernels: TangentKernel[] = [];
  for (let r = 0; r < replicas; r++) {
    const point = pointOf(r);
    const matrix = kernelOf(point, slopesOf(point));
    const eigenvalues = symmetricEigenvalues(matrix.slice(), n).sort();
    const largest = eigenvalues[n - 1];
    const rank = eigenvalues.filter((value) => value > n * Number.EPSILON * largest).length;
    kernels.push({
      matrix,
      eigenvalues,
      rank,
      condition: rank === n ? largest / eigenvalues[0] : Number.POSITIVE_INFINITY,
      note:
        rank === n
          ? null
          : `J J^T has rank ${rank} below n = ${n}: the gradients of the outputs are dependent, so the zero-loss set has no tangent space of the expected dimension here`,
    });
  }
  return kernels;
}
