/** A phase diagram as it is trained: the rows of its ensembles, and what each of its cells says. */
import { type Signal, signal } from '@preact/signals';
import type { MetricRow } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Given } from '../../config/table.ts';
import {
  type EnsembleCells,
  type EnsembleStart,
  ensemblesOf,
  type GridOptions,
  type GridPlace,
} from '../../tasks/grid-cells.ts';
import { spread } from '../kit/statistics.ts';
import { call } from '../session/link.ts';
import { type Running, running, takeDevice } from '../session/record.ts';
import type { EventOf } from '../worker/requests.ts';
import { type MeasureName, measureOf } from './measures.ts';

type GridState =
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'over' }
  | { readonly kind: 'stopped' }
  /** `lost`: the device went away, and the grid can go on from its last checkpoint. */
  | { readonly kind: 'failed'; readonly error: Error; readonly lost: boolean };

interface Ensemble extends EnsembleCells {
  start: EnsembleStart | null;
  readonly rows: MetricRow[];
  /** Where a pause happened to be. */
  passing: MetricRow | null;
}

/** One cell at one time. */
export interface Reading {
  readonly step: number;
  /** Over the replicas that have not diverged; null where there is none, or no such measure. */
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly diverged: readonly { readonly replica: number; readonly step: number }[];
}

/** As it was asked for. */
interface GridAsk extends GridOptions {
  /** What was said in the form, for the cells to be opened as experiments. */
  readonly given: Given;
}

export class GridRun implements Running {
  readonly options: GridAsk;
  readonly ensembles: readonly Ensemble[];
  readonly state: Signal<GridState> = signal({ kind: 'new' });
  /** Counts changes of the rows. */
  readonly changed = signal(0);
  /** Spent on computing. */
  seconds = 0;
  #next: GridPlace | null = null;
  #stop: AbortController | null = null;
  #frame = 0;
  readonly #places = new Map<number, { readonly ensemble: Ensemble; readonly first: number }>();

  /** @throws BAD_ARGUMENT for a grid that is none */
  constructor(options: GridAsk) {
    this.options = options;
    this.ensembles = ensemblesOf(options.grid).map((cells) => ({ ...cells, start: null, rows: [], passing: null }));
    for (const ensemble of this.ensembles) {
      for (const [at, cell] of ensemble.cells.entries()) {
        this.#places.set(cell, { ensemble, first: at * options.repeats });
      }
    }
  }

  /** The ensemble of a cell, and the number that its first replica has there. */
  place(cell: number): { readonly ensemble: Ensemble; readonly first: number } {
    const found = this.#places.get(cell);
    if (!found) throw new Error(`there is no cell ${cell}`);
    return found;
  }

  /** Whether there is something to go on with: after a pause, and after a device was lost. */
  get goesOn(): boolean {
    const state = this.state.value;
    return state.kind === 'paused' || (state.kind === 'failed' && state.lost);
  }

  /**
   * Trains all cells, or what is left after a pause or a lost device. What computes is paused first. Never rejects: what goes wrong
   * is a state.
   */
  async go(): Promise<void> {
    if (this.#stop || !(this.state.value.kind === 'new' || this.goesOn)) return;
    // From here on a pause is heard.
    const stop = new AbortController();
    this.#stop = stop;
    await takeDevice(this);
    if (stop.signal.aborted) return this.#end({ kind: 'paused' });
    this.#takeBack();
    this.state.value = { kind: 'running' };
    const began = performance.now();
    let ended: GridState;
    try {
      const { settings, grid, repeats } = this.options;
      const around = { signal: stop.signal, onEvent: (event: EventOf<'grid'>) => this.#hear(event) };
      const { next } = await call('grid', { settings, grid, repeats, resume: this.#next }, around);
      this.#next = next;
      ended = next ? { kind: 'paused' } : { kind: 'over' };
    } catch (error) {
      const lost = error instanceof FlatwalkError && error.code === 'DEVICE_LOST';
      ended = { kind: 'failed', error: error as Error, lost };
    }
    this.seconds += (performance.now() - began) / 1000;
    this.#end(ended);
  }

  /** Rows after the place from where it goes on are computed again, to the same bits. */
  #takeBack(): void {
    const { ensemble: from, checkpoint } = this.#next ?? { ensemble: 0, checkpoint: null };
    for (const one of this.ensembles.slice(from)) {
      const last = one === this.ensembles[from] && checkpoint ? checkpoint.step : -1;
      one.passing = null;
      while ((one.rows.at(-1)?.step ?? -1) > last) one.rows.pop();
    }
  }

  #end(state: GridState): void {
    this.#stop = null;
    this.state.value = state;
    running.value = null;
    this.changed.value += 1;
  }

  pause(): void {
    this.#stop?.abort();
  }

  /** Gives up what is left, and keeps what is there. */
  stop(): void {
    this.pause();
    if (this.state.value.kind === 'paused') this.state.value = { kind: 'stopped' };
  }

  /** How much of all steps has been taken, 0 to 1. */
  get share(): number {
    const { steps } = this.options.settings;
    const taken = this.ensembles.map((one) =>
      steps > 0 ? (newest(one)?.step ?? 0) / steps : one.rows.length > 0 ? 1 : 0,
    );
    const cells = this.ensembles.map((one) => one.cells.length);
    const all = cells.reduce((sum, count) => sum + count, 0);
    return taken.reduce((sum, share, k) => sum + share * cells[k], 0) / all;
  }

  /** What a cell says now; null before it has begun. A component that reads it is drawn again when it changes. */
  read(cell: number, measure: MeasureName): Reading | null {
    this.changed.value;
    const { ensemble, first } = this.place(cell);
    const row = newest(ensemble);
    return row && readRow(row, ensemble, first, this.options.repeats, measure);
  }

  /** The rows of one cell alone, as those of a run with its replicas. The gap is a share of F*. */
  rowsOf(cell: number): MetricRow[] {
    const { ensemble, first } = this.place(cell);
    const { repeats } = this.options;
    const all = ensemble.passing ? [...ensemble.rows, ensemble.passing] : ensemble.rows;
    return all.map(({ step, values, diverged }) => ({
      step,
      values: Object.fromEntries(
        Object.entries(values).map(([metric, list]) => {
          const own = list.slice(first, first + repeats);
          return [metric, metric === 'gap' ? own.map((value) => relative(value as number, ensemble)) : own];
        }),
      ),
      diverged: diverged
        .filter(({ replica }) => replica >= first && replica < first + repeats)
        .map(({ replica, step: at }) => ({ replica: replica - first, step: at })),
    }));
  }

  #hear(event: EventOf<'grid'>): void {
    if (event.kind === 'place') {
      this.#next = event.place;
      return;
    }
    const ensemble = this.ensembles[event.ensemble];
    if (event.kind === 'ensemble') {
      ensemble.start = event;
    } else {
      ensemble.passing = event.passing ? event.row : null;
      if (!event.passing) ensemble.rows.push(event.row);
    }
    // Once a frame, however many rows there were. A page that is hidden has no frames, and shows them when it is back.
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.changed.value += 1;
    });
  }
}

const newest = ({ passing, rows }: Ensemble) => passing ?? rows.at(-1) ?? null;

/** A gap as a share of F*; not a number where that is 0 or does not exist. */
function relative(value: number, { start }: Ensemble): number {
  return start?.traceOptimum ? value / start.traceOptimum : Number.NaN;
}

function readRow(row: MetricRow, ensemble: Ensemble, first: number, repeats: number, name: MeasureName): Reading {
  const measure = measureOf(name);
  const own = row.diverged.filter(({ replica }) => replica >= first && replica < first + repeats);
  const lost = new Set(own.map(({ replica }) => replica));
  const values = (row.values[measure.metric] ?? []) as number[];
  const going = values.slice(first, first + repeats).filter((_, k) => !lost.has(first + k));
  const found = spread(measure.relative ? going.map((value) => relative(value, ensemble)) : going);
  return {
    step: row.step,
    median: found?.median ?? null,
    low: found?.low ?? null,
    high: found?.high ?? null,
    diverged: own,
  };
}
