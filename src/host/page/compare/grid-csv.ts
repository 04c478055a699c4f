/** A phase diagram as a table: a line for each replica of each cell, as it is now. */
import { cellValues } from '../../tasks/grid-cells.ts';
import { sides } from './cell-words.ts';
import type { GridRun } from './grid-run.ts';

/** Comma-separated, with a header line. What is not finite, and what was not measured, is empty. */
export function gridCsv(run: GridRun): string {
  const { grid, repeats } = run.options;
  const metrics = ['loss', 'stableRank', 'disagreement', 'gap'] as const;
  const header = [grid.x.key, grid.y.key, 'replica', 'number', 'step', 'diverged', ...metrics, 'relativeGap'];
  const { xs, ys } = sides(run);
  const lines = Array.from({ length: xs.length * ys.length }, (_, cell) => {
    const { ensemble, first } = run.place(cell);
    const row = ensemble.passing ?? ensemble.rows.at(-1);
    const values = cellValues(grid, cell);
    return Array.from({ length: repeats }, (_, k) => {
      const found = metrics.map((metric) => row?.values[metric]?.[first + k] as number | undefined);
      const optimum = ensemble.start?.traceOptimum;
      const gap = found[3];
      const relative = gap !== undefined && optimum ? gap / optimum : undefined;
      const diverged = row?.diverged.find(({ replica }) => replica === first + k)?.step;
      const cells = [values[grid.x.key], values[grid.y.key], k, first + k, row?.step, diverged, ...found, relative];
      return cells.map((value) => (Number.isFinite(value) ? String(value) : '')).join(',');
    });
  });
  return `${[header.join(','), ...lines.flat()].join('\n')}\n`;
}
