/** Cases of the kernels behind products with the Hessian on the zero-loss manifold: see src/engine/geometry/curvature/. */
import type { Choices } from '../../../reference/kernels/oracle.ts';
import type { CaseContext } from './cases.ts';
import type { Case } from './compare.ts';
import { blank } from './inputs.ts';

type Names = 'triangle_products' | 'manifold_coefficients';

/** [replicas, m, n, vectors of a replica]: ones, primes, one past a workgroup, past the cells of a workgroup, wide. */
const shapes = [
  [1, 1, 1, 1],
  [3, 7, 11, 2],
  [1, 2, 65, 3],
  [2, 5, 131, 1],
  [1, 17, 67, 2],
  [1, 131, 3, 1],
] as const;

const shapesOf = ({ shape: s }: CaseContext) => (s ? [[s.replicas, s.width, s.samples, 1] as const] : shapes);
const choices = ({ activation }: CaseContext): Choices => {
  return { activation, space: 'weight', draws: 'full', law: 'gaussian' };
};
const named = (replicas: number, width: number, samples: number, each: number) =>
  `${replicas} replicas, m ${width}, n ${samples}, ${each} vectors each`;

export const manifoldCases: { readonly [N in Names]: (context: CaseContext) => Case<N>[] } = {
  triangle_products: (c) =>
    shapesOf(c).flatMap(([replicas, width, samples, per_replica]) =>
      [0, 1].map((transposed) => {
        const vectors = replicas * per_replica;
        return {
          name: `${named(replicas, width, samples, per_replica)}${transposed ? ', transposed' : ''}`,
          buffers: {
            triangles: c.random.normals(replicas * samples * samples),
            values: c.random.normals(vectors * samples),
            products: blank(vectors * samples),
          },
          params: { vectors, per_replica, samples, transposed },
          constants: {},
          choices: choices(c),
        };
      }),
    ),

  manifold_coefficients: (c) =>
    shapesOf(c).flatMap(([replicas, width, samples, per_replica]) =>
      (
        [
          [1, 1],
          [1, 0],
          [0, 1],
        ] as const
      ).map(([bent, pulled]) => {
        const vectors = replicas * per_replica;
        return {
          name: `${named(replicas, width, samples, per_replica)}${bent ? ', bent' : ''}${pulled ? ', pulled' : ''}`,
          buffers: {
            bends: c.random.normals(replicas * width * samples, 2),
            slopes: c.random.normals(replicas * width * samples),
            projections: c.random.normals(vectors * width * samples),
            multipliers: c.random.normals(vectors * samples),
            coefficients: blank(vectors * width * samples),
          },
          params: { vectors, per_replica, width, count: samples, bent, pulled },
          constants: {},
          choices: choices(c),
        };
      }),
    ),
};
