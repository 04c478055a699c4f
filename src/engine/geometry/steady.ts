import { FlatwalkError } from '../../model/errors.ts';
import type { Problem } from '../problem.ts';

type Instrument<Rest extends unknown[], Result> = (problem: Problem, ...rest: Rest) => Promise<Result>;

/**
 * An instrument that evaluates the network more than once, and whose result is of one point or none: if the weights have moved
 * meanwhile, it throws BAD_ARGUMENT instead of telling what is of no point. Between two rows of a run, in the body of the loop
 * over them, they do not move.
 */
export function atOnePoint<Rest extends unknown[], Result>(
  measure: Instrument<Rest, Result>,
): Instrument<Rest, Result> {
  return async (problem, ...rest) => {
    const { network } = problem.lowLevel;
    const before = network.moves;
    const moved = () => network.moves !== before;
    try {
      const result = await measure(problem, ...rest);
      if (!moved()) return result;
    } catch (error) {
      if (!moved()) throw error;
    }
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      'The weights moved while they were measured, so that the result would be of no point',
      'Measure between two rows, in the body of the loop over a run, or on another problem.',
    );
  };
}
