/** Training runs for pages: from the settings of `flatwalk run` to rows, in parts that can be paused and gone on from. */
import type { Checkpoint, Problem } from '../../../engine/index.ts';
import { trainOptions } from '../../config/problem.ts';
import type { TaskContext } from '../../tasks/task.ts';
import { keptWeights, openRun, type TrainTaskOptions } from '../../tasks/train.ts';
import { metricsToShow, startOf } from './before.ts';
import { openEngine } from './engine.ts';
import type { TrainAnswer, TrainAsk, TrainEvent } from './requests.ts';
import { samplesFor } from './samples.ts';
import { moved, show } from './showing.ts';
import type { HandlerContext } from './wire.ts';

/** Numbers of pre-activations of all replicas that are read back for the heat map. */
const MOST_FEATURES = 1 << 18;
/** Milliseconds between two checkpoints: what a lost device takes away at most. */
const BETWEEN_CHECKPOINTS = 2000;
/** Milliseconds that the device may be at work between two frames of the page. */
export const FRAME = 8;
/** Milliseconds between two heat maps. */
const BETWEEN_FEATURES = 40;

/**
 * @throws BAD_ARGUMENT where the settings name data that are not there, and what the engine throws for settings that cannot be
 * carried out; DEVICE_LOST
 */
export async function train(ask: TrainAsk, around: HandlerContext<'train'>): Promise<TrainAnswer> {
  if (!ask.apart) return trainPart(ask, around, { show, moved });
  let mine: Problem | null = null;
  try {
    const own = (problem: Problem | null) => {
      mine = problem;
    };
    return await trainPart(ask, around, { show: own, moved: () => {} });
  } finally {
    (mine as Problem | null)?.dispose();
  }
}

/** Where the problem of a run is kept for views, and how they are told that it has moved. */
interface Showing {
  readonly show: (problem: Problem | null) => void;
  readonly moved: () => void;
}

async function trainPart(
  ask: TrainAsk,
  { emit, signal }: HandlerContext<'train'>,
  { show, moved }: Showing,
): Promise<TrainAnswer> {
  const engine = await openEngine();
  const { resume, until } = ask;
  const { settings, data, weights, config, facts, notes } = await samplesFor(ask.settings);
  if (resume === undefined) {
    for (const text of notes) emit({ kind: 'note', text });
    emit({ kind: 'configured', settings: config, facts });
  }
  const o: TrainTaskOptions = { ...trainOptions(settings, data, weights, []), resume };
  show(null);
  const context: TaskContext = {
    signal,
    emit(event) {
      // A run that goes on has told all of it before.
      if (resume === undefined && (event.kind === 'note' || event.kind === 'configured')) emit(event);
    },
  };
  const { problem, options, configuration } = await openRun(engine, o, context, metricsToShow);
  show(problem);
  emit({ kind: 'ready', ...startOf(problem, configuration) });
  const total = options.steps;
  const end = Math.min(total, until ?? total);
  const pace = paceOf(ask, total);
  const run = problem.train({
    ...options,
    steps: end,
    plannedSteps: Math.max(1, total),
    submission: engine.adapter.software ? undefined : FRAME,
    // A pause between two rows must not end a run that without it went on. A rule has the run wait for every row, and with
    // it the weights that views show are those of the row.
    stopWhen: options.stopWhen ? (row) => isDue(row.step) && (options.stopWhen?.(row) ?? false) : pace && (() => false),
  });
  const isDue = (step: number) => step % options.every === 0 || step === total;
  const features = new Features(problem, emit, !ask.apart);
  if (resume === undefined) await features.tell(0);
  let taken: Checkpoint | null = null;
  let saved = performance.now();
  for await (const row of run) {
    await pace?.(row.step, signal);
    if (row.step !== resume?.step) emit({ kind: 'row', row, passing: !isDue(row.step) });
    moved();
    await features.tellSoon(row.step);
    if (performance.now() - saved < BETWEEN_CHECKPOINTS) continue;
    taken ??= await run.checkpoint();
    // The device may be ahead of the rows.
    if (row.step < taken.step) continue;
    emit({ kind: 'checkpoint', checkpoint: taken });
    taken = null;
    saved = performance.now();
  }
  const outcome = await run.outcome;
  // With its code, which an error within an answer would lose on its way.
  if (outcome.kind === 'lost') throw outcome.error;
  const checkpoint = await run.checkpoint();
  await features.tell(checkpoint.step);
  moved();
  const kept = keptWeights(problem, o, await problem.weights());
  const all = outcome.kind === 'diverged' && outcome.replicas.length === problem.shape.replicas;
  const over = all || outcome.kind === 'stopped' || checkpoint.step >= total;
  return { outcome: over ? outcome : { kind: 'paused', step: checkpoint.step }, checkpoint, weights: kept };
}

/** Waits until a row is due, where the whole run should take a while. */
function paceOf({ duration, resume }: TrainAsk, total: number) {
  if (duration <= 0 || total === 0) return undefined;
  const from = resume?.step ?? 0;
  const began = performance.now();
  return async (step: number, signal: AbortSignal) => {
    const due = began + (duration * (step - from)) / total;
    for (let wait = due - performance.now(); wait > 0 && !signal.aborted; wait = due - performance.now()) {
      // In small pieces, so that a pause is heeded soon.
      await new Promise((done) => setTimeout(done, Math.min(wait, 50)));
    }
  };
}

/** Tells the feature matrix of the first replica, not too often, where it is small enough to be read back. */
class Features {
  readonly #problem: Problem;
  readonly #emit: (event: TrainEvent, transfer?: Transferable[]) => void;
  readonly #small: boolean;
  #told = 0;

  constructor(problem: Problem, emit: (event: TrainEvent, transfer?: Transferable[]) => void, wanted: boolean) {
    const { replicas, width, samples } = problem.shape;
    this.#problem = problem;
    this.#emit = emit;
    this.#small = wanted && replicas * width * samples <= MOST_FEATURES;
  }

  async tellSoon(step: number): Promise<void> {
    if (performance.now() - this.#told >= BETWEEN_FEATURES) await this.tell(step);
  }

  async tell(step: number): Promise<void> {
    if (!this.#small) return;
    const { width, samples } = this.#problem.shape;
    const values = (await this.#problem.preactivations()).slice(0, width * samples);
    this.#told = performance.now();
    this.#emit({ kind: 'features', step, width, samples, values }, [values.buffer]);
  }
}
