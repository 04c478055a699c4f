import { FlatwalkError } from '../../../model/errors.ts';
import { symmetricEigenvalues } from '../../eigenvalues.ts';
import type { Problem } from '../../problem.ts';
import { type CurvatureKind, curvatureProducts } from '../curvature/products.ts';
import { atOnePoint } from '../steady.ts';

/** Rows that a dense matrix may have: 16 million numbers, and seconds for the eigenvalues. */
export const MOST_ROWS = 2048;
/** Numbers of all replicas' matrices together. */
const MOST_NUMBERS = MOST_ROWS ** 2;

export interface DenseOptions {
  /** Which matrix; the Hessian of the loss if not given. */
  readonly of?: CurvatureKind;
}

/**
 * A curvature matrix as numbers, N x N with N = m d, for each replica: products with all unit vectors, in f32, made symmetric
 * in float64 as (H + H^T) / 2. Entries are off by about 1e-6 of the norm.
 * @throws LIMIT where there are more than 2048 rows, or 2048² numbers with all replicas, naming the N that fits;
 *   NOT_DEFINED where an entry is outside the range of f32
 */
export const denseMatrix = /* @__PURE__ */ atOnePoint(measureDenseMatrix);

async function measureDenseMatrix(problem: Problem, { of = 'hessian' }: DenseOptions = {}): Promise<Float64Array[]> {
  const { replicas, cells: size } = problem.lowLevel.network;
  if (replicas * size * size > MOST_NUMBERS) {
    const fitting = Math.floor(Math.sqrt(MOST_NUMBERS / replicas));
    throw new FlatwalkError(
      'LIMIT',
      `A dense matrix of m d = ${size} rows for each of ${replicas} replicas is too large: ${fitting} rows fit`,
      'Use `eigenpairs` for the ends of the spectrum, or `spectralDensity` for all of it.',
    );
  }
  const units = new Float32Array(replicas * size * size);
  for (let r = 0; r < replicas; r++) for (let k = 0; k < size; k++) units[(r * size + k) * size + k] = 1;
  const products = await curvatureProducts(problem, units, { of });
  return Array.from({ length: replicas }, (_, r) => {
    const rows = products.subarray(r * size * size, (r + 1) * size * size);
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let k = 0; k <= i; k++) {
        matrix[i * size + k] = matrix[k * size + i] = (rows[i * size + k] + rows[k * size + i]) / 2;
      }
    }
    return matrix;
  });
}

/** All eigenvalues of a curvature matrix, ascending, for each replica; as exact as `denseMatrix`. @throws LIMIT */
export async function denseEigenvalues(problem: Problem, options: DenseOptions = {}): Promise<Float64Array[]> {
  const size = problem.lowLevel.network.cells;
  return (await denseMatrix(problem, options)).map((matrix) => symmetricEigenvalues(matrix, size).sort());
}
