/** Cells in words. */
import { axisValues } from '../../config/grid.ts';
import { entry } from '../../config/table.ts';
import { counted, shown } from '../../report/numbers.ts';
import { cellValues } from '../../tasks/grid-cells.ts';
import type { GridRun } from './grid-run.ts';
import { type MeasureName, measureOf } from './measures.ts';

const digits = (value: number) => shown(value, 4);

/** 'Step size η 0.01, label noise σ 2'. */
export function nameOf(run: GridRun, cell: number): string {
  const { grid } = run.options;
  const values = cellValues(grid, cell);
  return [grid.x.key, grid.y.key]
    .map((key, k) => {
      const { label } = entry(key);
      const value = values[key] ?? 0;
      const name = k === 0 ? label : label[0].toLowerCase() + label.slice(1);
      const { dimension } = run.place(cell).ensemble.start ?? {};
      return `${name} ${digits(value)}${key === 'n' && dimension ? ` (n/d ${shown(value / dimension, 3)})` : ''}`;
    })
    .join(', ');
}

/** What a cell has come to: 'stable rank 1.02 at step 400', or that it has diverged. */
export function readingOf(run: GridRun, cell: number, name: MeasureName): string {
  const reading = run.read(cell, name);
  const { repeats } = run.options;
  if (!reading) return 'not yet trained';
  const { diverged, median, low, high, step } = reading;
  const first = diverged.reduce((least, one) => Math.min(least, one.step), Number.POSITIVE_INFINITY);
  if (diverged.length === repeats) return `diverged at step ${shown(first)}: its numbers left the range of f32`;
  const lost = diverged.length > 0 ? `; ${counted(diverged.length, 'network')} of ${repeats} diverged` : '';
  const { noun } = measureOf(name);
  if (median === null) return `no ${noun} here${lost}`;
  const range = repeats > 1 && low !== null && high !== null ? ` (${digits(low)} to ${digits(high)})` : '';
  return `${noun} ${digits(median)}${range} at step ${shown(step)}${lost}`;
}

/** Whether all that a cell has left the range of f32. */
export function hasDiverged(run: GridRun, cell: number): boolean {
  const reading = run.read(cell, 'loss');
  return reading !== null && reading.diverged.length === run.options.repeats;
}

/** Columns and rows of a run's grid. */
export function sides({ options: { grid } }: GridRun): {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
} {
  return { xs: axisValues(grid.x), ys: axisValues(grid.y) };
}
