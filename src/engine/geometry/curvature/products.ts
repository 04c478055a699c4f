import { FlatwalkError } from '../../../model/errors.ts';
import { type NumberList, toFloat32 } from '../../arrays.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import { type Curvature, type LossCurvature, prepareCurvature, productsInBatches } from '../../stages/curvature.ts';
import { atOnePoint } from '../steady.ts';
import { prepareRiemannian } from './riemannian.ts';

/**
 * A curvature matrix at the present weights, of N = m d rows and columns:
 *   hessian      D²L = 2 JᵀJ + blockdiag_j 2 Σ_i e_i a_j φ''(z_ij) x_i x_iᵀ, the exact Hessian of the loss
 *   gaussNewton  2 JᵀJ, the Hessian of the loss with the outputs made linear; equal to it where L = 0
 *   riemannian   P_T B P_T, the Hessian of F, which is tr D²L where L = 0, on the zero-loss manifold (see `riemannian.ts`)
 */
export type CurvatureKind = 'hessian' | 'gaussNewton' | 'riemannian';

const kinds: readonly CurvatureKind[] = ['hessian', 'gaussNewton', 'riemannian'];

/** @throws BAD_ARGUMENT for a kind that there is not */
function checkCurvatureKind(of: CurvatureKind, known: readonly CurvatureKind[] = kinds): void {
  if (known.includes(of)) return;
  throw new FlatwalkError(
    'BAD_ARGUMENT',
    `of is '${of}'`,
    `Set it to one of ${known.map((k) => `'${k}'`).join(', ')}.`,
  );
}

/** @throws BAD_ARGUMENT unless it is a curvature of the loss */
export function checkLossCurvature(of: LossCurvature): void {
  checkCurvatureKind(of, ['hessian', 'gaussNewton']);
}

/** How to make stages that multiply by a curvature matrix at the present weights, for any number of vectors. */
export type CurvatureStages = (perReplica: number) => Promise<Curvature>;

/**
 * What is needed once for any number of products at the present weights; after `setWeights`, prepare again. The stage of
 * `await (await prepareCurvatureProducts(problem, of))(k)` reads its buffer `vectors`, (replicas * k) x m x d with those of a
 * replica in a row, and leaves their products in its buffer `products`; run it by `problem.lowLevel.evaluate`, or record it
 * with `recordStages` behind a forward pass. Stages with the same k share their buffers.
 * @throws BAD_ARGUMENT; for 'riemannian' as `prepareRiemannian`
 */
export async function prepareCurvatureProducts(problem: Problem, of: CurvatureKind): Promise<CurvatureStages> {
  checkCurvatureKind(of);
  const { network } = problem.lowLevel;
  if (of === 'riemannian') return prepareRiemannian(problem);
  return (perReplica) => prepareCurvature(network, perReplica, of);
}

/**
 * Products of a curvature matrix with vectors, in f32, as matrix products of many vectors at once. `vectors` and the result
 * are replicas x k x m x d, nested or flat, any k >= 1.
 * @throws BAD_SHAPE, NOT_FINITE, BAD_ARGUMENT; NOT_DEFINED where a product leaves the range of f32; for 'riemannian' also LIMIT above 512 samples and NOT_DEFINED where J Jᵀ is
 *   singular
 */
export const curvatureProducts = /* @__PURE__ */ atOnePoint(measureCurvatureProducts);

async function measureCurvatureProducts(
  problem: Problem,
  vectors: NumberList,
  { of = 'hessian' }: { readonly of?: CurvatureKind } = {},
): Promise<Float32Array> {
  const { network, evaluate } = problem.lowLevel;
  const { values } = toFloat32('vectors', vectors);
  const products = await productsInBatches(network, values, evaluate, await prepareCurvatureProducts(problem, of));
  checkRange(products, network);
  return products;
}

function checkRange(products: Float32Array, { replicas, cells }: Network): void {
  const bad = products.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const perReplica = products.length / replicas;
  const [replica, vector] = [Math.floor(bad / perReplica), Math.floor((bad % perReplica) / cells)];
  throw new FlatwalkError(
    'NOT_DEFINED',
    `The product of replica ${replica} with vector ${vector} has the entry ${products[bad]}: it is outside the range of f32`,
    'Use shorter vectors, or rescale the inputs, the labels or the weights.',
  );
}
