/** Figures of one run: its metrics over steps or time. */
import * as Plot from '@observablehq/plot';
import { colours } from '../figures/colours.ts';
import { type Figure, type Key, power } from '../figures/svg.ts';
import type { StoredRow } from '../results/schema.ts';
import { type Axis, type Curve, curveOf, listLength, type Point } from './curves.ts';
import { counted, shown, tick } from './numbers.ts';
import { type View, viewColours, viewsOf } from './views.ts';

/** A figure of a report: a file's name, what to see in it, and what was left out. */
export interface NamedFigure {
  readonly name: string;
  readonly figure: Figure;
  readonly caption: string;
  readonly notes: readonly string[];
}

/** One curve of a figure. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dash?: string;
  readonly band: boolean;
  readonly curve: Curve;
}

/** What theory predicts of a run. */
export interface Levels {
  /** F*. */
  readonly optimum: number | null;
  /** Loss that the label noise keeps up, eta sigma² F* / 2 for single samples. */
  readonly noiseFloor: number | null;
}

/** Figures of all that was recorded in these rows, which are of one run. */
export function runFigures(rows: readonly StoredRow[], axis: Axis, levels: Levels): NamedFigure[] {
  const recorded = new Set(rows.flatMap(({ values }) => Object.keys(values)));
  return viewsOf(recorded).flatMap((view) => {
    const lines = linesOf(view, rows, axis, recorded);
    return lines.length === 0 ? [] : [drawLines(view, lines, axis, levels)];
  });
}

function linesOf(view: View, rows: readonly StoredRow[], axis: Axis, recorded: ReadonlySet<string>): Line[] {
  const present = Object.entries(view.metrics).filter(([metric]) => recorded.has(metric));
  return present.flatMap(([metric, name], k): Line[] => {
    const length = listLength(rows, metric);
    if (length === null) {
      return [
        {
          name,
          colour: viewColours[k % 4],
          band: k < (present.length > 2 ? 1 : 2),
          curve: curveOf(rows, metric, axis),
        },
      ];
    }
    return Array.from({ length: Math.min(length, MOST_PARTS) }, (_, part) => ({
      name: `${name}${subscript(part + 1)}`,
      colour: `var(--run-${part % 8})`,
      band: false,
      curve: curveOf(rows, metric, axis, part),
    }));
  });
}

/** Numbers of a list that a figure shows. */
const MOST_PARTS = 8;

const subscript = (k: number) => [...String(k)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('');

/** For curves that colours alone should not tell apart. */
export const lineDashes = ['', '8 2', '4 2', '9 2 2 2'] as const;

/** A figure of curves with their bands, levels and keys; what it cannot show is in its notes. */
export function drawLines(view: View, lines: readonly Line[], axis: Axis, levels: Levels | null): NamedFigure {
  const level = levels && levelOf(view, levels);
  const values = lines.flatMap(({ curve }) => curve.points.map(({ y }) => y)).filter(Number.isFinite);
  const scale = chooseScale(view, values);
  const xs = lines.flatMap(({ curve }) => curve.points.map(({ x }) => x)).filter(Number.isFinite);
  const logTime = axis === 'time' && spansDecades(xs);
  const cut = { x: logTime, y: scale === 'log' };
  const points = lines.flatMap(({ curve }, line) => curve.points.map((point) => visible(point, String(line), cut)));
  const colour = ({ line }: { line: string }) => lines[Number(line)].colour;
  const bands = points.filter(({ line }) => lines[Number(line)].band && lines[Number(line)].curve.replicas > 1);
  const solitary = lonely(points);
  const figure: Figure = {
    title: view.title,
    label: describe(view, lines, axis),
    x: {
      label: axis === 'time' ? 'time of the flow' : 'steps',
      type: logTime ? 'log' : 'linear',
      tickFormat: logTime ? power : tick,
      ticks: 5,
    },
    y: { label: view.axis, grid: true, nice: scale !== 'log', ...yScale(scale, values) },
    color: { type: 'identity' },
    marks: [
      ...(level
        ? [Plot.ruleY([level.at], { stroke: colours.predicted, strokeWidth: 1.5, strokeDasharray: '6 4' })]
        : []),
      Plot.areaY(bands, { x: 'x', y1: 'low', y2: 'high', z: 'line', fill: colour, fillOpacity: 0.18 }),
      ...lines.map(({ dash }, k) =>
        Plot.line(
          points.filter(({ line }) => line === String(k)),
          { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, strokeDasharray: dash || undefined },
        ),
      ),
      Plot.dot(solitary, { x: 'x', y: 'y', fill: colour, r: 2.5 }),
    ],
    keys: keysOf(lines, level),
  };
  return { name: view.name, figure, caption: view.caption, notes: notesOf(lines, cut) };
}

function levelOf({ level }: View, { optimum, noiseFloor }: Levels): { at: number; name: string } | null {
  if (level === 'one') return { at: 1, name: 'rank one' };
  if (level === 'zero') return { at: 0, name: 'zero' };
  if (level === 'optimum' && optimum !== null) return { at: optimum, name: `F* = ${shown(optimum, 4)}` };
  if (level === 'noiseFloor' && noiseFloor) return { at: noiseFloor, name: 'kept up by the noise: ησ²F*/2' };
  return null;
}

type Scale = View['scale'];

/** A logarithmic axis is for positive values over powers of ten, and nothing else shows values over many of them. */
function chooseScale({ scale }: View, values: readonly number[]): Scale {
  const above = values.filter((value) => value > 0);
  const ratio = Math.max(...above) / Math.min(...above);
  if (scale === 'log') return above.length > 0 && ratio >= 10 ? 'log' : 'linear';
  return scale === 'linear' && above.length === values.length && ratio > 100 ? 'log' : scale;
}

function yScale(scale: Scale, values: readonly number[]): Plot.ScaleOptions {
  if (scale === 'log') return { type: 'log', ...logTicks(values) };
  if (scale === 'linear') return { tickFormat: tick, ticks: 5 };
  return {
    type: 'symlog',
    constant: Math.max(1e-12, median(values.map(Math.abs)) / 10),
    tickFormat: roundTick,
    ticks: 5,
  };
}

/** Powers of ten alone, unless there are few. */
function logTicks(values: readonly number[]): Plot.ScaleOptions {
  const above = values.filter((value) => value > 0);
  if (Math.max(...above) >= 1000 * Math.min(...above)) return { tickFormat: power, ticks: 6 };
  return { tickFormat: roundTick, ticks: 6 };
}

/** Where ticks crowd: 1, 2 and 5 times powers of ten alone. */
export function roundTick(value: number): string {
  const leading = Math.abs(Number(value.toExponential().split('e')[0]));
  return [0, 1, 2, 5].includes(leading) ? tick(value) : '';
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 1;

function spansDecades(xs: readonly number[]): boolean {
  const above = xs.filter((x) => x > 0);
  return above.length > 2 && Math.max(...above) > 1000 * Math.min(...above);
}

interface Cut {
  readonly x: boolean;
  readonly y: boolean;
}

/** A point whose coordinates have a place on the axes, or are NaN, where curves have a gap. */
function visible({ x, y, low, high }: Point, line: string, cut: Cut) {
  const place = (value: number, logarithmic: boolean) => (logarithmic && value <= 0 ? Number.NaN : value);
  const at = place(y, cut.y);
  // A band that reaches below zero is drawn down to its median.
  return { line, x: place(x, cut.x), y: at, low: cut.y && low <= 0 ? at : low, high: Number.isNaN(at) ? at : high };
}

/** Points without a neighbour to draw a line to. */
function lonely<P extends { line: string; x: number; y: number }>(points: readonly P[]): P[] {
  const there = (k: number, line: string) =>
    points[k]?.line === line && Number.isFinite(points[k].x) && Number.isFinite(points[k].y);
  return points.filter(({ line }, k) => there(k, line) && !there(k - 1, line) && !there(k + 1, line));
}

function keysOf(lines: readonly Line[], level: { name: string } | null): Key[] {
  const replicas = Math.max(...lines.map(({ curve }) => curve.replicas));
  const median = replicas > 1 ? `, median of ${replicas} replicas` : '';
  const one = lines.length === 1;
  const banded = lines.filter((line) => line.band && line.curve.replicas > 1);
  const same = banded.every(({ curve }) => curve.replicas === replicas);
  return [
    ...lines.map(
      ({ name, colour, dash }): Key => ({ name: one ? name + median : name, colour, kind: dash ? 'dashed' : 'line' }),
    ),
    ...(banded.length > 0
      ? [
          {
            name: one ? '10 to 90 %' : `10 to 90 % of ${same ? replicas : 'the'} replicas`,
            colour: lines[0].colour,
            kind: 'band' as const,
          },
        ]
      : []),
    ...(level ? [{ name: level.name, colour: colours.predicted, kind: 'dashed' as const }] : []),
  ];
}

/** What is not drawn, in words. */
function notesOf(lines: readonly Line[], cut: Cut): string[] {
  const count = (of: (curve: Curve) => number) => lines.reduce((sum, { curve }) => sum + of(curve), 0);
  const below = cut.y ? count(({ points }) => points.filter(({ y }) => y <= 0).length) : 0;
  const notFinite = count((curve) => curve.notFinite);
  const diverged = Math.max(...lines.map(({ curve }) => curve.diverged));
  return [
    notFinite > 0 ? `${counted(notFinite, 'number was', 'numbers were')} not finite, and left out.` : '',
    diverged > 0
      ? `${counted(diverged, 'replica')} diverged, and ${diverged === 1 ? 'is' : 'are'} left out from there on.`
      : '',
    below > 0 ? `${counted(below, 'point')} of zero or below, which a logarithmic axis does not have, left out.` : '',
    cut.x && lines.some(({ curve }) => curve.points.some(({ x }) => x <= 0)) ? 'Time 0 has no place on this axis.' : '',
  ].filter(Boolean);
}

/** For those who cannot see it: from where to where each curve goes. */
function describe(view: View, lines: readonly Line[], axis: Axis): string {
  const parts = lines.map(({ name, curve: { points } }) => {
    const finite = points.filter(({ y }) => Number.isFinite(y));
    if (finite.length === 0) return `${name}: nothing finite`;
    const [first, last] = [finite[0], finite[finite.length - 1]];
    const unit = axis === 'time' ? 'time' : 'step';
    return `${name} from ${shown(first.y, 3)} at ${unit} ${shown(first.x, 3)} to ${shown(last.y, 3)} at ${unit} ${shown(last.x, 3)}`;
  });
  return `${view.title}: ${parts.join('; ')}`;
}
