import './language.ts';
import uPlot from 'uplot';
import type { MetricValues } from '../../engine/index.ts';
import type { ExperimentStart } from '../experiments/experiment.ts';
import { type RunName, runNames } from './settings.ts';
import { aboveZero, grouped, type Spread, short, spread, steady, type Track } from './statistics.ts';

/** A quantity over the steps of both runs. */
export interface PlotSpec {
  readonly title: string;
  readonly caption: string;
  readonly scale: 'linear' | 'log';
  /** A value a replica. */
  readonly values: (row: MetricValues, start: ExperimentStart) => readonly number[];
  /** A level worth comparing with. */
  readonly level: (start: ExperimentStart) => { readonly at: number; readonly label: string } | null;
}

const emptyTrack = (): Track => [[], [], [], []];

const styles = {
  walk: { name: 'with noise', line: '--walk', band: '--walk-band', dash: [] },
  quiet: { name: 'without noise', line: '--quiet', band: '--quiet-band', dash: [5, 4] },
} satisfies Record<RunName, object>;

const HEIGHT = 240;
const MOST_LABELS = 7;

/** One plot with its caption and a line of numbers for each run: those under the pointer, or else the latest. */
export class Plot {
  readonly element = document.createElement('figure');
  readonly #spec: PlotSpec;
  readonly #tracks: Record<RunName, Track> = { walk: emptyTrack(), quiet: emptyTrack() };
  readonly #readouts: Record<RunName, HTMLElement>;
  readonly #chart: uPlot;
  #level: ReturnType<PlotSpec['level']> = null;
  #steps = 1;

  constructor(spec: PlotSpec) {
    this.#spec = spec;
    const title = document.createElement('h3');
    title.textContent = spec.title;
    const caption = document.createElement('figcaption');
    caption.textContent = spec.caption;
    const area = document.createElement('div');
    area.className = 'plot';
    area.setAttribute('role', 'img');
    area.setAttribute('aria-label', `${spec.title} over the steps; the numbers are given below.`);
    const [walk, quiet] = runNames.map((run) => {
      const readout = document.createElement('p');
      readout.className = `readout ${run}`;
      return readout;
    });
    this.#readouts = { walk, quiet };
    this.element.append(title, caption, area, walk, quiet);
    this.#chart = new uPlot(this.#options(), this.#data(), area);
    new ResizeObserver(() => {
      if (area.clientWidth > 0) this.#chart.setSize({ width: area.clientWidth, height: HEIGHT });
    }).observe(area);
    this.#read(null);
  }

  clear(run: RunName): void {
    this.#tracks[run] = emptyTrack();
  }

  /** How long the longer run will be. */
  expect(steps: number): void {
    this.#steps = steps;
  }

  begin(start: ExperimentStart): void {
    this.#level = this.#spec.level(start);
  }

  add(run: RunName, step: number, row: MetricValues, start: ExperimentStart): void {
    const found = spread(this.#spec.values(row, start));
    const [steps, largest, least, median] = this.#tracks[run];
    steps.push(step);
    largest.push(found?.largest ?? null);
    least.push(found?.least ?? null);
    median.push(found?.median ?? null);
  }

  /** Shows what was added. */
  draw(): void {
    this.#chart.setData(this.#data());
    this.#read(this.#chart.cursor.idx ?? null);
  }

  /** Colours have changed. */
  repaint(): void {
    this.#chart.redraw();
  }

  #data(): uPlot.AlignedData {
    const tracks = runNames.map((run) => this.#tracks[run]);
    return uPlot.join(this.#spec.scale === 'log' ? tracks.map(aboveZero) : tracks);
  }

  #read(index: number | null): void {
    const step = index === null ? null : (this.#chart.data[0][index] ?? null);
    for (const run of runNames) {
      const [steps, largest, least, median] = this.#tracks[run];
      // The runs have rows at steps of their own.
      const at = step === null ? steps.length - 1 : steps.findLastIndex((one) => one <= step);
      const found = { least: least[at], median: median[at], largest: largest[at] };
      const isThere = found.median !== null && found.median !== undefined;
      const numbers = isThere ? describe(found as Spread, steps[at]) : 'no values yet';
      this.#readouts[run].textContent = `${styles[run].name}: ${steps.length > 0 && !isThere ? '–' : numbers}`;
    }
  }

  #options(): uPlot.Options {
    const { scale } = this.#spec;
    const axis = { stroke: () => colour('--muted'), font: '12px system-ui, sans-serif' };
    const grid = { stroke: () => colour('--grid'), width: 1 };
    const ticks = { ...grid, size: 4 };
    const log = scale === 'log';
    return {
      width: 320,
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: 'flatwalk' }, drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: {
        x: { time: false, range: () => [0, this.#steps] },
        y: { distr: log ? 3 : 1, range: (_u, least, most) => this.#range(least, most) },
      },
      axes: [
        { ...axis, grid, ticks, size: 32, values: (_u, splits) => splits.map(thousands), space: 60 },
        {
          ...axis,
          grid,
          ticks,
          size: 56,
          ...(log ? { splits: (_u, _axis, low, high) => decades(low, high), filter: (_u, splits) => splits } : {}),
          values: (_u, splits) => splits.map(short),
        },
      ],
      series: [{}, ...runNames.flatMap(series)],
      bands: runNames.map((run, k) => ({ series: [3 * k + 1, 3 * k + 2], fill: () => colour(styles[run].band) })),
      hooks: {
        draw: [(u) => this.#drawLevel(u)],
        setCursor: [(u) => this.#read(u.cursor.idx ?? null)],
      },
    };
  }

  #range(least: number | null, most: number | null): [number, number] {
    const level = this.#level?.at;
    const known = [least, most, level].filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
    const low = known.length > 0 ? Math.min(...known) : 1;
    const high = known.length > 0 ? Math.max(...known) : 10;
    if (this.#spec.scale === 'log') {
      return [10 ** Math.floor(Math.log10(low) - 0.1), 10 ** Math.ceil(Math.log10(high) + 0.1)];
    }
    const margin = Math.max(0.05 * (high - low), 0.02 * Math.abs(high), 1e-3);
    return [low - margin, high + margin];
  }

  #drawLevel(u: uPlot): void {
    if (!this.#level) return;
    const { ctx, bbox } = u;
    const y = Math.round(u.valToPos(this.#level.at, 'y', true)) + 0.5;
    const unit = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour('--text');
    ctx.globalAlpha = 0.7;
    ctx.lineWidth = unit;
    ctx.setLineDash([2 * unit, 3 * unit]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = `${12 * unit}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    // Above the line, unless it lies at the upper edge.
    const above = y - bbox.top > 20 * unit;
    ctx.textBaseline = 'middle';
    // A halo keeps it legible on the bands.
    ctx.lineJoin = 'round';
    ctx.lineWidth = 4 * unit;
    ctx.setLineDash([]);
    ctx.strokeStyle = colour('--surface');
    ctx.globalAlpha = 1;
    const place = [this.#level.label, bbox.left + bbox.width - 4 * unit, y + (above ? -11 : 11) * unit] as const;
    ctx.strokeText(...place);
    ctx.fillText(...place);
    ctx.restore();
  }
}

/** Largest, least and median of a run. The edges are thin lines of the band's colour. */
function series(run: RunName): uPlot.Series[] {
  const { line, band, dash } = styles[run];
  const edge: uPlot.Series = { stroke: () => colour(band), width: 1, points: { show: false } };
  return [edge, edge, { stroke: () => colour(line), width: 2, dash, points: { show: false } }];
}

function describe({ median, least, largest }: Spread, step: number): string {
  return `${steady(median)} (${steady(least)} to ${steady(largest)}) at step ${grouped(step)}`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function thousands(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

/** Powers of ten from `low` to `high`, so few that their labels have room. */
function decades(low: number, high: number): number[] {
  const first = Math.round(Math.log10(low));
  const last = Math.round(Math.log10(high));
  const stride = Math.ceil((last - first + 1) / MOST_LABELS);
  const powers: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) powers.push(Number(`1e${exponent}`));
  return powers;
}
