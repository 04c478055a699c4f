/** What is known of one training run of the page: its settings, its rows, where it stands. */
import { type Signal, signal } from '@preact/signals';
import type { Checkpoint, MetricRow } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Settings } from '../../config/table.ts';
import type { KeptWeights } from '../../tasks/task.ts';
import type { FeatureMatrix, TrainAnswer, TrainEvent, TrainStart } from '../worker/requests.ts';
import { call } from './link.ts';

export type RunState =
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  | { readonly kind: 'paused' }
  /** As the engine tells it: finished, stopped, diverged. */
  | { readonly kind: 'over'; readonly outcome: TrainAnswer['outcome'] }
  /** `lost`: the device went away, and the run can go on from its last checkpoint. */
  | { readonly kind: 'failed'; readonly error: Error; readonly lost: boolean };

interface GoOptions {
  /** The step at which to pause. */
  readonly until?: number;
  /** Milliseconds that the whole run should take at least. */
  readonly duration?: number;
}

/** Milliseconds. */
const HIDDEN_FRAME = 250;

/** What computes until it has come to its end or is paused. */
export interface Running {
  pause(): void;
}

/** The one that computes now: there is one device, and one run at a time. */
export const running: Signal<Running | null> = signal(null);

/** A run from its first step to its last, however often it is paused. Views redraw when `changed` does. */
export class RunRecord {
  readonly state: Signal<RunState> = signal({ kind: 'new' });
  /** Counts changes of what is below. */
  readonly changed = signal(0);
  readonly asked: Settings;
  /** As they were asked for, then with all that was open decided: they lead to the same bits again. */
  settings: Settings;
  /** What documents say beside the settings. */
  facts: object = {};
  start: TrainStart | null = null;
  readonly notes: string[] = [];
  /** The record, as `flatwalk run` would keep it. */
  readonly rows: MetricRow[] = [];
  /** Where a pause happened to be. */
  passing: MetricRow | null = null;
  /** Before the first step, and now. */
  first: FeatureMatrix | null = null;
  latest: FeatureMatrix | null = null;
  checkpoint: Checkpoint | null = null;
  weights: KeptWeights | null = null;
  /** Spent on computing. */
  seconds = 0;
  #stop: AbortController | null = null;
  #frame = 0;
  readonly #apart: boolean;

  /** `apart`: it is not the run that the experiment shows. */
  constructor(settings: Settings, { apart = false }: { readonly apart?: boolean } = {}) {
    this.asked = settings;
    this.settings = settings;
    this.#apart = apart;
  }

  /** Steps whose result is the newest that is known. */
  get step(): number {
    return Math.max(this.rows.at(-1)?.step ?? 0, this.passing?.step ?? 0, this.checkpoint?.step ?? 0);
  }

  /** The newest row, of the record or beside it. */
  get last(): MetricRow | null {
    return this.passing ?? this.rows.at(-1) ?? null;
  }

  /**
   * Goes on from where the run is, to its end or to a pause. Another run that computes is paused first. Never rejects: what goes
   * wrong is a state.
   */
  async go({ until, duration = 0 }: GoOptions = {}): Promise<void> {
    if (this.#stop || this.state.value.kind === 'over') return;
    const { signal } = this.#begin();
    await takeDevice(this);
    if (signal.aborted) return this.#end({ kind: 'paused' });
    const from = this.checkpoint?.step ?? 0;
    // Rows after the checkpoint are computed again, to the same bits.
    while ((this.rows.at(-1)?.step ?? -1) > from || (!this.checkpoint && this.rows.length > 0)) this.rows.pop();
    this.state.value = { kind: 'running' };
    const began = performance.now();
    let ended: RunState;
    try {
      const apart = this.#apart;
      const ask = { settings: this.settings, resume: this.checkpoint ?? undefined, until, duration, apart };
      const around = { signal, onEvent: (event: TrainEvent) => this.#hear(event) };
      const { outcome, checkpoint, weights } = await call('train', ask, around);
      this.checkpoint = checkpoint;
      this.weights = weights;
      ended = outcome.kind === 'paused' ? { kind: 'paused' } : { kind: 'over', outcome };
    } catch (error) {
      const lost = error instanceof FlatwalkError && error.code === 'DEVICE_LOST';
      ended = { kind: 'failed', error: error as Error, lost };
    }
    this.seconds += (performance.now() - began) / 1000;
    this.#end(ended);
  }

  /** From here on a pause is heard, while the run still waits for the device, too. */
  #begin(): AbortController {
    this.#stop = new AbortController();
    return this.#stop;
  }

  #end(state: RunState): void {
    this.#stop = null;
    this.state.value = state;
    running.value = null;
    this.changed.value += 1;
  }

  pause(): void {
    this.#stop?.abort();
  }

  #hear(event: TrainEvent): void {
    switch (event.kind) {
      case 'note':
        this.notes.push(event.text);
        break;
      case 'configured':
        this.settings = { ...this.settings, ...event.settings };
        this.facts = { ...this.facts, ...event.facts };
        break;
      case 'ready':
        this.start = event;
        break;
      case 'row':
        this.passing = event.passing ? event.row : null;
        if (!event.passing) this.rows.push(event.row);
        break;
      case 'features':
        this.first ??= event;
        this.latest = event;
        break;
      case 'checkpoint':
        this.checkpoint = event.checkpoint;
        break;
      default:
        event satisfies never;
    }
    this.#tell();
  }

  /** Counts a change, once a frame however many there were. A page that is hidden has no frames. */
  #tell(): void {
    if (this.#frame !== 0) return;
    const tell = () => {
      this.#frame = 0;
      this.changed.value += 1;
    };
    this.#frame = document.hidden ? window.setTimeout(tell, HIDDEN_FRAME) : requestAnimationFrame(tell);
  }
}

/** Takes the device for somebody, once what computes has paused. Of several who wait, the last to come has it in the end. */
export async function takeDevice(by: Running): Promise<void> {
  while (running.value) await pauseRunning();
  running.value = by;
}

/** Pauses the run that computes, and waits until it has. */
function pauseRunning(): Promise<void> {
  running.value?.pause();
  return new Promise((done) => {
    const end = running.subscribe((run) => {
      if (run !== null) return;
      queueMicrotask(() => end());
      done();
    });
  });
}
