import { FlatwalkError } from '../../../model/errors.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import { chooseTile, prepareCombine, prepareProject, rightSteps, tileVariant } from '../../products.ts';
import { type Curvature, curvatureBuffers } from '../../stages/curvature.ts';
import { kernelCondition, multipliersOf, normalSpace } from '../manifold/normal.ts';
import { type ManifoldPoint, MOST_SAMPLES, readPoints } from '../manifold/point.ts';
import { bendings, sharpnessGradient } from '../manifold/sharpness.ts';

/** Condition numbers of J Jᵀ beyond this make it singular once it is rounded to f32. */
const WORST_CONDITION = 2 ** 24;

/** What the products need of the present weights, on the device. */
interface Surface {
  /** T = L⁻¹ with J Jᵀ = L Lᵀ, replicas x n x n. */
  readonly triangles: GPUBuffer;
  /** B_ji of shaders/geometry/manifold_coefficients.wgsl, replicas x m x n. */
  readonly bends: GPUBuffer;
  /** a_j φ'(z_ij), replicas x m x n. */
  readonly slopes: GPUBuffer;
}

/**
 * Products P_T B P_T v: the Hessian of F, which is tr D²L where L = 0, on the zero-loss manifold, with the multipliers
 * λ = (J Jᵀ)⁻¹ J ∇F, B_j = Σ_i [ 4 q_i a_j² (φ''² + φ'φ''') − λ_i a_j φ'' ](z_ij) x_i x_iᵀ and P_T = 1 − Jᵀ (J Jᵀ)⁻¹ J
 * (Gatmiry, Li, Reddi, Jegelka, ICML 2024). λ, B and the inverse factor of J Jᵀ are found once, in float64 on the host;
 * products are f32, in data space: between the first product with X and the last nothing takes time that grows with d.
 * Defined at any weights with independent output gradients; it is a Hessian where L = 0.
 * @throws LIMIT above 512 samples or where the pre-activations do not fit in one block; NOT_DEFINED where J Jᵀ is singular, or
 *   its condition number is beyond f32
 */
export async function prepareRiemannian(problem: Problem): Promise<(perReplica: number) => Promise<Curvature>> {
  const { network } = problem.lowLevel;
  if (network.samples > MOST_SAMPLES || network.blocks.length > 1) {
    const { samples, replicas, width } = network;
    throw new FlatwalkError(
      'LIMIT',
      `The Hessian on the manifold needs J Jᵀ, n x n, and all pre-activations; n = ${samples} with ${replicas * width} neurons in all is too large`,
      `Use at most ${MOST_SAMPLES} samples, or fewer replicas.`,
    );
  }
  const surface = await findSurface(problem, network);
  const gram = await network.dataGram();
  return (perReplica) => prepareProducts(network, surface, gram, perReplica);
}

async function findSurface(problem: Problem, network: Network): Promise<Surface> {
  const { gpu, replicas, width, samples } = network;
  const pointOf = await readPoints(problem);
  const triangles = new Float32Array(replicas * samples * samples);
  const bends = new Float32Array(replicas * width * samples);
  const slopes = new Float32Array(replicas * width * samples);
  for (let r = 0; r < replicas; r++) {
    const point = pointOf(r);
    const normal = normalSpace(point);
    checkCondition(point, r);
    triangles.set(invertLower(normal.factor, samples), r * samples * samples);
    bends.set(bendings(point, multipliersOf(point, normal, sharpnessGradient(point))), r * width * samples);
    slopes.set(normal.slopes, r * width * samples);
  }
  const place = (label: string, values: Float32Array) => {
    const buffer = network.scratch(label, values.length);
    gpu.write(buffer, values);
    return buffer;
  };
  return {
    triangles: place('inverse factors', triangles),
    bends: place('manifold bends', bends),
    slopes: place('manifold slopes', slopes),
  };
}

function checkCondition(point: ManifoldPoint, replica: number): void {
  const condition = kernelCondition(point);
  if (condition <= WORST_CONDITION) return;
  throw new FlatwalkError(
    'NOT_DEFINED',
    `J Jᵀ of replica ${replica} has the condition number ${condition.toPrecision(3)}: in f32 it is singular, so the tangent space and the multipliers of F are not known on the device`,
    'Use riemannianHessian and riemannianHessianProduct, which are float64, move the weights, or remove dependent samples.',
  );
}

/** L⁻¹ of a lower triangular matrix without zeros on its diagonal, n x n. */
function invertLower(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    inverse[i * n + i] = 1;
    for (let l = 0; l < i; l++) {
      const scale = factor[i * n + l];
      for (let k = 0; k <= l; k++) inverse[i * n + k] -= scale * inverse[l * n + k];
    }
    for (let k = 0; k <= i; k++) inverse[i * n + k] /= factor[i * n + i];
  }
  return inverse;
}

async function prepareProducts(
  network: Network,
  { triangles, bends, slopes }: Surface,
  gram: GPUBuffer,
  perReplica: number,
): Promise<Curvature> {
  const { gpu, replicas, width, samples, cells, preactivations, targets, running } = network;
  const count = replicas * perReplica;
  const rows = count * width;
  const { vectors, products } = curvatureBuffers(network, perReplica);
  const projections = network.scratch('projections', rows * samples);
  const bentProjections = network.scratch('bent projections', rows * samples);
  const coefficients = network.scratch('curvature', rows * samples);
  const tangents = network.scratch('tangents', count * samples);
  const normals = network.scratch('normals', count * samples);
  const multipliers = network.scratch('vector multipliers', count * samples);
  const tile = tileVariant(chooseTile({ rows, columns: samples, terms: samples }, gpu));
  const along = (of: GPUBuffer) => network.launch('tangent', { preactivations, projections: of, targets, tangents });
  const timesGram = (product: GPUBuffer) =>
    gpu.launch('multiply', { left: coefficients, right: gram, status: running, product }, tile);
  const [project, tangent, bentTangent, forwards, backwards, weigh, move, bend, combine] = await Promise.all([
    prepareProject(network, { rows, left: vectors, product: projections }),
    along(projections),
    along(bentProjections),
    gpu.launch('triangle_products', { triangles, values: tangents, products: normals }),
    gpu.launch('triangle_products', { triangles, values: normals, products: multipliers }),
    gpu.launch('manifold_coefficients', { bends, slopes, projections, multipliers, coefficients }),
    timesGram(projections),
    timesGram(bentProjections),
    prepareCombine(network, { rows, coefficients, sum: products }),
  ]);
  const { recorder } = gpu;
  const shape = { vectors: count, per_replica: perReplica };
  /** Multipliers (J Jᵀ)⁻¹ J v of the normal part of a vector, from its projections. */
  const solve = (launch: typeof tangent) => {
    recorder.dispatch(launch, { ...shape, width, samples, count: samples });
    recorder.dispatch(forwards, { ...shape, samples, transposed: 0 });
    recorder.dispatch(backwards, { ...shape, samples, transposed: 1 });
  };
  const combineCoefficients = (parts: { readonly bent: 0 | 1; readonly pulled: 0 | 1 }) =>
    recorder.dispatch(weigh, { ...shape, width, count: samples, ...parts });
  const sizes = {
    replicas: 1,
    rows,
    columns: samples,
    terms: samples,
    first: 0,
    ...rightSteps('terms', samples),
    step: 0,
  };
  return {
    vectors,
    products,
    block(block) {
      project(block);
      // P_T v, in projections.
      solve(tangent);
      combineCoefficients({ bent: 0, pulled: 1 });
      recorder.dispatch(move, { ...sizes, accumulate: 1 });
      // B P_T v, of which the multipliers alone are wanted; then both parts of P_T B P_T v at once.
      combineCoefficients({ bent: 1, pulled: 0 });
      recorder.dispatch(bend, { ...sizes, accumulate: 0 });
      solve(bentTangent);
      combineCoefficients({ bent: 1, pulled: 1 });
      combine(block);
    },
    outputs: [{ buffer: products, size: count * cells * 4 }],
    finish: ([bytes]) => new Float32Array(bytes),
  };
}
