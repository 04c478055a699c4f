import { shaderTexts } from './compose.ts';
import { defineKernel, type Part } from './kernel.ts';

export const threads = (count: number) => Math.ceil(count / 64);
const tiles = (rows: number, columns: number) => Math.ceil(rows / 32) * Math.ceil(columns / 32);
export const floats = (...counts: number[]) => 4 * counts.reduce((a, b) => a + b, 0);

/**
 * Invocations in a workgroup that works along `length` numbers: no more than have something to do, a power of two for the
 * trees of sums, and at most what the device has use for (`gpu.lanes`).
 */
export const lanesFor = (length: number, most = 64) => Math.min(most, 2 ** Math.ceil(Math.log2(length)));

/** Samples that one workgroup of `observe` and `probe_forms` sums up. */
export const SAMPLES_PER_CHUNK = 256;
/** Partial sums that `observe` leaves for every chunk. */
export const OBSERVED = 8;

/**
 * The kernels that evaluate a network, and those that train a small one. A key here is the stem of a file in shaders/, its entry point,
 * its label and its oracle's name. The header of the .wgsl file gives formula, shapes and numerics.
 */
export const coreKernels = {
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
  observe: defineKernel({
    summary: 'partial sums of loss, trace, disagreement, distance',
    bindings: { preactivations: 'read', targets: 'read', partials: 'write' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32', chunk: 'u32' },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas * Math.ceil(p.count / SAMPLES_PER_CHUNK),
    work: (p) => ({ flops: 10 * p.replicas * p.width * p.count, bytes: floats(p.replicas * p.width * p.count) }),
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
      kept: 'write',
    },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32', every: 'u32', first_row: 'u32' },
    paced: true,
    constants: ['WIDTH', 'SAMPLES', 'STATE', 'BATCH', 'LANES', 'RUNNING', 'OWN_TARGETS'],
    groups: (p, c) => Math.ceil(p.replicas / c.LANES),
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
};

/** What is always there: these kernels, and the fragments that all kernels share. */
export const core = {
  folder: '',
  kernels: coreKernels,
  shaders: shaderTexts(
    import.meta.glob<string>(['../../shaders/**/*.wgsl', '!../../shaders/{large,geometry,tables}/*'], {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ),
} satisfies Part;
