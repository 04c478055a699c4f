/** The feature matrix before and after, as colours on one scale. */
import * as Plot from '@observablehq/plot';
import type { Figure } from '../figures/svg.ts';
import { heatColour, heatTextColour } from '../figures/theme.ts';
import type { StoredFeatures } from '../results/schema.ts';
import { counted, shown } from './numbers.ts';
import type { NamedFigure } from './run-figures.ts';

/** Cells beside and above each other that can still be told apart. */
const MOST_NEURONS = 128;
const MOST_SAMPLES = 48;
/** Neurons up to which a cell has room for its number. */
const NUMBERED = 12;
/** Pixels above the first panel, between two, and below the last. */
const TOP = 32;
const BETWEEN = 56;
const BOTTOM = 26;

interface Cell {
  readonly panel: string;
  readonly x1: number;
  readonly x2: number;
  readonly sample: number;
  readonly colour: string;
}

/** The matrices of one run at its first and its last step, below each other. Null where none was recorded. */
export function heatMap(features: readonly StoredFeatures[]): NamedFigure | null {
  if (features.length === 0) return null;
  const [first, last] = [features[0], features[features.length - 1]];
  const panels = first === last ? [first] : [first, last];
  const { width, samples } = first;
  const neurons = spread(width, MOST_NEURONS);
  const rows = spread(samples, MOST_SAMPLES);
  const values = panels.flatMap((panel) => panel.values);
  const finite = values.filter(Number.isFinite);
  const largest = Math.max(...finite.map(Math.abs), 0);
  const names = panels.map(({ step }, k) => `${k === 0 ? 'before' : 'after'}: step ${shown(step)}`);
  const cells = panels.flatMap((panel, k) => cellsOf(panel, names[k], neurons, rows, largest));
  const cellHeight = Math.max(5, Math.min(26, 150 / rows.length));
  const height = TOP + BOTTOM + panels.length * rows.length * cellHeight + (panels.length - 1) * BETWEEN;
  const share = BETWEEN / (rows.length * cellHeight + BETWEEN);
  const figure: Figure = {
    title: 'The feature matrix ΘXᵀ',
    label: `Pre-activations of ${counted(width, 'neuron')} on ${counted(samples, 'sample')} as colours, ${names.join(' and ')}; values from ${shown(Math.min(...finite), 3)} to ${shown(Math.max(...finite), 3)}`,
    height,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: 40,
    marginRight: 16,
    x: { domain: [0, neurons.length], ticks: [], label: null },
    y: { domain: [rows.length, 0], ticks: [], label: null },
    fy: {
      domain: names,
      label: null,
      axis: null,
      paddingInner: panels.length > 1 ? share : 0,
      paddingOuter: 0,
      round: false,
    },
    color: { type: 'identity' },
    keys: [{ kind: 'scale', low: shown(-largest, 3), name: `${shown(largest, 3)} = θ·x`, colour: 'currentColor' }],
    marks: [
      Plot.rect(cells, {
        fy: 'panel',
        x1: 'x1',
        x2: 'x2',
        y1: 'sample',
        y2: ({ sample }: Cell) => sample + 1,
        fill: 'colour',
        inset: 0,
        shapeRendering: 'crispEdges',
      }),
      ...axisTexts(names, neurons, rows),
      ...(neurons.length <= NUMBERED ? [numbers(panels, names, neurons, rows, largest)] : []),
    ],
  };
  const thinnedOut = neurons.length < width || rows.length < samples;
  const lost = values.length - finite.length;
  return {
    name: 'features',
    figure,
    caption:
      'Each column is a neuron, each row a data point, each colour a pre-activation θ·x: in the flattest network all neurons agree, and every row has one colour.',
    notes: [
      thinnedOut
        ? `Shown are ${neurons.length} of ${shown(width)} neurons and ${rows.length} of ${shown(samples)} samples, evenly spread.`
        : '',
      lost > 0
        ? `${counted(lost, 'number is', 'numbers are')} not finite: ${lost === 1 ? 'its cell is' : 'their cells are'} empty.`
        : '',
      'Replica 0.',
    ].filter(Boolean),
  };
}

/** All of 0 to `count`, or `most` of them evenly spread. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
}

/** Neighbours of one colour are one rectangle, so that a matrix of rank one is a few of them. */
function cellsOf(
  { values, samples }: StoredFeatures,
  panel: string,
  neurons: readonly number[],
  rows: readonly number[],
  largest: number,
): Cell[] {
  return rows.flatMap((i, sample) => {
    const cells: Cell[] = [];
    for (const [x, j] of neurons.entries()) {
      const value = values[j * samples + i];
      if (!Number.isFinite(value)) continue;
      const colour = heatColour(largest > 0 ? value / largest : 0);
      const before = cells[cells.length - 1];
      if (before?.x2 === x && before.colour === colour) cells[cells.length - 1] = { ...before, x2: x + 1 };
      else cells.push({ panel, x1: x, x2: x + 1, sample, colour });
    }
    return cells;
  });
}

/** Numbers of neurons and samples, where there is room for them. */
function axisTexts(names: readonly string[], neurons: readonly number[], rows: readonly number[]) {
  const some = (all: readonly number[], most: number) => {
    const every = Math.ceil(all.length / most);
    return all.flatMap((number, at) => (at % every === 0 ? [{ number, at }] : []));
  };
  const along = names.flatMap((panel) => some(neurons, 16).map((one) => ({ ...one, panel })));
  const down = names.flatMap((panel) => some(rows, 12).map((one) => ({ ...one, panel })));
  const bottom = rows.length;
  return [
    Plot.text(names, { fy: (name) => name, text: (name) => name, frameAnchor: 'top-left', dy: -14, fontWeight: 600 }),
    Plot.text(along, {
      fy: 'panel',
      x: ({ at }) => at + 0.5,
      y: () => bottom,
      text: ({ number }) => String(number + 1),
      dy: 10,
    }),
    Plot.text(down, {
      fy: 'panel',
      x: () => 0,
      y: ({ at }) => at + 0.5,
      text: ({ number }) => `x${[...String(number + 1)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('')}`,
      textAnchor: 'end',
      dx: -8,
    }),
  ];
}

function numbers(
  panels: readonly StoredFeatures[],
  names: readonly string[],
  neurons: readonly number[],
  rows: readonly number[],
  largest: number,
) {
  const all = panels.flatMap(({ values, samples }, k) =>
    rows.flatMap((i, y) =>
      neurons.map((j, x) => {
        const value = values[j * samples + i];
        return { panel: names[k], x: x + 0.5, y: y + 0.5, value };
      }),
    ),
  );
  return Plot.text(all, {
    fy: 'panel',
    x: 'x',
    y: 'y',
    text: ({ value }) => (Number.isFinite(value) ? value.toFixed(2).replace('-', '−') : '–'),
    fill: ({ value }) => heatTextColour(largest > 0 ? value / largest : 0),
    fontSize: 11,
  });
}
