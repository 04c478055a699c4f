import { type Engine, FlatwalkError } from '../../engine/index.ts';
import { measureConvexity } from './claims/convexity.ts';
import { measureFlows } from './claims/flow.ts';
import { measureResiduals } from './claims/residuals.ts';
import { measureSpurious } from './claims/spurious.ts';
import type { Bench } from './claims/starts.ts';
import { measureWalks } from './claims/walks.ts';
import type { Claim } from './claims.ts';

interface GeometryClaim {
  readonly id: string;
  readonly question: string;
  readonly measure: (engine: Engine, bench: Bench) => Promise<Claim | Claim[]>;
}

/** Claims about the geometry of the zero-loss manifold: what they ask, and what measures them. */
export const geometryClaims: readonly GeometryClaim[] = [
  { id: '6', question: 'Does F fall along its flow at the predicted rate?', measure: (_, b) => measureFlows(b) },
  { id: '7', question: 'Do averages over walks follow the flow, corrected for the step size?', measure: measureWalks },
  { id: '8', question: 'Is F convex near its stationary points?', measure: (_, b) => measureConvexity(b) },
  { id: '9', question: 'Do residuals have the predicted mean and covariance?', measure: measureResiduals },
  { id: '10', question: 'Which stationary points are spurious?', measure: (_, b) => measureSpurious(b) },
];

/** The claims of one of them. Where something was not defined that should be, as for a walk that diverged, it fails. */
export async function measureClaim(
  { id, question, measure }: GeometryClaim,
  engine: Engine,
  bench: Bench,
): Promise<Claim[]> {
  try {
    return [await measure(engine, bench)].flat();
  } catch (error) {
    if (!(error instanceof FlatwalkError) || error.code !== 'NOT_DEFINED') throw error;
    return [{ id, statement: question, measured: error.message, expected: 'a measurement', holds: false, values: {} }];
  }
}
