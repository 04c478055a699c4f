/** Grids of settings, their cells and what is told of them: what pages need to know without an engine. */
import type { Checkpoint, MetricName, MetricRow, Outcome } from '../../engine/index.ts';
import { axisValues, checkGrid, type Grid, type GridKey, isShape } from '../config/grid.ts';
import type { Settings } from '../config/table.ts';
import type { StableStep } from './notes.ts';

export interface GridOptions {
  /** All but what the axes vary. A rule for stopping has no part in it: it would end all cells with the first. */
  readonly settings: Settings;
  readonly grid: Grid;
  /** Replicas of each cell, each from a start of its own, which it shares with the same replica of the other cells. */
  readonly repeats: number;
}

/** Cells that are trained together, by their numbers. Replica `c * repeats + k` is the k-th of the cell `cells[c]`. */
export interface EnsembleCells {
  readonly cells: readonly number[];
  /** What they have in common that changes the shape. */
  readonly shape: Readonly<Partial<Record<GridKey, number>>>;
}

export interface EnsembleStart {
  readonly samples: number;
  readonly dimension: number;
  readonly width: number;
  readonly replicas: number;
  /** eta of each cell, in the order of `cells`. */
  readonly stepSizes: readonly number[];
  /** F*; null where all neurons cannot agree. */
  readonly traceOptimum: number | null;
  readonly metrics: readonly MetricName[];
  /** Why these kernels, in words. */
  readonly plan: string;
  readonly stable: StableStep | null;
  /** Seconds by the costs that plans are chosen by, which are no clock; null where they do not know. */
  readonly seconds: number | null;
}

export type GridEvent =
  | ({ readonly kind: 'ensemble'; readonly ensemble: number } & EnsembleStart)
  | { readonly kind: 'row'; readonly ensemble: number; readonly row: MetricRow; readonly passing: boolean }
  /** From where the grid can go on should the device be lost; all rows up to there have been told. */
  | { readonly kind: 'place'; readonly place: GridPlace };

/** From where a grid goes on that was paused, or whose device was lost. */
export interface GridPlace {
  readonly ensemble: number;
  /** null: from its start. */
  readonly checkpoint: Checkpoint | null;
}

export interface GridResult {
  /** How each ensemble ended, as far as they went. */
  readonly outcomes: readonly Outcome[];
  /** null: all have been trained. */
  readonly next: GridPlace | null;
}

/** The cells from left to right, row by row from below, in ensembles. @throws BAD_ARGUMENT */
export function ensemblesOf(grid: Grid): EnsembleCells[] {
  const { x, y } = checkGrid(grid);
  const [xs, ys] = [axisValues(x), axisValues(y)];
  const found = new Map<string, { readonly cells: number[]; readonly shape: EnsembleCells['shape'] }>();
  ys.forEach((vertical, row) => {
    xs.forEach((horizontal, column) => {
      const values = [
        [x.key, horizontal],
        [y.key, vertical],
      ] as const;
      const shape = Object.fromEntries(values.filter(([key]) => isShape(key)));
      const name = JSON.stringify(shape);
      if (!found.has(name)) found.set(name, { cells: [], shape });
      found.get(name)?.cells.push(row * xs.length + column);
    });
  });
  return [...found.values()];
}

/** The values of one cell, by their settings. */
export function cellValues({ x, y }: Grid, cell: number): Partial<Record<GridKey, number>> {
  const [xs, ys] = [axisValues(x), axisValues(y)];
  return { [x.key]: xs[cell % xs.length], [y.key]: ys[Math.floor(cell / xs.length)] };
}
