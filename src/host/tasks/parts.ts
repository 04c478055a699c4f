import type { Checkpoint, MetricRow, Outcome, Problem, Run, TrainOptions } from '../../engine/index.ts';

/** What is told of a run that is taken in parts. */
export interface PartsListener {
  /** `known`: it has been told before, by the run that this one resumes. */
  readonly row: (row: MetricRow, known: boolean) => void;
  /** The state between two steps, of which all rows have been told. */
  readonly checkpoint: (checkpoint: Checkpoint) => void;
  /** After every part but the last; the problem has the weights. */
  readonly part: (step: number) => Promise<void>;
}

export interface PartsOptions extends TrainOptions {
  readonly every: number;
  /** Steps of a part; one part where it is not given. */
  readonly keepEvery?: number;
  /** Within a part there is a checkpoint so often, in ms: what a run that is killed loses at most. */
  readonly betweenCheckpoints?: number;
}

const BETWEEN_CHECKPOINTS = 30_000;

/**
 * A run in parts, each of which goes on from the checkpoint of the one before: the same rows and bits as in one, and weights
 * at the steps where parts end. @throws what the run throws, but for a lost device, which is an outcome
 */
export async function runInParts(problem: Problem, o: PartsOptions, tell: PartsListener): Promise<Outcome> {
  const { keepEvery, stopWhen, signal, steps, every } = o;
  let checkpoint = o.resume;
  for (;;) {
    const from = checkpoint?.step ?? 0;
    const end = keepEvery ? Math.min(steps, (Math.floor(from / keepEvery) + 1) * keepEvery) : steps;
    const run: Run = problem.train({
      ...o,
      steps: end,
      plannedSteps: o.plannedSteps ?? Math.max(1, steps),
      resume: checkpoint,
      // Rows at the ends of parts must not end a run that without them went on.
      stopWhen: stopWhen && ((row) => isDue(row.step, o) && stopWhen(row)),
    });
    const outside = await tellRows(run, checkpoint?.step ?? null, o, tell);
    const outcome = await run.outcome;
    if (outcome.kind === 'lost') return outcome;
    checkpoint = await run.checkpoint();
    const all = outcome.kind === 'diverged' && outcome.replicas.length === problem.shape.replicas;
    const over = all || outcome.kind === 'stopped' || outcome.kind === 'aborted' || checkpoint.step >= steps;
    // A state that no longer moves is that of the next row, too.
    if (outside && all) tell.row({ ...outside, step: Math.min(steps, Math.ceil(outside.step / every) * every) }, false);
    else if (outside && (over || signal?.aborted)) tell.row(outside, false);
    tell.checkpoint(checkpoint);
    if (over) return outcome;
    await tell.part(checkpoint.step);
    if (signal?.aborted) return { kind: 'aborted', step: checkpoint.step };
  }
}

/** Whether the run has a row at this step however it is cut: the rows between are those of parts that end. */
function isDue(step: number, { every, steps }: PartsOptions): boolean {
  return step % every === 0 || step === steps;
}

/** Tells the rows of a part. Returns the last, if it is only there because the part ended. */
async function tellRows(
  run: Run,
  from: number | null,
  o: PartsOptions,
  tell: PartsListener,
): Promise<MetricRow | null> {
  let saved = performance.now();
  let taken: Checkpoint | null = null;
  let outside: MetricRow | null = null;
  for await (const row of run) {
    if (row.step === from) {
      tell.row(row, true);
      continue;
    }
    if (!isDue(row.step, o)) {
      outside = row;
      continue;
    }
    tell.row(row, false);
    if (performance.now() - saved > (o.betweenCheckpoints ?? BETWEEN_CHECKPOINTS)) {
      taken ??= await run.checkpoint();
      // The device is ahead of the rows.
      if (row.step < taken.step) continue;
      tell.checkpoint(taken);
      taken = null;
      saved = performance.now();
    }
  }
  return outside;
}
