import type { Law } from '../../model/draws.ts';
import { defineKernel } from '../kernel.ts';
import { floats, SAMPLES_PER_CHUNK, TILE, threads, tilesBelow } from '../kernels.ts';
import { matrixParts } from '../shared.ts';

/** Numbers that one workgroup of `sum_squares` sums up. */
export const VALUES_PER_CHUNK = 1024;
/** Columns of a Cholesky factor that are found at once. */
export const PANEL = 32;

/** Fours that a block of random words is good for: a sign a bit, or four normals. */
export const quadsOf = (law: Law) => (law === 'rademacher' ? 32 : 1);
/** Tiles on and below the diagonal. */
const triangle = (size: number) => (Math.ceil(size / 32) * (Math.ceil(size / 32) + 1)) / 2;

/** The kernels in shaders/geometry/: gradient, curvature, probes, features, retraction. */
export const geometryKernels = {
  sum_squares: defineKernel({
    bindings: { values: 'read', partials: 'write' },
    params: { replicas: 'u32', length: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.replicas * Math.ceil(p.length / VALUES_PER_CHUNK),
    work: (p) => ({ flops: 2 * p.replicas * p.length, bytes: floats(p.replicas * p.length) }),
  }),
  tangent: defineKernel({
    bindings: { preactivations: 'read', projections: 'read', targets: 'read', tangents: 'write' },
    params: { vectors: 'u32', per_replica: 'u32', width: 'u32', samples: 'u32', count: 'u32' },
    constants: ['OWN_TARGETS'],
    groups: (p) => threads(p.vectors * p.count),
    work: (p) => ({
      flops: 3 * p.vectors * p.width * p.count,
      bytes: floats(p.vectors * p.width * p.count, p.vectors * p.count),
    }),
  }),
  curvature_coefficients: defineKernel({
    bindings: {
      preactivations: 'read',
      projections: 'read',
      tangents: 'read',
      residuals: 'read',
      targets: 'read',
      coefficients: 'write',
    },
    params: { vectors: 'u32', per_replica: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32' },
    constants: ['OWN_TARGETS'],
    groups: (p) => p.vectors * matrixParts(p.width * p.count),
    work: (p) => ({ flops: 6 * p.vectors * p.width * p.count, bytes: floats(2 * p.vectors * p.width * p.count) }),
  }),
  probe_forms: defineKernel({
    bindings: { preactivations: 'read', projections: 'read', residuals: 'read', targets: 'read', forms: 'write' },
    params: {
      replicas: 'u32',
      vectors: 'u32',
      first_vector: 'u32',
      taken: 'u32',
      width: 'u32',
      samples: 'u32',
      first: 'u32',
      count: 'u32',
      chunk: 'u32',
    },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas * Math.ceil(p.taken / 4) * Math.ceil(p.count / SAMPLES_PER_CHUNK),
    work: (p) => ({
      flops: 7 * p.replicas * p.taken * p.width * p.count,
      bytes: floats(p.replicas * p.taken * p.width * p.count),
    }),
  }),
  probe_vectors: defineKernel({
    bindings: { probes: 'write' },
    params: {
      vectors: 'u32',
      per_replica: 'u32',
      first: 'u32',
      length: 'u32',
      seed_low: 'u32',
      seed_high: 'u32',
    },
    constants: ['QUADS'],
    groups: (p, c) => threads(p.vectors * Math.ceil(p.length / (4 * c.QUADS))),
    work: (p) => ({ flops: 0, bytes: floats(p.vectors * p.length) }),
  }),
  centre: defineKernel({
    bindings: { preactivations: 'read', means: 'write', parts: 'write' },
    params: { replicas: 'u32', width: 'u32', count: 'u32' },
    constants: [],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({ flops: 3 * p.replicas * p.width * p.count, bytes: floats(2 * p.replicas * p.width * p.count) }),
  }),
  gram_matrix: defineKernel({
    bindings: { left: 'read', right: 'read', factors: 'read', status: 'read', gram: 'readWrite' },
    params: {
      replicas: 'u32',
      rows: 'u32',
      columns: 'u32',
      skip: 'u32',
      side: 'u32',
      weighted: 'u32',
      accumulate: 'u32',
      step: 'u32',
    },
    constants: TILE,
    groups: (p, c) => p.replicas * tilesBelow(p.side === 0 ? p.columns : p.rows, c),
    work: (p) => {
      const [size, length] = p.side === 0 ? [p.columns, p.rows - p.skip] : [p.rows, p.columns];
      return {
        flops: p.replicas * size * (size + 1) * length,
        bytes: floats(p.replicas * p.rows * p.columns, p.replicas * size * size),
      };
    },
  }),
  cholesky_panel: defineKernel({
    bindings: { gram: 'read', status: 'read', factor: 'readWrite', pivots: 'readWrite' },
    params: { replicas: 'u32', samples: 'u32', column: 'u32', step: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.replicas * Math.max(1, Math.ceil((p.samples - p.column) / PANEL) - 1),
    work: (p) => ({
      flops: p.replicas * PANEL * PANEL * (p.samples - p.column),
      bytes: floats(2 * p.replicas * PANEL * (p.samples - p.column)),
    }),
  }),
  cholesky_update: defineKernel({
    bindings: { factor: 'read', status: 'read', gram: 'readWrite' },
    params: { replicas: 'u32', samples: 'u32', column: 'u32', step: 'u32' },
    constants: [],
    groups: (p) => p.replicas * triangle(p.samples - p.column - PANEL),
    work: (p) => {
      const left = p.samples - p.column - PANEL;
      return {
        flops: p.replicas * PANEL * left * (left + 1),
        bytes: floats(p.replicas * left * (left + PANEL)),
      };
    },
  }),
  cholesky_solve: defineKernel({
    bindings: { factor: 'read', rhs: 'read', status: 'read', solution: 'write' },
    params: { replicas: 'u32', samples: 'u32', step: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.replicas,
    work: (p) => ({ flops: 2 * p.replicas * p.samples ** 2, bytes: floats((p.replicas * p.samples ** 2) / 2) }),
  }),
  retraction_state: defineKernel({
    bindings: { residuals: 'read', targets: 'read', status: 'readWrite' },
    params: { replicas: 'u32', samples: 'u32', step: 'u32' },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas,
    work: (p) => ({ flops: 0, bytes: floats(2 * p.replicas * p.samples) }),
  }),
};
