import { defineKernel } from '../../kernel.ts';
import { floats, threads } from '../../kernels.ts';

/** Numbers that one workgroup of `basis_products` goes through. */
export const LENGTH_PER_CHUNK = 1024;
/** A vector in a basis is filled up with zeros to fours. */
export const paddedLength = (length: number) => 4 * Math.ceil(length / 4);
export const basisChunks = (length: number) => Math.ceil(length / LENGTH_PER_CHUNK);
/** Numbers that every vector has in the buffer `state`: see shaders/geometry/basis_decide.wgsl. */
export const BASIS_STATE = 3;
/** Numbers that every vector leaves for every slot in the buffer `records`. */
export const BASIS_RECORD = 2;

/** What builds orthonormal bases of Krylov spaces, many at once, without the host: see `lanczos.ts`. */
export const spectrumKernels = {
  basis_candidate: defineKernel({
    bindings: { products: 'read', state: 'read', candidates: 'write' },
    params: {
      vectors: 'u32',
      per_replica: 'u32',
      first: 'u32',
      length: 'u32',
      redraw: 'u32',
      seed_low: 'u32',
      seed_high: 'u32',
    },
    constants: ['QUADS'],
    groups: (p, c) => threads(p.vectors * Math.ceil(p.length / (4 * c.QUADS))),
    work: (p) => ({ flops: 0, bytes: floats(2 * p.vectors * p.length) }),
  }),
  basis_products: defineKernel({
    bindings: { basis: 'read', candidates: 'read', partials: 'write' },
    params: { vectors: 'u32', length: 'u32', count: 'u32', stride: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.vectors * basisChunks(p.length) * (Math.floor(p.count / 4) + 1),
    work: (p) => ({
      flops: 2 * p.vectors * p.length * (p.count + 1),
      bytes: floats(p.vectors * p.length * (p.count + 1)),
    }),
  }),
  basis_coefficients: defineKernel({
    bindings: { partials: 'read', coefficients: 'write', projected: 'readWrite' },
    params: { vectors: 'u32', chunks: 'u32', count: 'u32', stride: 'u32', slot: 'u32', accumulate: 'u32' },
    constants: [],
    groups: (p) => threads(p.vectors * (p.count + 1)),
    work: (p) => ({
      flops: p.vectors * (p.count + 1) * p.chunks,
      bytes: floats(p.vectors * (p.count + 1) * (p.chunks + 2)),
    }),
  }),
  basis_subtract: defineKernel({
    bindings: { basis: 'read', coefficients: 'read', candidates: 'readWrite' },
    params: { vectors: 'u32', length: 'u32', count: 'u32', stride: 'u32', first: 'u32' },
    constants: [],
    groups: (p) => threads(p.vectors * Math.ceil(p.length / 4)),
    work: (p) => ({
      flops: 2 * p.vectors * p.length * p.count,
      bytes: floats(p.vectors * p.length * (p.count + 2)),
    }),
  }),
  basis_decide: defineKernel({
    bindings: { partials: 'read', projected: 'read', closing: 'read', state: 'readWrite', records: 'write' },
    params: { vectors: 'u32', chunks: 'u32', stride: 'u32', slot: 'u32', close: 'u32' },
    constants: [],
    groups: (p) => threads(p.vectors),
    work: (p) => ({ flops: p.vectors * p.chunks, bytes: floats(p.vectors * p.chunks) }),
  }),
  basis_append: defineKernel({
    bindings: { candidates: 'read', state: 'read', basis: 'write', next: 'write' },
    params: { vectors: 'u32', length: 'u32', slot: 'u32' },
    constants: [],
    groups: (p) => threads(p.vectors * p.length),
    work: (p) => ({ flops: p.vectors * p.length, bytes: floats(3 * p.vectors * p.length) }),
  }),
};
