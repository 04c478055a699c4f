import { defineKernel } from './kernel.ts';

const threads = (count: number) => Math.ceil(count / 64);
const tiles = (rows: number, columns: number) => Math.ceil(rows / 32) * Math.ceil(columns / 32);
/** Tiles on and below the diagonal. */
const triangle = (size: number) => (Math.ceil(size / 32) * (Math.ceil(size / 32) + 1)) / 2;
const floats = (...counts: number[]) => 4 * counts.reduce((a, b) => a + b, 0);

/**
 * Invocations in a workgroup that works along `length` numbers: no more than have something to do, a power of two for the
 * trees of sums, and at most what the device has use for (`gpu.lanes`).
 */
export const lanesFor = (length: number, most = 64) => Math.min(most, 2 ** Math.ceil(Math.log2(length)));

/** Samples that one workgroup of `observe` and `probe_forms` sums up. */
export const SAMPLES_PER_CHUNK = 256;
/** Numbers that one workgroup of `sum_squares` sums up. */
export const VALUES_PER_CHUNK = 1024;
/** Columns of a Cholesky factor that are found at once. */
export const PANEL = 32;
/** Partial sums that `observe` leaves for every chunk. */
export const OBSERVED = 8;

/**
 * Every kernel. A key here is the stem of a file in shaders/, its entry point, its label and its oracle's name. The
 * header of the .wgsl file gives formula, shapes and numerics.
 */
export const kernels = {
  project: defineKernel({
    summary: 'rows of a matrix against every data point: Z = Theta X^T',
    bindings: { left: 'read', data: 'read', product: 'readWrite' },
    params: { rows: 'u32', first: 'u32', count: 'u32', inner: 'u32', accumulate: 'u32' },
    constants: [],
    groups: (p) => tiles(p.rows, p.count),
    work: (p) => ({
      flops: 2 * p.rows * p.count * p.inner,
      bytes: floats(p.rows * p.inner, p.count * p.inner, p.rows * p.count),
    }),
  }),
  combine: defineKernel({
    summary: 'linear combinations of the data points: C X',
    bindings: { coefficients: 'read', data: 'read', sum: 'readWrite' },
    params: { rows: 'u32', first: 'u32', count: 'u32', inner: 'u32', accumulate: 'u32' },
    constants: [],
    groups: (p) => tiles(p.rows, p.inner),
    work: (p) => ({
      flops: 2 * p.rows * p.count * p.inner,
      bytes: floats(p.rows * p.count, p.count * p.inner, p.rows * p.inner),
    }),
  }),
  residual: defineKernel({
    summary: 'residuals of the samples',
    bindings: { preactivations: 'read', targets: 'read', residuals: 'write' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32' },
    constants: ['OWN_TARGETS'],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({
      flops: 2 * p.replicas * p.width * p.count,
      bytes: floats(p.replicas * p.width * p.count, p.replicas * p.count),
    }),
  }),
  noisy_residual: defineKernel({
    summary: 'scaled, noisy residuals of a full-batch step',
    bindings: {
      preactivations: 'read',
      targets: 'read',
      settings: 'read',
      recorded: 'read',
      pulls: 'write',
      status: 'readWrite',
    },
    params: {
      replicas: 'u32',
      width: 'u32',
      first: 'u32',
      count: 'u32',
      step: 'u32',
    },
    constants: ['SAMPLES', 'BATCH', 'RUNNING', 'OWN_TARGETS'],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({
      flops: 4 * p.replicas * p.width * p.count,
      bytes: floats(p.replicas * p.width * p.count, p.replicas * p.count),
    }),
  }),
  gradient_coefficients: defineKernel({
    summary: 'coefficients of weighted per-sample gradients',
    bindings: { preactivations: 'read', targets: 'read', weights: 'read', status: 'read', coefficients: 'readWrite' },
    params: {
      replicas: 'u32',
      width: 'u32',
      samples: 'u32',
      first: 'u32',
      count: 'u32',
      scale: 'f32',
      accumulate: 'u32',
      step: 'u32',
    },
    constants: ['OWN_TARGETS'],
    groups: (p) => threads(p.replicas * p.width * p.count),
    work: (p) => ({ flops: 3 * p.replicas * p.width * p.count, bytes: floats(2 * p.replicas * p.width * p.count) }),
  }),
  tangent: defineKernel({
    summary: 'derivative of the outputs along vectors',
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
    summary: 'coefficients of Hessian-vector products',
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
    groups: (p) => threads(p.vectors * p.width * p.count),
    work: (p) => ({ flops: 6 * p.vectors * p.width * p.count, bytes: floats(2 * p.vectors * p.width * p.count) }),
  }),
  probe_forms: defineKernel({
    summary: 'v^T H v of vectors from their projections, without H v',
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
  observe: defineKernel({
    summary: 'partial sums of loss, trace, disagreement, distance',
    bindings: { preactivations: 'read', targets: 'read', partials: 'write' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32', chunk: 'u32' },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas * Math.ceil(p.count / SAMPLES_PER_CHUNK),
    work: (p) => ({ flops: 10 * p.replicas * p.width * p.count, bytes: floats(p.replicas * p.width * p.count) }),
  }),
  sum_squares: defineKernel({
    summary: 'partial sums of squares',
    bindings: { values: 'read', partials: 'write' },
    params: { replicas: 'u32', length: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.replicas * Math.ceil(p.length / VALUES_PER_CHUNK),
    work: (p) => ({ flops: 2 * p.replicas * p.length, bytes: floats(p.replicas * p.length) }),
  }),
  probe_vectors: defineKernel({
    summary: 'random probes for Hutchinson estimates',
    bindings: { probes: 'write' },
    params: {
      vectors: 'u32',
      per_replica: 'u32',
      first: 'u32',
      length: 'u32',
      kind: 'u32',
      seed_low: 'u32',
      seed_high: 'u32',
    },
    constants: [],
    groups: (p) => threads(p.vectors * Math.ceil(p.length / 4)),
    work: (p) => ({ flops: 0, bytes: floats(p.vectors * p.length) }),
  }),
  centre: defineKernel({
    summary: 'the average neuron, and how the others differ from it',
    bindings: { preactivations: 'read', means: 'write', parts: 'write' },
    params: { replicas: 'u32', width: 'u32', count: 'u32' },
    constants: [],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({ flops: 3 * p.replicas * p.width * p.count, bytes: floats(2 * p.replicas * p.width * p.count) }),
  }),
  gram_matrix: defineKernel({
    summary: 'Gram matrices over one side of matrices',
    bindings: { matrix: 'read', factors: 'read', status: 'read', gram: 'readWrite' },
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
    constants: [],
    groups: (p) => {
      const down = Math.ceil((p.side === 0 ? p.columns : p.rows) / 64);
      return p.replicas * down * (down + 1);
    },
    work: (p) => {
      const [size, length] = p.side === 0 ? [p.columns, p.rows - p.skip] : [p.rows, p.columns];
      return {
        flops: p.replicas * size * (size + 1) * length,
        bytes: floats(p.replicas * p.rows * p.columns, p.replicas * size * size),
      };
    },
  }),
  cholesky_panel: defineKernel({
    summary: 'some columns of a Cholesky factor',
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
    summary: 'takes off a Gram matrix what columns of its Cholesky factor explain',
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
    summary: 'forward and backward substitution',
    bindings: { factor: 'read', rhs: 'read', status: 'read', solution: 'write' },
    params: { replicas: 'u32', samples: 'u32', step: 'u32' },
    constants: ['LANES'],
    groups: (p) => p.replicas,
    work: (p) => ({ flops: 2 * p.replicas * p.samples ** 2, bytes: floats((p.replicas * p.samples ** 2) / 2) }),
  }),
  retraction_state: defineKernel({
    summary: 'which replicas have been retracted',
    bindings: { residuals: 'read', targets: 'read', status: 'readWrite' },
    params: { replicas: 'u32', samples: 'u32', step: 'u32' },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas,
    work: (p) => ({ flops: 0, bytes: floats(2 * p.replicas * p.samples) }),
  }),
  retraction_step: defineKernel({
    summary: 'a Gauss-Newton step of the pre-activations',
    bindings: { slopes: 'read', multipliers: 'read', data_gram: 'read', status: 'read', preactivations: 'readWrite' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', step: 'u32' },
    constants: [],
    groups: (p) => p.replicas * Math.ceil(p.width / 64) * Math.ceil(p.samples / 32),
    work: (p) => ({
      flops: 2 * p.replicas * p.width * p.samples * p.samples,
      bytes: floats(2 * p.replicas * p.width * p.samples, p.samples * p.samples),
    }),
  }),
  draw_ahead: defineKernel({
    summary: 'the draws of steps to come',
    bindings: { settings: 'read', drawn: 'write' },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32' },
    paced: true,
    constants: ['SAMPLES', 'BATCH'],
    groups: (p, c) => threads(p.steps * p.replicas * c.BATCH),
    work: (p, c) => ({ flops: 0, bytes: floats(2 * p.steps * p.replicas * c.BATCH) }),
  }),
  sgd_lane: defineKernel({
    summary: 'label-noise SGD, one replica an invocation, state in registers',
    bindings: {
      features: 'read',
      start: 'read',
      targets: 'read',
      settings: 'read',
      recorded: 'read',
      state: 'readWrite',
      status: 'readWrite',
    },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32' },
    paced: true,
    constants: ['WIDTH', 'SAMPLES', 'STATE', 'BATCH', 'LANES', 'RUNNING', 'OWN_TARGETS'],
    groups: (p, c) => Math.ceil(p.replicas / c.LANES),
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
  sgd_group: defineKernel({
    summary: 'label-noise SGD, one replica a workgroup, state in storage',
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
    constants: ['WIDTH', 'SAMPLES', 'STATE', 'BATCH', 'LANES', 'RUNNING', 'OWN_TARGETS'],
    groups: (p) => p.replicas,
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
  activation_table: defineKernel({
    summary: 'the activation and its derivatives on a list of arguments',
    bindings: { points: 'read', table: 'write' },
    params: { count: 'u32' },
    constants: [],
    groups: (p) => threads(p.count),
    work: (p) => ({ flops: 0, bytes: floats(5 * p.count) }),
  }),
  draw_table: defineKernel({
    summary: 'random words and normals of a list of counters',
    bindings: { requests: 'read', words: 'write', normals: 'write' },
    params: { count: 'u32' },
    constants: [],
    groups: (p) => threads(p.count),
    work: (p) => ({ flops: 0, bytes: floats(20 * p.count) }),
  }),
};

export type KernelName = keyof typeof kernels;
export const kernelNames = Object.keys(kernels) as KernelName[];
