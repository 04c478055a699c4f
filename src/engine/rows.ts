import type { Divergence } from './checkpoint.ts';
import { type MetricName, type MetricOptions, type MetricValues, ofStateAlone, prepareWatch } from './metrics.ts';
import { type Network, RUNNING } from './network.ts';
import type { Plan } from './plan.ts';
import { keepsInRegisters } from './plans/candidates.ts';
import { Ring } from './ring.ts';
import { stateLength } from './settings.ts';
import { prepareDataForward, prepareForward } from './stages/forward.ts';
import { type Forward, recordStages, type Stage } from './stages/stage.ts';
import { prepareRowForward, type RunState } from './state.ts';
import { together } from './together.ts';

export interface MetricRow {
  /** Steps done when the row was taken. */
  readonly step: number;
  /** A value for each replica. */
  readonly values: MetricValues;
  /** Replicas that have stopped because their update was not finite, with the step that would have been their next. */
  readonly diverged: readonly Divergence[];
}

/** Read-backs that may be on their way from the device while the run goes on. */
const IN_FLIGHT = 3;
/** Rows that are evaluated together, at most. */
const MOST = 256;
/** Numbers in any of the buffers that their evaluation needs: 1 MiB. */
const CELLS = 1 << 18;

/** What is asked of the rows of a run. */
export interface Watching {
  readonly metrics: readonly MetricName[];
  readonly options?: MetricOptions;
  /** Whether each row is waited for before the run goes on. */
  readonly oneByOne: boolean;
}

/** How many rows of a run may be evaluated together: a power of 4. */
export function rowsAtOnce(network: Network, plan: Plan, { metrics, oneByOne }: Watching): number {
  if (!keepsInRegisters(plan.strategy) || oneByOne || !ofStateAlone(metrics)) return 1;
  const { replicas, samples: n, width: m, dimension: d, gpu } = network;
  const each = replicas * Math.max((m + 1) * Math.max(m + 1, n, d), n * n, 3 * n + m, 64);
  const room = Math.min(CELLS, gpu.device.limits.maxStorageBufferBindingSize / 4) / each;
  return Math.max(1, 4 ** Math.floor(Math.log2(Math.min(MOST, Math.max(1, room))) / 2));
}

/** Rows that are evaluated together, as the replicas of one larger network. */
interface Together {
  readonly network: Network;
  readonly forward: Forward;
  readonly watch: Stage<MetricValues>;
}

/**
 * The rows of a run, from states to values. A row by itself is evaluated from the state that the steps have led to. Where states
 * are kept on the way, several rows share the dispatches of their evaluation: those of a small network take longer than a
 * thousand of its steps. The kernels are the same and so are the bits. Read-backs are awaited while the device goes on.
 */
export class Rows {
  /** Rows that may be evaluated together: see `rowsAtOnce`. */
  readonly most: number;
  readonly #network: Network;
  readonly #plan: Plan;
  readonly #buffers: RunState;
  readonly #watching: Watching;
  readonly #ring: Ring<readonly number[]>;
  readonly #prepared = new Map<number, Together>();
  /** Rows that have been recorded. */
  #told = 0;

  constructor(network: Network, plan: Plan, buffers: RunState, watching: Watching) {
    this.#network = network;
    this.#plan = plan;
    this.#buffers = buffers;
    this.#watching = watching;
    this.most = rowsAtOnce(network, plan, watching);
    this.#ring = new Ring(network.gpu, watching.oneByOne ? 1 : IN_FLIGHT);
  }

  /** Whether some are on their way. */
  get pending(): boolean {
    return this.#ring.length > 0;
  }

  /** Whether the oldest should be taken before others are recorded: it is there, or there is no room. */
  get ready(): boolean {
    return this.#ring.arrived || this.#ring.full;
  }

  /**
   * How many of the next rows to evaluate together, of those that a submission has time for. At first they are told one by
   * one, and never more together than half of those before, so that whoever stops a run finds it not far ahead.
   */
  together(inTime: number): number {
    const wanted = Math.min(inTime, this.most, this.#told / 2);
    return wanted < 4 ? 1 : 4 ** Math.floor(Math.log2(wanted) / 2);
  }

  /** Prepares the evaluation of so many rows together. @throws LIMIT, SHADER */
  async prepare(count: number): Promise<void> {
    if (this.#prepared.has(count)) return;
    const { metrics, options } = this.#watching;
    const network = count === 1 ? this.#network : this.#network.repeated(count);
    try {
      const [watch, forward] = await together([
        prepareWatch(network, metrics, options, true),
        count === 1 ? prepareRowForward(network, this.#plan, this.#buffers) : this.#forward(network, count),
      ]);
      this.#prepared.set(count, { network, forward, watch });
    } catch (error) {
      if (count > 1) network.dispose();
      throw error;
    }
  }

  /** Records and submits the rows of these steps: of the present state, if it is one, or of the states that were kept. */
  push(steps: readonly number[]): void {
    const { network, forward, watch } = this.#of(steps.length);
    if (watch.outputs.length > 0) recordStages(network, forward, [watch]);
    this.#ring.push(steps, [...watch.outputs, { buffer: this.#buffers.status, size: this.#network.replicas * 4 }]);
    this.#told += steps.length;
  }

  /** The oldest rows. @throws DEVICE_LOST, GPU */
  async shift(): Promise<MetricRow[]> {
    const { label: steps, bytes } = await this.#ring.shift();
    const { replicas } = this.#network;
    const all = Object.entries(this.#of(steps.length).watch.finish(bytes)) as [MetricName, (number | number[])[]][];
    const stopped = divergences(new Uint32Array(bytes[bytes.length - 1]));
    return steps.map((step, k) => ({
      step,
      values: Object.fromEntries(all.map(([name, values]) => [name, values.slice(k * replicas, (k + 1) * replicas)])),
      diverged: stopped.filter((d) => d.step < step),
    }));
  }

  /** Frees what it holds after the read-backs under way have ended. */
  async dispose(): Promise<void> {
    await this.#ring.dispose();
    for (const { network } of this.#prepared.values()) if (network !== this.#network) network.dispose();
  }

  #of(count: number): Together {
    const prepared = this.#prepared.get(count);
    if (!prepared) throw new Error(`${count} rows together have not been prepared`);
    return prepared;
  }

  async #forward(network: Network, count: number): Promise<Forward> {
    const { kept, start, features } = this.#buffers;
    if (this.#plan.space === 'weight') return prepareForward(network, kept);
    const size = stateLength(this.#network, this.#plan) * 4;
    const starts = network.scratch('start', (count * size) / 4);
    for (let k = 0; k < count; k++) network.gpu.recorder.copy(start, 0, starts, k * size, size);
    return prepareDataForward(network, { state: kept, start: starts, features });
  }
}

export function divergences(status: Uint32Array): Divergence[] {
  return Array.from(status, (step, replica) => ({ replica, step })).filter(({ step }) => step !== RUNNING);
}
