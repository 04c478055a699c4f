import { defineKernel } from '../kernel.ts';
import { floats, TILE, threads, tiles } from '../kernels.ts';

/** The kernels in shaders/large/: steps by a subgroup or a workgroup a replica, or by matrix products. */
export const largeKernels = {
  activate: defineKernel({
    bindings: {
      left: 'read',
      right: 'read',
      start: 'read',
      targets: 'read',
      preactivations: 'write',
      partials: 'write',
    },
    params: {
      replicas: 'u32',
      width: 'u32',
      columns: 'u32',
      terms: 'u32',
      first: 'u32',
      column_step: 'u32',
      term_step: 'u32',
      samples: 'u32',
      from_start: 'u32',
    },
    constants: [...TILE, 'OWN_TARGETS'],
    groups: (p, c) => p.replicas * tiles(p.width, p.columns, c),
    work: (p) => ({
      flops: 2 * p.replicas * p.width * p.columns * p.terms,
      bytes: floats(p.replicas * p.width * p.terms, p.columns * p.terms, p.replicas * p.width * p.columns),
    }),
  }),
  noisy_residual: defineKernel({
    bindings: {
      partials: 'read',
      targets: 'read',
      settings: 'read',
      recorded: 'read',
      pulls: 'write',
      status: 'readWrite',
    },
    params: {
      replicas: 'u32',
      parts: 'u32',
      first: 'u32',
      count: 'u32',
      step: 'u32',
    },
    constants: ['SAMPLES', 'BATCH', 'RUNNING', 'OWN_TARGETS', 'SCHEDULED'],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({
      flops: 3 * p.replicas * p.parts * p.count,
      bytes: floats(3 * p.replicas * p.parts * p.count, p.replicas * p.count),
    }),
  }),
  sgd_subgroup: defineKernel({
    bindings: {
      features: 'read',
      start: 'read',
      targets: 'read',
      settings: 'read',
      recorded: 'read',
      state: 'readWrite',
      status: 'readWrite',
      kept: 'write',
    },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32', every: 'u32', first_row: 'u32' },
    paced: true,
    feature: 'subgroups',
    constants: [
      'WIDTH',
      'SAMPLES',
      'STATE',
      'BATCH',
      'LANES',
      'ROWS',
      'HALVINGS',
      'RUNNING',
      'OWN_TARGETS',
      'SCHEDULED',
    ],
    groups: (p) => p.replicas,
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
  sgd_group: defineKernel({
    bindings: {
      features: 'read',
      start: 'read',
      targets: 'read',
      settings: 'read',
      recorded: 'read',
      state: 'readWrite',
      status: 'readWrite',
      slopes: 'readWrite',
    },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32' },
    paced: true,
    constants: ['WIDTH', 'SAMPLES', 'STATE', 'BATCH', 'LANES', 'RUNNING', 'OWN_TARGETS', 'SCHEDULED'],
    groups: (p) => p.replicas,
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
};
