import { FlatwalkError } from '../model/errors.ts';
import type { AdapterDescription } from './adapter.ts';
import type { Checkpoint, Divergence } from './checkpoint.ts';
import { checkMetrics } from './metrics.ts';
import type { Network } from './network.ts';
import { Pace } from './pace.ts';
import type { Plan } from './plan.ts';
import { planRun } from './plans/run.ts';
import { divergences, type MetricRow, Rows, rowsAtOnce, type Watching } from './rows.ts';
import { SCHEDULED } from './schedules.ts';
import { checkpointShape, readSettings, type Settings, stateLength, type TrainOptions } from './settings.ts';
import { makeState, prepareRefresh, type RunState } from './state.ts';
import type { Stepper } from './steppers/step.ts';
import { prepareStepper } from './steppers/stepper.ts';
import { together } from './together.ts';

/** How a run ended. `step` counts the steps whose result the problem's weights hold. */
export type Outcome =
  | { readonly kind: 'finished'; readonly step: number }
  | { readonly kind: 'stopped'; readonly step: number; readonly reason: string }
  /** The weights of each diverged replica are those before the step at which it diverged. */
  | { readonly kind: 'diverged'; readonly step: number; readonly replicas: readonly Divergence[] }
  | { readonly kind: 'aborted'; readonly step: number }
  | { readonly kind: 'lost'; readonly step: number; readonly error: FlatwalkError };

/** A training run: an async iterator of rows. It moves when it is iterated over, or by `finish()`. */
export class Run implements AsyncIterable<MetricRow> {
  readonly plan: Plan;
  /** How the run ended; settles when the iteration does. */
  readonly outcome: Promise<Outcome>;
  readonly #network: Network;
  readonly #options: TrainOptions;
  readonly #settings: Settings;
  readonly #occupy: () => () => void;
  #release: () => void = () => {};
  #settle: (outcome: Outcome) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #started = false;
  #step: number;
  #generation = 0;
  #buffers: RunState | null = null;

  /** Made by `problem.train()`. @throws BAD_ARGUMENT, BAD_SHAPE, NOT_FINITE for settings that make no sense */
  constructor(network: Network, options: TrainOptions, adapter: AdapterDescription, occupy: () => () => void) {
    this.#network = network;
    this.#options = options;
    this.#occupy = occupy;
    this.#settings = readSettings(network, options);
    checkMetrics(network, options.metrics ?? [], options.metricOptions);
    this.plan = planRun(network, this.#settings, options, adapter).plan;
    this.#step = options.resume?.step ?? 0;
    this.outcome = new Promise((settle, fail) => {
      this.#settle = settle;
      this.#fail = fail;
    });
    // The same error is thrown by the iteration, so it must not count as unhandled where only that is awaited.
    this.outcome.catch(() => {});
  }

  /** Runs to the end. Rows are given to `onRow`, if there is one. */
  async finish(onRow?: (row: MetricRow) => void): Promise<Outcome> {
    for await (const row of this) onRow?.(row);
    return this.outcome;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MetricRow, void, undefined> {
    if (this.#started) {
      throw new FlatwalkError('BAD_ARGUMENT', 'This run has already been iterated over', 'Start another with train().');
    }
    this.#release = this.#occupy();
    this.#started = true;
    // Until a row says otherwise, leaving the loop early is the caller's wish to stop.
    let outcome: Outcome = { kind: 'stopped', step: this.#step, reason: 'the caller left the loop' };
    let failure: { readonly error: unknown } | null = null;
    try {
      outcome = yield* this.#rows();
    } catch (error) {
      failure = { error };
    } finally {
      await this.#end(outcome, failure);
    }
  }

  async #end(outcome: Outcome, failure: { readonly error: unknown } | null): Promise<void> {
    try {
      await this.#writeWeights();
    } catch (error) {
      failure ??= { error };
    }
    this.#release();
    if (!failure) {
      this.#settle(outcome.kind === 'stopped' ? { ...outcome, step: this.#step } : outcome);
      return;
    }
    const { error } = failure;
    if (error instanceof FlatwalkError && error.code === 'DEVICE_LOST') {
      this.#settle({ kind: 'lost', step: this.#step, error });
      return;
    }
    this.#fail(error);
    throw error;
  }

  /**
   * Everything from which the run goes on bit for bit, between two rows or after it has ended, as long as nothing else has
   * changed the problem's weights. @throws BAD_ARGUMENT before the first row or when something has, DEVICE_LOST, DISPOSED
   */
  async checkpoint(): Promise<Checkpoint> {
    const network = this.#network;
    network.check();
    if (!this.#buffers || network.generation !== this.#generation) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        this.#buffers
          ? 'The weights have changed since this run, so its state is gone'
          : 'The run has not started, so there is nothing to keep',
        'Take a checkpoint between two rows, or when the run has ended, before anything else.',
      );
    }
    const { origin, state, status } = this.#buffers;
    // The steps submitted so far are those that the buffers will hold when the device comes to read them.
    const step = this.#step;
    const { replicas, cells, gpu } = network;
    const [start, now, stopped] = await gpu.read([
      { buffer: origin, size: replicas * cells * 4 },
      { buffer: state, size: stateLength(network, this.plan) * 4 },
      { buffer: status, size: replicas * 4 },
    ]);
    return {
      version: 1,
      shape: checkpointShape(network),
      data: network.dataSum,
      seed: this.#settings.seed,
      settings: this.#settings.sum,
      plan: this.plan,
      step,
      diverged: divergences(new Uint32Array(stopped)),
      origin: new Float32Array(start),
      state: new Float32Array(now),
    };
  }

  async *#rows(): AsyncGenerator<MetricRow, Outcome, undefined> {
    const { signal, stopWhen } = this.#options;
    const { steps, every } = this.#settings;
    const network = this.#network;
    const { gpu } = network;
    // From here on the state of any run before is gone.
    this.#generation = ++network.generation;
    const { resume } = this.#options;
    const most = rowsAtOnce(network, this.plan, this.#watching);
    this.#buffers = await makeState(network, this.plan, this.#settings, resume, most);
    const buffers = this.#buffers;
    const rows = new Rows(network, this.plan, buffers, this.#watching);
    const [stepper] = await together([prepareStepper(network, this.plan, this.#settings, buffers), rows.prepare(1)]);
    const pace = new Pace(
      gpu,
      4 * stateLength(network, this.plan) * this.#settings.batch,
      this.#settings.submission,
      this.#settings.schedules ? SCHEDULED : undefined,
    );
    await gpu.settled();
    try {
      let diverged: readonly Divergence[] = [];
      // The step of the next row, until there is none.
      let due: number | null = this.#step;
      let rowed = this.#step;
      while (due !== null || rows.pending) {
        // A row that has arrived is told at once, however long it is until the next.
        if (due !== null && !rows.ready) {
          if (this.#step < due && !signal?.aborted) {
            const reach = Math.min(steps, this.#step + pace.steps);
            const count = rows.together(Math.floor(reach / every) - Math.floor(this.#step / every));
            if (count === 1) {
              await this.#submit(stepper, pace, due);
              continue;
            }
            await rows.prepare(count);
            await this.#submitRows(stepper, pace, rows, count);
            rowed = this.#step;
          }
          // When aborted, the state that the steps have led to gets a last row.
          else if (!signal?.aborted || this.#step > rowed) {
            rows.push([this.#step]);
            rowed = this.#step;
          }
          const last = signal?.aborted || this.#step >= steps;
          due = last ? null : Math.min(steps, (Math.floor(this.#step / every) + 1) * every);
          continue;
        }
        for (const row of await rows.shift()) {
          diverged = row.diverged;
          yield row;
          if (diverged.length === network.replicas) return divergence(diverged);
          const verdict = stopWhen?.(row);
          if (verdict) {
            const reason = typeof verdict === 'string' ? verdict : 'the rule was met';
            return { kind: 'stopped', step: row.step, reason };
          }
        }
      }
      if (signal?.aborted && this.#step < steps) return { kind: 'aborted', step: this.#step };
      return diverged.length > 0 ? divergence(diverged) : { kind: 'finished', step: this.#step };
    } finally {
      await gpu.race(rows.dispose());
    }
  }

  /** Submits steps, not beyond `end` and of bounded time. */
  async #submit(stepper: Stepper, pace: Pace, end: number): Promise<void> {
    this.#network.check();
    const steps = Math.min(pace.steps, end - this.#step);
    this.#network.moves++;
    stepper(this.#step, steps);
    this.#network.gpu.recorder.submit();
    this.#step += steps;
    await pace.after(steps);
  }

  /** Submits the steps up to the end of the next `count` rows, with those rows. */
  async #submitRows(stepper: Stepper, pace: Pace, rows: Rows, count: number): Promise<void> {
    this.#network.check();
    const { every } = this.#settings;
    const first = Math.floor(this.#step / every) + 1;
    const ends = Array.from({ length: count }, (_, k) => (first + k) * every);
    const steps = ends[count - 1] - this.#step;
    this.#network.moves++;
    stepper(this.#step, steps, every);
    rows.push(ends);
    this.#step += steps;
    await pace.after(steps);
  }

  async #writeWeights(): Promise<void> {
    if (!this.#buffers) return;
    this.#network.check();
    this.#network.catchUp = null;
    (await prepareRefresh(this.#network, this.plan, this.#buffers))();
    this.#network.gpu.recorder.submit();
    await this.#network.gpu.settled();
  }

  get #watching(): Watching {
    const { metrics = [], metricOptions: options, stopWhen } = this.#options;
    // A rule for stopping must see each row before the run goes on, so that the state is the one it stopped at.
    return { metrics, options, oneByOne: stopWhen !== undefined };
  }
}

function divergence(replicas: readonly Divergence[]): Outcome {
  return { kind: 'diverged', step: Math.min(...replicas.map((d) => d.step)), replicas };
}
