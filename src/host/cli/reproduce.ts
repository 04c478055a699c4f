import { type CommonOptions, session } from './session.ts';

export async function reproduceCommand(o: CommonOptions & { quick: boolean; out?: string }): Promise<void> {
  const config = { quick: o.quick };
  const { terminal, result, conclude } = await session('reproduce', config, o, {
    command: 'reproduce',
    out: o.out,
    config,
  });
  const { claims, runs, seconds } = result;
  terminal.claims(claims);
  const judged = claims.filter((c) => c.holds !== null);
  const failed = judged.filter((c) => !c.holds);
  terminal.say(
    failed.length === 0
      ? `All ${judged.length} judged claims hold (${seconds.toFixed(1)} s).`
      : `${failed.length} of ${judged.length} judged claims FAILED: ${failed.map((c) => c.id).join(', ')}.`,
  );
  conclude({
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
  });
  if (failed.length > 0) process.exitCode = 1;
}
