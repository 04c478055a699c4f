/**
 * A grid of settings, trained as ensembles: cells that differ in step size and label noise alone are replicas of one run, from
 * the same starts. Settings that change the shape have an ensemble for each of their values.
 */
import {
  type Checkpoint,
  type Engine,
  FlatwalkError,
  type MetricName,
  type Outcome,
  type Problem,
  type TrainOptions,
} from '../../engine/index.ts';
import type { Data } from '../config/generate.ts';
import { axisValues } from '../config/grid.ts';
import { problemOptions, trainOptions } from '../config/problem.ts';
import type { Settings } from '../config/table.ts';
import {
  cellValues,
  type EnsembleCells,
  type EnsembleStart,
  ensemblesOf,
  type GridEvent,
  type GridOptions,
  type GridPlace,
  type GridResult,
} from './grid-cells.ts';
import { stableStep } from './notes.ts';
import { type DataOptions, openSetup, startingWeights } from './setup.ts';
import type { TaskContext } from './task.ts';

/** Milliseconds between two checkpoints: what a lost device takes away at most. */
const BETWEEN_CHECKPOINTS = 2000;
/** Rows of a cell, beyond the first: enough for a curve. */
const ROWS = 40;
/** Numbers that the rows of all cells may have together: 32 MiB. */
const MOST_NUMBERS = 2 ** 22;
/** 256 MiB of f32, as for any run. */
const MOST_WEIGHTS = 2 ** 26;
/** Samples up to which a retraction is computed, and with it the gap. */
const MOST_RETRACTED = 512;
const ALWAYS: readonly MetricName[] = ['loss', 'stableRank', 'disagreement'];

/** Steps between two rows. */
const gridEvery = ({ steps }: Settings) => Math.max(1, Math.ceil(steps / ROWS));

interface GridContext {
  readonly emit: (event: GridEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds that the device may be at work at a stretch, as of any run. */
  readonly submission?: number;
}

/** How the data are found for settings: made, or read. */
type DataOf = (settings: Settings) => Data | Promise<Data>;

/** The same, asked once for each number of samples: nothing else that an axis varies decides the data. */
function once(dataOf: DataOf): DataOf {
  const known = new Map<number | undefined, Data | Promise<Data>>();
  return (settings) => {
    const found = known.get(settings.n) ?? dataOf(settings);
    known.set(settings.n, found);
    return found;
  };
}

/**
 * Trains all cells, an ensemble after the other. `resume` goes on bit for bit.
 * @throws LIMIT before anything is allocated, BAD_ARGUMENT, and what the engine throws for settings that cannot be carried out
 */
export async function trainGrid(
  engine: Engine,
  o: GridOptions,
  find: DataOf,
  { emit, signal, submission }: GridContext,
  resume: GridPlace | null = null,
): Promise<GridResult> {
  const ensembles = ensemblesOf(o.grid);
  const dataOf = once(find);
  for (const ensemble of ensembles) await refuseTooMany(o, ensemble, dataOf);
  const outcomes: Outcome[] = [];
  for (let at = resume?.ensemble ?? 0; at < ensembles.length; at++) {
    if (signal.aborted) return { outcomes, next: { ensemble: at, checkpoint: null } };
    const checkpoint = resume?.ensemble === at ? (resume.checkpoint ?? undefined) : undefined;
    const { problem, options, start } = await openEnsemble(engine, o, ensembles[at], dataOf);
    try {
      if (!checkpoint) emit({ kind: 'ensemble', ensemble: at, ...start });
      const run = problem.train({ ...options, signal, submission, resume: checkpoint });
      let saved = performance.now();
      let taken: Checkpoint | null = null;
      for await (const row of run) {
        const due = row.step % options.every === 0 || row.step === options.steps;
        if (row.step !== checkpoint?.step) emit({ kind: 'row', ensemble: at, row, passing: !due });
        if (performance.now() - saved < BETWEEN_CHECKPOINTS) continue;
        taken ??= await run.checkpoint();
        // The device may be ahead of the rows.
        if (row.step < taken.step) continue;
        emit({ kind: 'place', place: { ensemble: at, checkpoint: taken } });
        taken = null;
        saved = performance.now();
      }
      const outcome = await run.outcome;
      if (outcome.kind === 'lost') throw outcome.error;
      outcomes.push(outcome);
      if (outcome.kind === 'aborted') {
        return { outcomes, next: { ensemble: at, checkpoint: await run.checkpoint() } };
      }
      emit({ kind: 'place', place: { ensemble: at + 1, checkpoint: null } });
    } finally {
      problem.dispose();
    }
  }
  return { outcomes, next: null };
}

/** What a grid would cost, and the step sizes that its settings allow. Trains nothing. @throws as `trainGrid` */
export async function surveyGrid(engine: Engine, o: GridOptions, find: DataOf): Promise<EnsembleStart[]> {
  const ensembles = ensemblesOf(o.grid);
  const dataOf = once(find);
  for (const ensemble of ensembles) await refuseTooMany(o, ensemble, dataOf);
  const starts: EnsembleStart[] = [];
  for (const ensemble of ensembles) {
    const { problem, start } = await openEnsemble(engine, o, ensemble, dataOf);
    problem.dispose();
    starts.push(start);
  }
  return starts;
}

interface OpenEnsemble {
  readonly problem: Problem;
  readonly options: TrainOptions & { readonly every: number };
  readonly start: EnsembleStart;
}

/** An ensemble that waits for its beginning. The caller disposes the problem. */
async function openEnsemble(
  engine: Engine,
  { settings: given, grid, repeats }: GridOptions,
  { cells, shape }: EnsembleCells,
  dataOf: DataOf,
): Promise<OpenEnsemble> {
  const values = cells.map((cell) => cellValues(grid, cell));
  const stepSize = values[0].stepSize ?? given.stepSize;
  const settings: Settings = { ...given, ...shape, stepSize, replicas: repeats };
  const data = await dataOf(settings);
  const one = problemOptions(settings, data, null);
  const silent: TaskContext['emit'] = () => {};
  const { problem, settings: common } = await openSetup(engine, repeated(one, cells.length), silent);
  try {
    const own = (key: 'stepSize' | 'noise') => values.map((value) => value[key] ?? common[key]);
    const stepSizes = own('stepSize');
    const perReplica = (all: readonly number[]) => all.flatMap((value) => new Array<number>(repeats).fill(value));
    const optimum = optimumOf(problem);
    const metrics = optimum !== null && data.samples <= MOST_RETRACTED ? [...ALWAYS, 'gap' as const] : ALWAYS;
    const { stepSizeSchedule, noiseSchedule, steps, plan } = trainOptions(settings, data, null, []);
    const options = {
      ...common,
      ...{ stepSize: perReplica(stepSizes), noise: perReplica(own('noise')), stepSizeSchedule, noiseSchedule },
      ...{ steps, plan, metrics, every: gridEvery(settings) },
    };
    const { plan: chosen, candidates } = problem.explain(options);
    const { samples, dimension, width, replicas } = problem.shape;
    return {
      problem,
      options,
      start: {
        ...{ samples, dimension, width, replicas, stepSizes, metrics },
        traceOptimum: optimum,
        plan: chosen.reason,
        stable: await stableStep(problem, one),
        seconds: candidates[0]?.total ?? null,
      },
    };
  } catch (error) {
    problem.dispose();
    throw error;
  }
}

/** The same starts for every cell, cell by cell. */
function repeated(one: DataOptions, cells: number): DataOptions {
  const starts = startingWeights(one);
  const weights = new Float32Array(cells * starts.length);
  for (let cell = 0; cell < cells; cell++) weights.set(starts, cell * starts.length);
  return { ...one, replicas: cells * one.replicas, start: { kind: 'weights', weights } };
}

function optimumOf(problem: Problem): number | null {
  try {
    return problem.traceOptimum();
  } catch (error) {
    if (error instanceof FlatwalkError && error.code === 'NOT_DEFINED') return null;
    throw error;
  }
}

/** Before anything is allocated. @throws LIMIT, BAD_ARGUMENT */
async function refuseTooMany(
  { settings, repeats, grid }: GridOptions,
  { cells, shape }: EnsembleCells,
  dataOf: DataOf,
): Promise<void> {
  if (!Number.isInteger(repeats) || repeats < 1) {
    throw new FlatwalkError('BAD_ARGUMENT', `Each cell has ${repeats} replicas`, 'Give a whole number, 1 or more.');
  }
  if (settings.weights !== undefined) {
    const what = 'The settings begin from weights of a file, and the cells of a grid begin from weights that are drawn';
    throw new FlatwalkError('BAD_ARGUMENT', what, 'Leave out the file of weights.');
  }
  if (shape.n !== undefined && settings.generate === undefined) {
    const what = 'The number of samples cannot be an axis: the data are from a file, which has as many as it has';
    throw new FlatwalkError('BAD_ARGUMENT', what, 'Choose another axis, or generated data.');
  }
  const all = axisValues(grid.x).length * axisValues(grid.y).length;
  const metrics = ALWAYS.length + 1;
  const rows = ROWS + 2;
  const most = (limit: number, each: number) =>
    limit >= each
      ? `Take ${Math.floor(limit / each)} cells or fewer, or fewer replicas of each.`
      : 'Take fewer of each.';
  if (all * repeats * metrics * rows > MOST_NUMBERS) {
    const what = `${all} cells with ${repeats} replicas each have curves of more than ${MOST_NUMBERS} numbers`;
    throw new FlatwalkError('LIMIT', what, most(MOST_NUMBERS, repeats * metrics * rows));
  }
  const { width } = { ...settings, ...shape };
  const { dimension } = await dataOf({ ...settings, ...shape });
  const each = repeats * width * dimension;
  if (cells.length * each > MOST_WEIGHTS) {
    const what = `${cells.length} cells with ${repeats} replicas each of ${width} x ${dimension} weights are more than ${MOST_WEIGHTS} weights`;
    throw new FlatwalkError('LIMIT', what, most(MOST_WEIGHTS, each));
  }
}
