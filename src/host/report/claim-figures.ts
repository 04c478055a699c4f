/** Figures of the series that claims come with, drawn by which columns they have. */
import * as Plot from '@observablehq/plot';
import { colours, type Figure, type Key, power } from '../figures/svg.ts';
import type { StoredClaim } from '../results/schema.ts';
import { counted, shown, tick } from './numbers.ts';
import { type NamedFigure, roundTick } from './run-figures.ts';

/** Numbers by column. */
type Table = Readonly<Record<string, readonly number[]>>;
type Tables = readonly (readonly [name: string, table: Table])[];

interface Drawer {
  /** Columns that a table must have to be drawn by it. */
  readonly needs: readonly string[];
  readonly draw: (tables: Tables) => Omit<NamedFigure, 'name' | 'notes'>;
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
    const found = Object.entries(drawers).find(([, { needs }]) => needs.every((column) => column in table));
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

/** Rows of a table as objects. */
function records(table: Table): Record<string, number>[] {
  const length = Math.max(0, ...Object.values(table).map((column) => column.length));
  return Array.from({ length }, (_, k) =>
    Object.fromEntries(Object.entries(table).map(([name, column]) => [name, column[k] ?? Number.NaN])),
  );
}

const dashed = '6 4';
/** Shares of a start that float64 can tell from nothing. */
const LEAST = 1e-12;
const ink = (k: number) => `var(--run-${k % 8})`;
const grid = { grid: true } as const;
const identity = { color: { type: 'identity' } } as const;

function drawWalk([[, table]]: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const rows = records(table);
  return {
    caption:
      'The mean of many walks (dots) should lie on the prediction for their step size; the plain flow is where they would go at vanishing steps.',
    figure: {
      title: 'Walks and their prediction',
      label: `Mean sharpness of walks from ${shown(rows[0]?.mean, 4)} to ${shown(rows[rows.length - 1]?.mean, 4)}, with the corrected and the plain prediction`,
      x: { label: 'steps', tickFormat: tick, ticks: 5 },
      y: { label: 'F after retraction', ...grid, tickFormat: tick },
      ...identity,
      marks: [
        Plot.areaY(rows, { x: 'step', y1: 'low', y2: 'high', fill: colours.measured, fillOpacity: 0.18 }),
        Plot.line(rows, { x: 'step', y: 'plain', stroke: colours.other, strokeDasharray: '2 3', strokeWidth: 2 }),
        Plot.line(rows, { x: 'step', y: 'corrected', stroke: colours.predicted, strokeWidth: 2 }),
        Plot.ruleX(rows, {
          x: 'step',
          y1: (row) => row.mean - 2 * row.standardError,
          y2: (row) => row.mean + 2 * row.standardError,
          stroke: colours.measured,
        }),
        Plot.dot(rows, { x: 'step', y: 'mean', fill: colours.measured, r: 3.5 }),
      ],
      keys: [
        { name: 'mean ± 2 standard errors', colour: colours.measured, kind: 'dot' },
        { name: '5 to 95 % of the walks', colour: colours.measured, kind: 'band' },
        { name: 'predicted at this step size', colour: colours.predicted },
        { name: 'plain flow', colour: colours.other, kind: 'dashed' },
      ],
    },
  };
}

function drawConstant([[, table]]: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const rows = records(table);
  return {
    caption: 'The rate of the walk in units of the flow: as the step size shrinks it should tend to the constant ½.',
    figure: {
      title: 'The constant of the drift',
      label: `The constant at shares of the stable step size, ${rows.map((row) => `${shown(row.constant, 3)} at ${shown(row.share, 3)}`).join(', ')}; one half is predicted in the limit`,
      x: {
        label: 'step size, as a share of what is stable',
        domain: [0, 1.08 * Math.max(...rows.map(({ share }) => share))],
      },
      y: { label: 'constant', ...grid, tickFormat: tick },
      ...identity,
      marks: [
        Plot.ruleY([0.5], { stroke: colours.other, strokeDasharray: '2 3', strokeWidth: 2 }),
        Plot.line(rows, { x: 'share', y: 'predicted', stroke: colours.predicted, strokeWidth: 2 }),
        Plot.ruleX(rows, {
          x: 'share',
          y1: (row) => row.constant - row.error,
          y2: (row) => row.constant + row.error,
          stroke: colours.measured,
        }),
        Plot.dot(rows, { x: 'share', y: 'constant', fill: colours.measured, r: 4 }),
      ],
      keys: [
        { name: 'measured, with its error', colour: colours.measured, kind: 'dot' },
        { name: 'predicted', colour: colours.predicted },
        { name: '½, the limit', colour: colours.other, kind: 'dashed' },
      ],
    },
  };
}

/** Points of several tables, scaled so that all theories are one line. */
function scaled(
  tables: Tables,
  of: (row: Record<string, number>, rate: number, first: Record<string, number>) => { x: number; y: number },
) {
  return tables.flatMap(([name, table]) => {
    const rows = records({ ...table, predictedRate: [] });
    const rate = table.predictedRate?.[0] ?? Number.NaN;
    return rows
      .map((row) => ({ name, ...of(row, rate, rows[0]) }))
      .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  });
}

/** One colour for all tables whose names begin alike, up to the first comma. */
function familyColours(tables: Tables): { colour: (name: string) => string; keys: Key[] } {
  const family = (name: string) => name.split(',')[0];
  const families = [...new Set(tables.map(([name]) => family(name)))];
  const colour = (name: string) => ink(families.indexOf(family(name)));
  return { colour, keys: families.map((name, k) => ({ name, colour: ink(k) })) };
}

function drawDecay(tables: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, rate, first) => ({ x: 2 * rate * row.time, y: row.gap / first.gap })).filter(
    ({ y }) => y > LEAST,
  );
  const last = Math.max(...points.map(({ x }) => x));
  const theory = [0, Math.min(last, -Math.log(LEAST))].map((x) => ({ x, y: Math.exp(-x) }));
  return {
    caption:
      'With time in units of the predicted rate, every flow should in the end fall as steeply as the dashed line.',
    figure: {
      title: 'F − F* along the flow, and the predicted rate 2ρ',
      label: `F minus F* as a share of its start along ${tables.length} flows, on a logarithmic scale, beside the predicted slope`,
      x: { label: 'time × 2ρ', tickFormat: tick, ticks: 6 },
      y: {
        type: 'log',
        label: 'F − F*, as a share of its start',
        tickFormat: power,
        ticks: 6,
        ...grid,
        domain: [LEAST, 2],
      },
      ...identity,
      marks: [
        Plot.line(theory, {
          x: 'x',
          y: 'y',
          stroke: colours.predicted,
          strokeDasharray: dashed,
          strokeWidth: 2,
        }),
        Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 }),
      ],
      keys: [...keys, { name: 'slope of exp(−2ρt)', colour: colours.predicted, kind: 'dashed' }],
    },
  };
}

function drawConvexity(tables: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, rate) => ({ x: rate * row.time, y: row.smallestEigenvalue / rate })).filter(
    ({ x }) => x > 0,
  );
  return {
    caption:
      'The least eigenvalue of the Hessian of F, in units of ρ: it may begin below zero, where F is not convex, and should end at 1.',
    figure: {
      title: 'F becomes convex on the way',
      label: `Smallest eigenvalue of the Riemannian Hessian over rho along ${tables.length} flows, tending to one`,
      x: { type: 'log', label: 'time × ρ', tickFormat: power, ticks: 6 },
      y: { type: 'symlog', constant: 0.5, label: 'smallest eigenvalue / ρ', tickFormat: roundTick, ticks: 6, ...grid },
      ...identity,
      marks: [
        Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        Plot.ruleY([1], { stroke: colours.predicted, strokeDasharray: dashed, strokeWidth: 2 }),
        Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 }),
      ],
      keys: [...keys, { name: 'ρ, predicted at the end', colour: colours.predicted, kind: 'dashed' }],
    },
  };
}

function drawStarts([[, table]]: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const values = table.smallestEigenvalue.filter(Number.isFinite).toSorted((a, b) => a - b);
  const below = values.filter((value) => value < 0).length;
  const scale = Math.max(1e-9, Math.abs(values[values.length >> 1] ?? 1));
  return {
    caption: 'Far from the end F need not be convex: starts below zero are where it is not.',
    figure: {
      title: `At random starts F is not convex in ${below} of ${values.length}`,
      label: `Smallest eigenvalues of the Riemannian Hessian at ${values.length} random starts in ascending order, ${below} of them negative`,
      x: { label: 'start, in ascending order', ticks: 5, tickFormat: tick },
      y: { type: 'symlog', constant: scale, label: 'smallest eigenvalue', tickFormat: roundTick, ticks: 6, ...grid },
      ...identity,
      marks: [
        Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        Plot.dot(
          values.map((y, x) => ({ x: x + 1, y })),
          { x: 'x', y: 'y', r: 3, fill: ({ y }) => (y < 0 ? colours.predicted : colours.measured) },
        ),
      ],
      keys: [
        { name: 'not convex', colour: colours.predicted, kind: 'dot' },
        { name: 'convex', colour: colours.measured, kind: 'dot' },
      ],
    },
  };
}

function drawRest(tables: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, _, first) => ({ x: row.time, y: row.gap / first.gap })).filter(
    ({ x, y }) => x > 0 && y > 1e-12,
  );
  return {
    caption:
      'Curves that come to rest above the bottom are stuck at a spurious stationary point; those that go on falling reach the flattest solution.',
    figure: {
      title: 'Where flows come to rest',
      label: `F minus F* as a share of its start along ${tables.length} flows on logarithmic scales`,
      x: { type: 'log', label: 'time of the flow', tickFormat: power, ticks: 6 },
      y: { type: 'log', label: 'F − F*, as a share of its start', tickFormat: power, ticks: 6, ...grid },
      ...identity,
      marks: [Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 })],
      keys,
    },
  };
}

function drawMean([[, table]]: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const rows = records(table).map((row, k) => ({ ...row, sample: `x${'₀₁₂₃₄₅₆₇₈₉'[k + 1] ?? k + 1}` })) as (Record<
    string,
    number
  > & { sample: string })[];
  const offset = { x: 'sample', r: 4 } as const;
  return {
    caption:
      'The mean residual on each data point (with two standard errors) beside what theory predicts with and without the correction for the step size.',
    figure: {
      title: 'Mean residuals',
      label: `Measured mean residuals ${rows.map((row) => shown(row.measured, 3)).join(', ')}, corrected prediction ${rows.map((row) => shown(row.corrected, 3)).join(', ')}`,
      x: { type: 'point', label: 'data point', domain: rows.map(({ sample }) => sample) },
      y: { label: 'mean of r − y', ...grid, tickFormat: tick, ticks: 5 },
      ...identity,
      marks: [
        Plot.ruleX(rows, {
          x: 'sample',
          y1: (row) => row.measured - 2 * row.standardError,
          y2: (row) => row.measured + 2 * row.standardError,
          stroke: colours.measured,
          strokeWidth: 2,
        }),
        Plot.dot(rows, { ...offset, y: 'measured', fill: colours.measured }),
        Plot.dot(rows, { ...offset, y: 'corrected', stroke: colours.predicted, strokeWidth: 2, dx: 12 }),
        Plot.dot(rows, { ...offset, y: 'plain', stroke: colours.other, strokeWidth: 2, dx: 24, symbol: 'square' }),
      ],
      keys: [
        { name: 'measured ± 2 standard errors', colour: colours.measured, kind: 'dot' },
        { name: 'predicted at this step size', colour: colours.predicted, kind: 'dot' },
        { name: 'predicted at vanishing steps', colour: colours.other, kind: 'dot' },
      ],
    },
  };
}

function drawCovariance([[, table]]: Tables): Omit<NamedFigure, 'name' | 'notes'> {
  const rows = records(table);
  const all = rows.flatMap(({ measured, predicted }) => [measured, predicted]).filter(Number.isFinite);
  const ends = [Math.min(...all), Math.max(...all)];
  return {
    caption: 'Each dot is an entry of the covariance of the residuals: on the diagonal, measurement and theory agree.',
    figure: {
      title: 'Covariance of the residuals',
      label: `${rows.length} measured entries of the covariance against the predicted ones, with the diagonal`,
      x: { label: 'predicted', tickFormat: tick, ticks: 5 },
      y: { label: 'measured', ...grid, tickFormat: tick, ticks: 5 },
      ...identity,
      marks: [
        Plot.line(
          ends.map((x) => ({ x })),
          { x: 'x', y: 'x', stroke: colours.predicted, strokeDasharray: dashed, strokeWidth: 1.5 },
        ),
        Plot.dot(rows, { x: 'predicted', y: 'measured', fill: colours.measured, r: 4 }),
      ],
      keys: [
        { name: 'entry of the covariance', colour: colours.measured, kind: 'dot' },
        { name: 'equal', colour: colours.predicted, kind: 'dashed' },
      ],
    },
  };
}

/** Columns that lines are drawn over. */
const across = ['time', 'step', 'share'];

function drawTable([name, table]: Tables[number]): Omit<NamedFigure, 'name' | 'notes'> {
  const x = across.find((column) => column in table);
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
