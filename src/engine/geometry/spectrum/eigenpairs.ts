import { FlatwalkError } from '../../../model/errors.ts';
import { count, real } from '../../arrays.ts';
import type { Network } from '../../network.ts';
import type { Problem } from '../../problem.ts';
import { type CurvatureKind, prepareCurvatureProducts } from '../curvature/products.ts';
import { atOnePoint } from '../steady.ts';
import { type Lanczos, prepareLanczos, slotsThatFit, slotsWithin } from './lanczos.ts';
import { progressOf, type Wish, wanted } from './progress.ts';
import { projectionOf, ritzVectorsOf } from './ritz.ts';

export interface EigenpairOptions {
  /** How many of the algebraically largest eigenvalues; 1 if not given. */
  readonly largest?: number;
  /** How many of the algebraically smallest: at a saddle these are the negative ones. 1 if not given. */
  readonly smallest?: number;
  /** Which matrix; the Hessian of the loss if not given. */
  readonly of?: CurvatureKind;
  /** Largest residual of a pair that has converged, as a share of the norm; 1e-5 if not given. f32 reaches about 1e-6. */
  readonly tolerance?: number;
  /** Basis vectors at most. If not given: 512, or fewer where the matrix is smaller or they would take 256 MiB. */
  readonly mostSteps?: number;
  readonly seed?: number;
}

export interface Eigenpair {
  /** The Rayleigh quotient v^T H v of the vector. */
  readonly value: number;
  /** v, m x d numbers, of length 1. */
  readonly vector: Float64Array;
  /** |H v - value v|, from a product of its own. Some eigenvalue is as near to `value` as that. */
  readonly residual: number;
  /** Whether the residual is at most tolerance * norm. */
  readonly converged: boolean;
}

/** Both ends of the spectrum of one replica. */
export interface Eigenpairs {
  /** Descending. */
  readonly largest: readonly Eigenpair[];
  /** Ascending. */
  readonly smallest: readonly Eigenpair[];
  /** The largest |Ritz value|: the norm of the matrix, or less. */
  readonly norm: number;
  /** Products with the matrix that were used: those of the basis. */
  readonly steps: number;
  /**
   * Whether a second random start, orthogonal to all that was found, has brought nothing new: no copy of a multiple
   * eigenvalue is missing. False where the steps ran out before.
   */
  readonly complete: boolean;
}

const MOST_STEPS = 512;
/** Numbers in all bases that are taken unasked, and as many in their coefficients: 256 MiB. */
const MOST_NUMBERS = 1 << 26;
/** Unless there are fewer vectors than this in each. */
const FEW_STEPS = 64;
/** The first look at what has converged; later ones follow after half as much again. */
const FIRST_LOOK = 12;

/**
 * The algebraically largest and smallest eigenvalues of a curvature matrix (N x N, N = m d) at the present weights, with
 * vectors, for each replica: by Lanczos' method with full reorthogonalisation, on the device in f32; residuals and values
 * are finished in float64. A pair that has not converged says so.
 * Source: B. N. Parlett, The Symmetric Eigenvalue Problem, 1980, chapter 13.
 * Lengths are taken in f32, whose squares end at 3.4e38: a product longer than 1.8e19, as of a norm of about that, is out of range.
 * @throws BAD_ARGUMENT for more eigenvalues than there are, or than the steps allow; LIMIT where no basis fits; NOT_DEFINED
 *   where products leave the range of f32
 */
export const eigenpairs = /* @__PURE__ */ atOnePoint(measureEigenpairs);

async function measureEigenpairs(problem: Problem, options: EigenpairOptions = {}): Promise<Eigenpairs[]> {
  const { network } = problem.lowLevel;
  const { cells: length } = network;
  const { of = 'hessian', seed = 0 } = options;
  const wish = readWish(options, length);
  const slots = slotsFor(options, wish, network);
  const stages = await prepareCurvatureProducts(problem, of);
  const lanczos = await prepareLanczos(problem, stages, { perReplica: 1, slots, law: 'gaussian', seed, redraw: true });
  try {
    const ends = await grow(lanczos, slots, length, wish);
    return await finish(lanczos, ends, length, wish);
  } finally {
    lanczos.dispose();
  }
}

function readWish({ largest = 1, smallest = 1, tolerance = 1e-5 }: EigenpairOptions, length: number): Wish {
  for (const [name, value] of Object.entries({ largest, smallest })) {
    count(name, value, 0);
    if (value > length) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `${name} is ${value}, but a matrix of m d = ${length} rows has ${length} eigenvalues`,
        `Ask for at most ${length}.`,
      );
    }
  }
  if (largest + smallest === 0) {
    throw new FlatwalkError('BAD_ARGUMENT', 'largest and smallest are both 0', 'Ask for one eigenvalue or more.');
  }
  if (real('tolerance', tolerance, 0) === 0) {
    throw new FlatwalkError('BAD_ARGUMENT', 'tolerance is 0, which no residual in f32 reaches', 'Set it to 1e-5.');
  }
  return { largest, smallest, tolerance };
}

/** Slots of the basis. Half of them may stay empty where every second product ends a space; one more ends the last. */
function slotsFor({ mostSteps }: EigenpairOptions, wish: Wish, network: Network): number {
  const { cells: length, replicas } = network;
  const least = 2 * Math.max(wish.largest, wish.smallest) + 2;
  const all = 2 * length + 2;
  if (mostSteps !== undefined) {
    count('mostSteps', mostSteps);
    if (mostSteps + 1 < Math.min(least, all)) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `mostSteps is ${mostSteps}, too few for ${wish.largest} largest and ${wish.smallest} smallest eigenvalues`,
        `Allow ${least - 1} steps or more.`,
      );
    }
    return Math.min(mostSteps + 1, all);
  }
  const moderate = Math.max(FEW_STEPS, slotsWithin(MOST_NUMBERS, length, replicas));
  return Math.min(all, Math.max(least, Math.min(MOST_STEPS, moderate, slotsThatFit(network, replicas))));
}

/** Where each replica's basis ends, and whether its answer is complete. It does not depend on the other replicas. */
async function grow(
  lanczos: Lanczos,
  slots: number,
  length: number,
  wish: Wish,
): Promise<{ end: number; complete: boolean }[]> {
  const ends = new Map<number, { end: number; complete: boolean }>();
  let closing: Uint32Array | undefined;
  for (let look = Math.min(FIRST_LOOK, slots); ; look = Math.min(slots, look + Math.max(8, look >> 1))) {
    await lanczos.extend(look, closing);
    closing = new Uint32Array(lanczos.vectors);
    for (let r = 0; r < lanczos.vectors; r++) {
      if (ends.has(r)) continue;
      const next = progressOf(lanczos, r, length, wish);
      if (next === 'close') closing[r] = 1;
      if (next === 'complete' || look === slots) ends.set(r, { end: look, complete: next === 'complete' });
    }
    if (ends.size === lanczos.vectors) return Array.from(closing, (_, r) => ends.get(r)!);
  }
}

/** Ritz vectors and their products, and in float64 what follows from these. */
async function finish(
  lanczos: Lanczos,
  ends: readonly { end: number; complete: boolean }[],
  length: number,
  wish: Wish,
): Promise<Eigenpairs[]> {
  const { vectors: replicas, stride } = lanczos;
  const pairs = wish.largest + wish.smallest;
  const coefficients = new Float32Array(pairs * replicas * stride);
  const found = ends.map(({ end }, r) => {
    const projection = projectionOf(lanczos, r, end);
    const { values, vectors: own } = ritzVectorsOf(projection);
    const { size, slots } = projection;
    wanted(values, wish).forEach((k, p) => {
      const row = (p * replicas + r) * stride;
      for (let i = 0; i < size; i++) coefficients[row + slots[i]] = own[k * size + i];
    });
    return { norm: Math.max(Math.abs(values[0]), Math.abs(values[size - 1])), steps: size };
  });
  const { vectors, products } = await lanczos.combine(coefficients);
  return found.map(({ norm, steps }, r) => {
    const all = Array.from({ length: pairs }, (_, p) => {
      const at = (p * replicas + r) * length;
      return pairOf(vectors.subarray(at, at + length), products.subarray(at, at + length), wish.tolerance * norm);
    });
    return {
      smallest: all.slice(0, wish.smallest).sort((a, b) => a.value - b.value),
      largest: all.slice(wish.smallest).sort((a, b) => b.value - a.value),
      norm,
      steps,
      complete: ends[r].complete,
    };
  });
}

function pairOf(vector: Float32Array, product: Float32Array, most: number): Eigenpair {
  let square = 0;
  let form = 0;
  for (let k = 0; k < vector.length; k++) {
    square += vector[k] * vector[k];
    form += vector[k] * product[k];
  }
  const size = Math.sqrt(square);
  const value = form / square;
  let left = 0;
  for (let k = 0; k < vector.length; k++) left += (product[k] - value * vector[k]) ** 2;
  const residual = Math.sqrt(left) / size;
  return { value, vector: Float64Array.from(vector, (v) => v / size), residual, converged: residual <= most };
}
