import './language.ts';
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { aboveZero, type Spread, steady, type Track } from './statistics.ts';

/** One line of a plot: a median over replicas, with a band between quantiles where there is more than one. */
export interface Line {
  readonly name: string;
  /** Name of a custom property of the style, as `--run-0`. */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly band: boolean;
  readonly track: Track;
}

/** A level worth comparing with. */
export interface Level {
  readonly at: number;
  readonly label: string;
}

export interface PlotData {
  readonly lines: readonly Line[];
  readonly level: Level | null;
  /** The end of the horizontal axis. */
  readonly steps: number;
}

const HEIGHT = 230;
const MOST_LABELS = 7;
/** What is about to be scrolled to is drawn before. */
const SOON_SEEN = { rootMargin: '200px' };

/** A plot over steps, drawn on a canvas: quick enough to follow a run. What is under the pointer is told to `onRead`. */
export class StepPlot {
  readonly #area: HTMLElement;
  readonly #log: boolean;
  readonly #onRead: (texts: readonly string[]) => void;
  readonly #observer: ResizeObserver;
  readonly #watch: IntersectionObserver;
  #visible = true;
  #chart: uPlot | null = null;
  #drawn = '';
  #data: PlotData = { lines: [], level: null, steps: 1 };

  constructor(area: HTMLElement, scale: 'linear' | 'log', onRead: (texts: readonly string[]) => void) {
    this.#area = area;
    this.#log = scale === 'log';
    this.#onRead = onRead;
    this.#observer = new ResizeObserver(() => {
      if (area.clientWidth > 0) this.#chart?.setSize({ width: area.clientWidth, height: HEIGHT });
    });
    this.#observer.observe(area);
    // What is scrolled away costs nothing until it comes back.
    this.#watch = new IntersectionObserver((entries) => {
      this.#visible = entries.some(({ isIntersecting }) => isIntersecting);
      if (this.#visible) this.#draw();
    }, SOON_SEEN);
    this.#watch.observe(area);
    addEventListener('beforeprint', this.#printing);
  }

  readonly #printing = () => this.#draw();

  show(data: PlotData): void {
    this.#data = data;
    if (this.#visible) this.#draw();
    else this.#read(null);
  }

  #draw(): void {
    const data = this.#data;
    // uPlot's series are fixed when it is made.
    const drawn = JSON.stringify(data.lines.map(({ name, colour, dash, band }) => [name, colour, dash, band]));
    if (!this.#chart || drawn !== this.#drawn) {
      this.#chart?.destroy();
      this.#chart = new uPlot(this.#options(), this.#aligned(), this.#area);
      this.#drawn = drawn;
    } else {
      this.#chart.setData(this.#aligned());
    }
    this.#read(this.#chart.cursor.idx ?? null);
  }

  /** Colours have changed. */
  repaint(): void {
    this.#chart?.redraw();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#watch.disconnect();
    removeEventListener('beforeprint', this.#printing);
    this.#chart?.destroy();
    this.#chart = null;
  }

  #aligned(): uPlot.AlignedData {
    const tracks = this.#data.lines.map(({ track }) => (this.#log ? aboveZero(track) : track));
    return tracks.length > 0 ? uPlot.join(tracks) : [[]];
  }

  #read(index: number | null): void {
    const step = index === null ? null : (this.#chart?.data[0][index] ?? null);
    this.#onRead(
      this.#data.lines.map(({ track: [steps, high, low, median], band }) => {
        // Runs may have rows at steps of their own.
        const at = step === null ? steps.length - 1 : steps.findLastIndex((one) => one <= step);
        const found = { low: low[at], median: median[at], high: high[at] };
        if (found.median === null || found.median === undefined) return steps.length > 0 ? '–' : 'no values yet';
        return describe(found as Spread, steps[at], band);
      }),
    );
  }

  #options(): uPlot.Options {
    const { lines } = this.#data;
    const axis = { stroke: () => colourOf('--muted'), font: '12px system-ui, sans-serif' };
    const grid = { stroke: () => colourOf('--grid'), width: 1 };
    const ticks = { ...grid, size: 4 };
    return {
      width: Math.max(200, this.#area.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { sync: { key: 'flatwalk' }, drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, this.#data.steps)] },
        y: { distr: this.#log ? 3 : 1, range: (_u, least, most) => this.#range(least, most) },
      },
      axes: [
        { ...axis, grid, ticks, size: 32, values: (_u, splits) => splits.map(thousands), space: 60 },
        {
          ...axis,
          grid,
          ticks,
          size: 56,
          ...(this.#log
            ? { splits: (_u, _axis, low, high) => decades(low, high), filter: (_u, splits) => splits }
            : {}),
          values: (_u, splits) => splits.map(tick),
        },
      ],
      series: [{}, ...lines.flatMap(seriesOf)],
      bands: lines.map(({ colour }, k) => ({ series: [3 * k + 1, 3 * k + 2], fill: () => `${colourOf(colour)}2e` })),
      hooks: {
        draw: [(u) => this.#drawLevel(u)],
        setCursor: [(u) => this.#read(u.cursor.idx ?? null)],
      },
    };
  }

  #range(least: number | null, most: number | null): [number, number] {
    const known = [least, most, this.#data.level?.at].filter((v): v is number => Number.isFinite(v));
    const low = known.length > 0 ? Math.min(...known) : 1;
    const high = known.length > 0 ? Math.max(...known) : 10;
    if (this.#log) {
      if (!(low > 0)) return [1, 10];
      return [10 ** Math.floor(Math.log10(low) - 0.1), 10 ** Math.ceil(Math.log10(high) + 0.1)];
    }
    const margin = Math.max(0.05 * (high - low), 0.02 * Math.abs(high), 1e-3);
    return [low - margin, high + margin];
  }

  #drawLevel(u: uPlot): void {
    const { level } = this.#data;
    if (!level) return;
    const { ctx, bbox } = u;
    const y = Math.round(u.valToPos(level.at, 'y', true)) + 0.5;
    const unit = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colourOf('--text');
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
    ctx.strokeStyle = colourOf('--surface');
    ctx.globalAlpha = 1;
    const place = [level.label, bbox.left + bbox.width - 4 * unit, y + (above ? -11 : 11) * unit] as const;
    ctx.strokeText(...place);
    ctx.fillText(...place);
    ctx.restore();
  }
}

/** Both ends of the band, and the median. The edges of its band are not drawn. */
function seriesOf({ colour, dash, band }: Line): uPlot.Series[] {
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false }, show: band };
  return [edge, edge, { stroke: () => colourOf(colour), width: 2, dash: [...(dash ?? [])], points: { show: false } }];
}

function describe({ median, low, high }: Spread, step: number, band: boolean): string {
  const range = band ? ` (${steady(low)} to ${steady(high)})` : '';
  return `${steady(median)}${range} at step ${step.toLocaleString('en')}`;
}

/** The value of a custom property, a colour of six digits. */
function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A number as short as an axis has room for. */
function tick(value: number): string {
  const size = Math.abs(value);
  const text = String(Number(value.toPrecision(4)));
  return size !== 0 && (size >= 1e5 || size < 1e-3) ? Number(text).toExponential().replace('e+', 'e') : text;
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
