import { type CommonOptions, perform } from './session.ts';

export function reproduceCommand(o: CommonOptions & { quick: boolean; out?: string; force: boolean }): Promise<void> {
  const config = { quick: o.quick };
  return perform({
    command: 'reproduce',
    task: 'reproduce',
    common: o,
    config,
    keep: { out: o.out, force: o.force },
    prepare: () => ({ options: config }),
    conclude({ claims, runs, seconds }, terminal) {
      terminal.claims(claims);
      const judged = claims.filter((c) => c.holds !== null);
      const failed = judged.filter((c) => !c.holds);
      terminal.say(
        failed.length === 0
          ? `All ${judged.length} judged claims hold (${seconds.toFixed(1)} s).`
          : `${failed.length} of ${judged.length} judged claims FAILED: ${failed.map((c) => c.id).join(', ')}.`,
      );
      const summary = {
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
      return { summary, exitCode: failed.length > 0 ? 1 : 0 };
    },
  });
}
