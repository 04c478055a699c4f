/** Cases of the kernels that build bases of Krylov spaces: see src/engine/geometry/spectrum/lanczos.ts. */
import { quadsOf } from '../../../engine/geometry/kernels.ts';
import { basisChunks, paddedLength } from '../../../engine/geometry/spectrum/kernels.ts';
import { lanesFor } from '../../../engine/kernels.ts';
import { splitSeed } from '../../../model/draws.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import type { CaseContext } from './cases.ts';
import type { Case } from './compare.ts';
import { blank } from './inputs.ts';

type Names =
  | 'basis_candidate'
  | 'basis_products'
  | 'basis_coefficients'
  | 'basis_subtract'
  | 'basis_decide'
  | 'basis_append';

/** [vectors, length, vectors in the basis]: ones, an empty basis, fours and one past, primes, around a chunk. */
const shapes = [
  [1, 1, 0],
  [3, 1, 1],
  [2, 13, 3],
  [3, 67, 4],
  [1, 1024, 5],
  [2, 1025, 7],
  [1, 2500, 2],
] as const;

const [seed_low, seed_high] = splitSeed(2 ** 40 + 77);

const shapesOf = ({ shape: s }: CaseContext) => (s ? [[s.replicas, s.width * s.dimension, 16] as const] : shapes);
const choices = ({ activation }: CaseContext, law: Choices['law'] = 'gaussian'): Choices => {
  return { activation, space: 'weight', draws: 'full', law };
};
const named = (vectors: number, length: number, count: number) => `${vectors} of ${length}, ${count} in the basis`;

export const spectrumCases: { readonly [N in Names]: (context: CaseContext) => Case<N>[] } = {
  basis_candidate: (c) =>
    (['gaussian', 'rademacher'] as const).flatMap((law) =>
      shapesOf(c).map(([vectors, length], k) => ({
        name: `${vectors} of ${length}, ${law}${k % 3 === 0 ? ', none drawn' : ''}`,
        buffers: {
          products: c.random.normals(vectors * length),
          state: states(c, vectors),
          candidates: blank(vectors * paddedLength(length)),
        },
        params: {
          vectors,
          per_replica: k % 2 ? vectors : 1,
          first: 5 * k,
          length,
          redraw: k % 3 === 0 ? 0 : 1,
          seed_low,
          seed_high,
        },
        constants: { QUADS: quadsOf(law) },
        choices: choices(c, law),
      })),
    ),

  basis_products: (c) =>
    shapesOf(c).map(([vectors, length, count], k) => {
      const stride = count + 1 + (k % 3);
      return {
        name: named(vectors, length, count),
        buffers: {
          basis: padded(c, Math.max(1, count) * vectors, length),
          candidates: padded(c, vectors, length),
          partials: blank(vectors * basisChunks(length) * stride),
        },
        params: { vectors, length, count, stride },
        constants: { LANES: k % 2 ? 4 : lanesFor(Math.min(1024, length)) },
        choices: choices(c),
      };
    }),

  basis_coefficients: (c) =>
    shapesOf(c).map(([vectors, length, count], k) => {
      const [stride, chunks, slot] = [count + 1 + (k % 3), basisChunks(length), k % 4];
      return {
        name: `${named(vectors, length, count)}${k % 2 ? ', added' : ''}`,
        buffers: {
          partials: c.random.normals(vectors * chunks * stride),
          coefficients: blank(vectors * stride),
          projected: c.random.normals((slot + 2) * vectors * stride),
        },
        params: { vectors, chunks, count, stride, slot, accumulate: k % 2 },
        constants: {},
        choices: choices(c),
      };
    }),

  basis_subtract: (c) =>
    shapesOf(c).map(([vectors, length, count], k) => {
      const [stride, first] = [paddedLength(count + 1 + (k % 3)), 8 * (k % 2)];
      return {
        name: named(vectors, length, count),
        buffers: {
          basis: padded(c, Math.max(1, count) * vectors, length),
          coefficients: c.random.normals(first + vectors * stride),
          candidates: padded(c, vectors, length),
        },
        params: { vectors, length, count, stride, first },
        constants: {},
        choices: choices(c),
      };
    }),

  basis_decide: (c) =>
    [1, 3, 65, 200].map((vectors, k) => {
      const [chunks, slot, stride] = [1 + 2 * k, k, k + 2];
      const partials = c.random.between(0.5, 2, vectors * chunks * stride);
      const projected = c.random.between(0.5, 2, (slot + 1) * vectors * stride);
      // Some are left with nothing, some with rounding, some with a little more than that.
      for (let v = 0; v < vectors; v++) {
        const share = [1, 0, 2 ** -40, 2 ** -32][v % 4];
        for (let i = 0; i < chunks; i++) partials[(v * chunks + i) * stride] *= share;
      }
      return {
        name: `${vectors} vectors, ${chunks} chunks, slot ${slot}`,
        buffers: {
          partials,
          projected,
          closing: Uint32Array.from({ length: vectors }, (_, v) => (v % 5 === 0 ? 1 : 0)),
          state: states(c, vectors),
          records: blank((slot + 1) * vectors * 2),
        },
        params: { vectors, chunks, stride, slot, close: k % 2 },
        constants: {},
        choices: choices(c),
      };
    }),

  basis_append: (c) =>
    shapesOf(c).map(([vectors, length, slot]) => ({
      name: named(vectors, length, slot),
      buffers: {
        candidates: padded(c, vectors, length),
        state: states(c, vectors),
        basis: blank((slot + 2) * vectors * paddedLength(length)),
        next: blank(vectors * length),
      },
      params: { vectors, length, slot },
      constants: {},
      choices: choices(c),
    })),
};

/** The largest length, a factor, and whether the space is closed: every second is. */
function states({ random }: CaseContext, vectors: number): Float32Array {
  const all = random.between(0.5, 2, 3 * vectors);
  for (let v = 0; v < vectors; v++) all[3 * v + 2] = v % 2;
  return all;
}

/** Random vectors, filled up with zeros to fours. */
function padded({ random }: CaseContext, vectors: number, length: number): Float32Array {
  const all = random.normals(vectors * paddedLength(length));
  return all.map((value, k) => (k % paddedLength(length) < length ? value : 0));
}
