/** From the rows of runs to the lines of plots, a row at a time. */
import type { MetricRow } from '../../../engine/index.ts';
import type { View } from '../../report/views.ts';
import type { Line } from './plot.ts';
import { spread, type Track } from './statistics.ts';

/** Numbers of a list that a plot shows. */
const MOST_PARTS = 6;

/** The tracks of all metrics of a run, which grow with its rows. */
export class Tracks {
  readonly #rows: readonly MetricRow[];
  readonly #tracks = new Map<string, Track>();
  #read = 0;

  constructor(rows: readonly MetricRow[]) {
    this.#rows = rows;
  }

  /** A track for each number of the metric where that is a list; empty where it was not recorded. */
  of(metric: string): Track[] {
    this.#catchUp();
    const value = this.#rows[0]?.values[metric as keyof MetricRow['values']]?.[0];
    if (value === undefined) return [];
    const parts = Array.isArray(value) ? Math.min(value.length, MOST_PARTS) : 1;
    return Array.from({ length: parts }, (_, part) => this.#tracks.get(`${metric} ${part}`) ?? [[], [], [], []]);
  }

  #catchUp(): void {
    // Rows may have been taken back, to be computed again.
    if (this.#rows.length < this.#read) {
      this.#tracks.clear();
      this.#read = 0;
    }
    for (; this.#read < this.#rows.length; this.#read++) {
      const { step, values, diverged } = this.#rows[this.#read];
      const lost = new Set(diverged.map(({ replica }) => replica));
      for (const [metric, all] of Object.entries(values)) {
        const going = (all as readonly (number | number[])[]).filter((_, replica) => !lost.has(replica));
        const first = going[0];
        const parts = Array.isArray(first) ? Math.min(first.length, MOST_PARTS) : 1;
        for (let part = 0; part < parts; part++) {
          const key = `${metric} ${part}`;
          const [steps, high, low, median] = this.#tracks.get(key) ?? this.#begin(key);
          const found = spread(going.map((value) => (Array.isArray(value) ? value[part] : value)));
          steps.push(step);
          high.push(found?.high ?? null);
          low.push(found?.low ?? null);
          median.push(found?.median ?? null);
        }
      }
    }
  }

  #begin(key: string): Track {
    const track: Track = [[], [], [], []];
    this.#tracks.set(key, track);
    return track;
  }
}

/** The lines of a view of one run: each of its metrics, with a band for the first. */
export function linesOf({ metrics }: View, tracks: Tracks, replicas: number): Line[] {
  let colour = 0;
  return Object.entries(metrics).flatMap(([metric, name]) => {
    const found = tracks.of(metric);
    return found.map((track, part): Line => {
      const band = replicas > 1 && colour === 0;
      const label = found.length > 1 ? `${name}${subscript(part + 1)}` : name;
      return { name: label, colour: `--run-${colour++ % 8}`, band, track };
    });
  });
}

const subscript = (k: number) => [...String(k)].map((digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('');
