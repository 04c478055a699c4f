import { FlatwalkError } from '../../engine/index.ts';
import { type Claim, judge, type Results } from '../experiments/claims.ts';
import { type Experiment, type ExperimentResult, runExperiment } from '../experiments/experiment.ts';
import { geometryClaims, measureClaim } from '../experiments/geometry.ts';
import { judged, reported } from '../experiments/index.ts';
import { tellFeatures } from './features.ts';
import type { Task } from './task.ts';

export interface ReproduceOptions {
  /** A minute or two on a software adapter; otherwise four times the replicas, twice the steps, and more starts. */
  readonly quick: boolean;
}

export interface ReproduceResult {
  readonly claims: readonly Claim[];
  readonly runs: readonly ExperimentResult[];
  readonly seconds: number;
}

/** The share of the runs in all that is done; the rest is for the claims about geometry. */
const RUNS = 0.7;

/** The paper's main result, experiment by experiment, held against its claims. */
export const reproduce: Task<ReproduceOptions, ReproduceResult> = {
  name: 'reproduce',
  async run(engine, { quick }, { emit, signal }) {
    const began = performance.now();
    const experiments: Experiment[] = Object.values({ ...judged, ...reported }).map((e) => (quick ? e : larger(e)));
    const costs = experiments.map((e) => e.steps * Math.max(e.replicas, 16) * e.width * e.samples);
    const total = costs.reduce((a, b) => a + b, 0) / RUNS;
    let done = 0;
    const runs: ExperimentResult[] = [];
    for (const [k, experiment] of experiments.entries()) {
      const { name: run, question, steps } = experiment;
      let last = 0;
      const result = await runExperiment(
        engine,
        experiment,
        (row) => {
          last = row.step;
          emit({ kind: 'row', run, row });
          emit({
            kind: 'progress',
            share: (done + (costs[k] * row.step) / Math.max(steps, 1)) / total,
            label: question,
          });
        },
        signal,
        {
          started: (problem) => tellFeatures(problem, emit, run, 0),
          ended: (problem) => tellFeatures(problem, emit, run, last),
        },
      );
      if (result.outcome.kind === 'aborted') {
        throw new FlatwalkError(
          'ABORTED',
          `Stopped during '${run}' at step ${result.outcome.step}`,
          'Rows so far are kept.',
        );
      }
      if (result.outcome.kind === 'lost') throw result.outcome.error;
      runs.push(result);
      done += costs[k];
    }
    const results = Object.fromEntries(runs.map((r) => [r.experiment.name, r])) as Results;
    const claims = [...judge(results)];
    for (const [k, claim] of geometryClaims.entries()) {
      const share = RUNS + ((1 - RUNS) * k) / geometryClaims.length;
      emit({ kind: 'progress', share, label: claim.question });
      claims.push(...(await measureClaim(claim, engine, { quick, signal })));
    }
    return { claims, runs, seconds: (performance.now() - began) / 1000 };
  },
};

function larger(e: Experiment): Experiment {
  return { ...e, replicas: 4 * e.replicas, steps: 2 * e.steps };
}
