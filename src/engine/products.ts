import type { Variant } from './compose.ts';
import type { Launch } from './gpu.ts';
import type { Network } from './network.ts';

/**
 * Matrix products: how the cells of a product are shared out among invocations, and the launches that everything which
 * multiplies goes through. Every tile adds the same terms in the same blocks of 64, but a compiler may make other bits of
 * another text, so the tile of a run's steps is part of its plan.
 */
export interface Tile {
  /** How the numbers reach an invocation: see shaders/tile/. */
  readonly by: 'quads' | 'registers' | 'workgroup';
  /** Cells of an invocation. */
  readonly rows: number;
  readonly columns: number;
  /** Invocations of a workgroup, along the columns and along the rows. */
  readonly across: number;
  readonly down: number;
  /** Terms that are read at a time; divides 64. */
  readonly depth: number;
}

const quads = (rows: number, columns: number, across: number, depth: number): Tile => {
  return { by: 'quads', rows, columns, across, down: 1, depth };
};
const registers = (rows: number, columns: number, across: number, depth: number): Tile => {
  return { by: 'registers', rows, columns, across, down: 1, depth };
};
const workgroup = (rows: number, columns: number, across: number, down: number, depth: number): Tile => {
  return { by: 'workgroup', rows, columns, across, down, depth };
};

/**
 * By the cells of an invocation where it works alone, by those of the workgroup where it works together. Larger tiles read
 * each number less often, but need a larger matrix to have work for all, and longer to compile.
 * The narrow one, 'quads 8x4', is four invocations across: for few columns, as the samples of a small network are.
 */
export const tiles = {
  'quads 4x4': quads(4, 4, 8, 1),
  'quads 8x4': quads(8, 4, 4, 2),
  'quads 16x1': quads(16, 1, 8, 1),
  'quads 16x4': quads(16, 4, 8, 2),
  'quads 16x8': quads(16, 8, 8, 1),
  'registers 4x4': registers(4, 4, 8, 2),
  'workgroup 32x32': workgroup(4, 4, 8, 8, 8),
  'workgroup 64x64': workgroup(8, 8, 8, 8, 8),
  'workgroup 128x64': workgroup(8, 8, 8, 16, 8),
} satisfies Record<string, Tile>;

export type TileName = keyof typeof tiles;
export const tileNames = Object.keys(tiles) as TileName[];

/** rows x columns cells of `terms` terms each, of one network where networks do not mix. */
export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

/** What a tile needs of a device, and what makes one fast: of `Gpu`. */
export interface TileDevice {
  readonly software: boolean;
  /** Invocations that are sure to share a subgroup; 0, or not given, where there are none. */
  readonly subgroup?: number;
}

/** Tiles that the device can run. */
export function possibleTiles({ subgroup = 0 }: TileDevice): TileName[] {
  return tileNames.filter((name) => subgroup >= 4 || tiles[name].by !== 'quads');
}

/** Multiply-adds below which a larger text is not worth the time to compile it. */
const SMALL_PRODUCT = 1 << 20;
/** Workgroups that a GPU should have to work on, at least: an H100 takes 512 small tiles in 0.6 of the time of 128 larger ones. */
const BUSY = 512;

/** The tile for a product on a device. Pure; a tuner or a caller may take any other that is possible. */
export function chooseTile({ rows, columns, terms }: ProductShape, { software, subgroup = 0 }: TileDevice): TileName {
  if (software && subgroup >= 4) {
    if (columns <= 8) return 'quads 16x1';
    if (columns <= 16) return 'quads 8x4';
    return rows * columns * terms < SMALL_PRODUCT ? 'quads 4x4' : 'quads 16x4';
  }
  const groups = (name: TileName) => {
    const { rows: r, columns: c, across, down } = tiles[name];
    return Math.ceil(rows / (r * down)) * Math.ceil(columns / (c * across));
  };
  const large = (['workgroup 128x64', 'workgroup 64x64'] as const).find((name) => groups(name) >= BUSY);
  return software ? 'registers 4x4' : (large ?? 'workgroup 32x32');
}

/** The slot and the constants of a kernel that multiplies. */
export function tileVariant(name: TileName) {
  const { by, rows, columns, across, down, depth }: Tile = tiles[name];
  return {
    slots: { tile: by },
    constants: {
      TILE_ROWS: rows,
      TILE_COLUMNS: columns,
      ACROSS: across,
      DOWN: down,
      ROW_QUADS: Math.floor(rows / 4),
      COLUMN_QUADS: Math.floor(columns / 4),
      DEPTH: depth,
    },
  } satisfies Variant;
}

/** The parts that `activate` leaves sums of: one for the rows of each invocation. */
export function partsOf(name: TileName, rows: number): number {
  const { rows: own, down } = tiles[name];
  return Math.ceil(rows / (own * down)) * down;
}

/** Where the right matrix lies: `length` numbers in a row for each column of the product, or for each term. */
export function rightSteps(lies: 'columns' | 'terms', length: number) {
  return lies === 'columns' ? { column_step: length, term_step: 1 } : { column_step: 1, term_step: length };
}

/** A stretch of the data points, and how many rows are multiplied, where it is not all. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly rows?: number;
}

/** Records a product with a stretch of the data points, in place of what is there or added to it. */
export type Product = (stretch: Stretch, accumulate?: boolean) => void;

/** product[row][i] (+)= sum_k left[row][k] x[first + i][k]. left is rows x d, product is rows x count. */
export async function prepareProject(
  network: Network,
  { rows, left, product }: { readonly rows: number; readonly left: GPUBuffer; readonly product: GPUBuffer },
): Promise<Product> {
  const { gpu, dimension: terms, data: right, running: status, blocks } = network;
  const tile = chooseTile({ rows, columns: blocks[0].count, terms }, gpu);
  const launch = await gpu.launch('multiply', { left, right, status, product }, tileVariant(tile));
  const shape = { replicas: 1, terms, ...rightSteps('columns', terms), step: 0 };
  return ({ first, count, rows: taken = rows }, accumulate = false) => {
    const stretch = { rows: taken, columns: count, first: first * terms };
    gpu.recorder.dispatch(launch, { ...shape, ...stretch, accumulate: accumulate ? 1 : 0 });
  };
}

/** sum[row][k] (+)= sum_i coefficients[row][i] x[first + i][k]. coefficients is rows x count, sum is rows x d. */
export async function prepareCombine(
  network: Network,
  given: { readonly rows: number; readonly coefficients: GPUBuffer; readonly sum: GPUBuffer; readonly tile?: TileName },
): Promise<Product> {
  const { gpu, dimension: columns, data: right, running: status, blocks } = network;
  const { rows, coefficients: left, sum: product } = given;
  const tile = given.tile ?? chooseTile({ rows, columns, terms: blocks[0].count }, gpu);
  const launch = await gpu.launch('multiply', { left, right, status, product }, tileVariant(tile));
  const shape = { replicas: 1, columns, ...rightSteps('terms', columns), step: 0 };
  return ({ first, count, rows: taken = rows }, accumulate = false) => {
    const stretch = { rows: taken, terms: count, first: first * columns };
    gpu.recorder.dispatch(launch, { ...shape, ...stretch, accumulate: accumulate ? 1 : 0 });
  };
}

/**
 * Coefficients in terms of pre-activations: product[row][l] += sum_i coefficients[row][i] G_il, replica by replica, but for
 * those that have stopped at or before the step. coefficients and product are replicas x m x n, gram is G.
 */
export async function prepareGramCombine(
  network: Network,
  buffers: Record<'coefficients' | 'gram' | 'product', GPUBuffer> & { readonly status?: GPUBuffer },
): Promise<(step?: number) => void> {
  const { gpu, replicas, width: rows, samples, running } = network;
  const { coefficients: left, gram: right, product, status = running } = buffers;
  const tile = chooseTile({ rows, columns: samples, terms: samples }, gpu);
  const launch = await gpu.launch('multiply', { left, right, status, product }, tileVariant(tile));
  const shape = { replicas, rows, columns: samples, terms: samples, first: 0, ...rightSteps('terms', samples) };
  return (step = 0) => gpu.recorder.dispatch(launch, { ...shape, accumulate: 1, step });
}

/** Gram matrices of size x size: see shaders/gram_matrix.wgsl. */
export function prepareGram(
  { gpu, width, blocks }: Network,
  size: number,
  { matrix, ...rest }: Record<'matrix' | 'factors' | 'status' | 'gram', GPUBuffer>,
): Promise<Launch<'gram_matrix'>> {
  const tile = chooseTile({ rows: size, columns: size, terms: size === width ? blocks[0].count : width }, gpu);
  return gpu.launch('gram_matrix', { left: matrix, right: matrix, ...rest }, tileVariant(tile));
}
