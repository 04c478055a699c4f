import { defineKernel } from '../../kernel.ts';
import { floats, threads } from '../../kernels.ts';
import { matrixParts } from '../../shared.ts';

/** What multiplies by the Hessian of F on the zero-loss manifold: see `riemannian.ts`. */
export const manifoldKernels = {
  triangle_products: defineKernel({
    bindings: { triangles: 'read', values: 'read', products: 'write' },
    params: { vectors: 'u32', per_replica: 'u32', samples: 'u32', transposed: 'u32' },
    constants: [],
    groups: (p) => threads(p.vectors * p.samples),
    work: (p) => ({
      flops: p.vectors * p.samples * (p.samples + 1),
      bytes: floats((p.vectors / p.per_replica) * (p.samples * (p.samples + 1)) * 0.5, 2 * p.vectors * p.samples),
    }),
  }),
  manifold_coefficients: defineKernel({
    bindings: { bends: 'read', slopes: 'read', projections: 'read', multipliers: 'read', coefficients: 'write' },
    params: { vectors: 'u32', per_replica: 'u32', width: 'u32', count: 'u32', bent: 'u32', pulled: 'u32' },
    constants: [],
    groups: (p) => p.vectors * matrixParts(p.width * p.count),
    work: (p) => ({
      flops: 3 * p.vectors * p.width * p.count,
      bytes: floats(2 * p.vectors * p.width * p.count, 2 * (p.vectors / p.per_replica) * p.width * p.count),
    }),
  }),
};
