import { shaderTexts } from './compose.ts';
import { defineKernel, type Numbers, type Part } from './kernel.ts';

export const threads = (count: number) => Math.ceil(count / 64);
export const floats = (...counts: number[]) => 4 * counts.reduce((a, b) => a + b, 0);
/** Of every kernel that is a matrix product: see shaders/lib/product.wgsl and shaders/tile/. */
export const TILE = ['TILE_ROWS', 'TILE_COLUMNS', 'ACROSS', 'DOWN', 'ROW_QUADS', 'COLUMN_QUADS', 'DEPTH'] as const;
type TileNumbers = Numbers<(typeof TILE)[number]>;
export const tiles = (rows: number, columns: number, c: TileNumbers) =>
  Math.ceil(rows / (c.TILE_ROWS * c.DOWN)) * Math.ceil(columns / (c.TILE_COLUMNS * c.ACROSS));
/** Those with a cell on or below the diagonal. */
export function tilesBelow(size: number, c: TileNumbers): number {
  let count = 0;
  for (let end = 0; end < size; ) {
    end += c.TILE_ROWS * c.DOWN;
    count += Math.ceil(Math.min(end, size) / (c.TILE_COLUMNS * c.ACROSS));
  }
  return count;
}

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
  multiply: defineKernel({
    bindings: { left: 'read', right: 'read', status: 'read', product: 'readWrite' },
    params: {
      replicas: 'u32',
      rows: 'u32',
      columns: 'u32',
      terms: 'u32',
      first: 'u32',
      column_step: 'u32',
      term_step: 'u32',
      accumulate: 'u32',
      step: 'u32',
    },
    constants: TILE,
    groups: (p, c) => p.replicas * tiles(p.rows, p.columns, c),
    work: (p) => ({
      flops: 2 * p.replicas * p.rows * p.columns * p.terms,
      bytes: floats(p.replicas * p.rows * p.terms, p.columns * p.terms, p.replicas * p.rows * p.columns),
    }),
  }),
  residual: defineKernel({
    bindings: { preactivations: 'read', targets: 'read', status: 'read', residuals: 'write' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32', step: 'u32' },
    constants: ['OWN_TARGETS'],
    groups: (p) => threads(p.replicas * p.count),
    work: (p) => ({
      flops: 2 * p.replicas * p.width * p.count,
      bytes: floats(p.replicas * p.width * p.count, p.replicas * p.count),
    }),
  }),
  observe: defineKernel({
    bindings: { preactivations: 'read', targets: 'read', partials: 'write' },
    params: { replicas: 'u32', width: 'u32', samples: 'u32', first: 'u32', count: 'u32', chunk: 'u32' },
    constants: ['LANES', 'OWN_TARGETS'],
    groups: (p) => p.replicas * Math.ceil(p.count / SAMPLES_PER_CHUNK),
    work: (p) => ({ flops: 10 * p.replicas * p.width * p.count, bytes: floats(p.replicas * p.width * p.count) }),
  }),
  draw_ahead: defineKernel({
    bindings: { settings: 'read', drawn: 'write' },
    params: { replicas: 'u32', first_step: 'u32', steps: 'u32' },
    paced: true,
    constants: ['SAMPLES', 'BATCH'],
    groups: (p, c) => threads(p.steps * p.replicas * c.BATCH),
    work: (p, c) => ({ flops: 0, bytes: floats(2 * p.steps * p.replicas * c.BATCH) }),
  }),
  sgd_lane: defineKernel({
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
    constants: ['WIDTH', 'SAMPLES', 'STATE', 'BATCH', 'LANES', 'RUNNING', 'OWN_TARGETS', 'SCHEDULED'],
    groups: (p, c) => Math.ceil(p.replicas / c.LANES),
    work: (p, c) => ({
      flops: 4 * p.replicas * p.steps * c.BATCH * c.WIDTH * c.STATE,
      bytes: floats(2 * p.replicas * c.WIDTH * c.STATE),
    }),
  }),
};

/** What is always there: these kernels, and the fragments that all kernels share. */
export const core = {
  kernels: coreKernels,
  shaders: shaderTexts(
    import.meta.glob<string>(
      ['../../shaders/**/*.wgsl', '!../../shaders/{large,geometry,shared,tables}/*', '!../../shaders/lib/cells.wgsl'],
      {
        query: '?raw',
        import: 'default',
        eager: true,
      },
    ),
  ),
} satisfies Part;
