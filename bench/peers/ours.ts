/** flatwalk as a user would use it: the public interface, in its best form. */
import type { Engine, TrainOptions } from '../../src/engine/index.ts';
import { problemOf } from '../problems.ts';
import { probesOf } from './cases.ts';
import type { PeerCase, Program, Question } from './peer.ts';

/**
 * Steps in one unit of a measurement, so many that what a run costs around them (handing in, the word of its end) is lost among
 * them: runs of many steps are what flatwalk is for.
 */
const STEPS_A_RUN = { small: 100_000, mid: 32, large: 2 } as const;
/** With many replicas a step is more work. */
const REPLICA_STEPS = 1_000_000;
/** A run so long that any kernel pays for its compilation, which no time of a peer has in it either. */
const LONG_RUN = 1_000_000_000;

/** With the plan that it chose, in words. */
export type Ours = Program & { readonly how: string };

export async function prepareOurs(engine: Engine, one: PeerCase): Promise<Ours> {
  const { size, kind, replicas, space } = one;
  const { options, stepSize, noise, batch } = problemOf(size, replicas);
  const problem = await engine.problem(options);
  const steps = replicas > 1 ? Math.ceil(REPLICA_STEPS / replicas) : STEPS_A_RUN[size];
  const long = { stepSize, noise, batch, steps: LONG_RUN, plan: space && { space } };
  // The same kernels for the short run that is checked and for those that are timed. A run does nothing until it is awaited.
  const { plan } = problem.train(long);
  let seed = 1;

  const train = async (o: Pick<TrainOptions, 'noise' | 'steps' | 'seed'>) => {
    const outcome = await problem.train({ stepSize, batch, plan, ...o }).finish();
    if (outcome.kind !== 'finished') throw new Error(`the run ended as '${outcome.kind}' at step ${outcome.step}`);
  };

  const answer = async (question: Question): Promise<ArrayLike<number>> => {
    if (question.kind === 'probes') {
      const [{ samples }] = await problem.traceEstimate({ probes: question.probes, seed: question.seed });
      return samples;
    }
    problem.setWeights(options.weights);
    await train({ noise: question.noise, steps: question.steps, seed: question.seed });
    const weights = await problem.weights();
    problem.setWeights(options.weights);
    return weights;
  };

  return {
    how: kind === 'probes' ? `${probesOf[size]} probes together` : plan.reason,
    unitsPerRun: kind === 'probes' ? probesOf[size] : steps * replicas,
    async run(count) {
      if (kind === 'steps') return train({ noise, steps: count * steps, seed: seed++ });
      for (let k = 0; k < count; k++) await problem.traceEstimate({ probes: probesOf[size], seed: seed++ });
    },
    answer,
    dispose: () => problem.dispose(),
  };
}
