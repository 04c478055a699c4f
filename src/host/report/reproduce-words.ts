/** What is said of a reproduction, and what its document holds after its head. Pure; shared by terminals and pages. */
import type { ReproduceResult } from '../tasks/reproduce.ts';

/** How the judged claims fared. */
export function reproduceSummary({ claims, seconds }: Pick<ReproduceResult, 'claims' | 'seconds'>): string {
  const judged = claims.filter((c) => c.holds !== null);
  const failed = judged.filter((c) => !c.holds);
  return failed.length === 0
    ? `All ${judged.length} judged claims hold (${seconds.toFixed(1)} s).`
    : `${failed.length} of ${judged.length} judged claims FAILED: ${failed.map((c) => c.id).join(', ')}.`;
}

export function reproduceDocument({ claims, runs, seconds }: ReproduceResult) {
  return {
    outcome: { kind: 'finished' },
    seconds,
    claims,
    runs: runs.map(({ first, last, experiment, ...rest }) => ({
      name: experiment.name,
      config: experiment,
      ...rest,
      firstMetrics: first,
      finalMetrics: last,
    })),
  };
}
