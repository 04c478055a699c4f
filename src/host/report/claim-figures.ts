/** Figures of the series that claims come with, drawn by which columns they have. */
import * as Plot from '@observablehq/plot';
import type { Figure } from '../figures/svg.ts';
import type { StoredClaim } from '../results/schema.ts';
import { type Drawn, grid, identity, ink, type Table, type Tables } from './claim-tables.ts';
import { drawConvexity, drawDecay, drawRest, drawStarts } from './flow-figures.ts';
import { counted, tick } from './numbers.ts';
import type { NamedFigure } from './run-figures.ts';
import { drawConstant, drawCovariance, drawMean, drawWalk } from './walk-figures.ts';

interface Drawer {
  /** Columns that a table must have to be drawn by it. */
  readonly needs: readonly string[];
  readonly draw: (tables: Tables) => Drawn;
}

/** The first that fits a table draws it, together with all others that it fits. */
const drawers: Readonly<Record<string, Drawer>> = {
  walk: { needs: ['step', 'mean', 'low', 'high', 'corrected', 'plain'], draw: drawWalk },
  constant: { needs: ['share', 'constant', 'error', 'predicted'], draw: drawConstant },
  convexity: { needs: ['time', 'smallestEigenvalue', 'predictedRate'], draw: drawConvexity },
  decay: { needs: ['time', 'gap', 'predictedRate'], draw: drawDecay },
  rest: { needs: ['time', 'gap', 'gradientNorm'], draw: drawRest },
  mean: { needs: ['measured', 'standardError', 'corrected', 'plain'], draw: drawMean },
  covariance: { needs: ['measured', 'predicted'], draw: drawCovariance },
  starts: { needs: ['smallestEigenvalue'], draw: drawStarts },
};

/** The figures of one claim. Tables of other columns are drawn as lines over their first column, or over their rows. */
export function claimFigures({ id, series = {} }: StoredClaim): NamedFigure[] {
  const groups = new Map<string, [string, Table][]>();
  for (const [name, table] of Object.entries(series)) {
    const found = Object.entries(drawers).find(([, { needs }]) =>
      needs.every((column) => Object.hasOwn(table, column)),
    );
    const kind = found?.[0] ?? `table ${name}`;
    groups.set(kind, [...(groups.get(kind) ?? []), [name, table]]);
  }
  return [...groups].map(([kind, tables]) => {
    const drawn = drawers[kind]?.draw(tables) ?? drawTable(tables[0]);
    const lost = tables.flatMap(([, table]) => Object.values(table).flat()).filter((v) => !Number.isFinite(v)).length;
    return {
      name: `claim-${id}-${kind}`,
      ...drawn,
      notes: lost > 0 ? [`${counted(lost, 'number is', 'numbers are')} not finite, and left out.`] : [],
    };
  });
}

/** Columns that lines are drawn over. */
const across = ['time', 'step', 'share'];

function drawTable([name, table]: Tables[number]): Drawn {
  const x = across.find((column) => Object.hasOwn(table, column));
  const columns = Object.keys(table).filter((column) => column !== x);
  const points = columns.flatMap((column) =>
    table[column]
      .map((y, k) => ({ column, x: x ? table[x][k] : k + 1, y }))
      .filter((point) => Number.isFinite(point.y)),
  );
  const colour = ({ column }: { column: string }) => ink(columns.indexOf(column));
  const figure: Figure = {
    title: name,
    label: `${columns.join(', ')} over ${x ?? 'rows'}`,
    x: { label: x ?? 'row', ticks: 5, tickFormat: tick },
    y: { label: null, ...grid, tickFormat: tick },
    ...identity,
    marks: [
      ...(x ? [Plot.line(points, { x: 'x', y: 'y', z: 'column', stroke: colour, strokeWidth: 1.5 })] : []),
      Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 3 }),
    ],
    keys: columns.map((column, k) => ({
      name: column,
      colour: ink(k),
      kind: x ? ('line' as const) : ('dot' as const),
    })),
  };
  return { figure, caption: `The numbers behind the claim, as recorded: ${columns.join(', ')}.` };
}
