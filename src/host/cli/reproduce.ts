import { reproduceDocument, reproduceSummary } from '../report/reproduce-words.ts';
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
    conclude(result, terminal) {
      terminal.claims(result.claims);
      terminal.say(reproduceSummary(result));
      const failed = result.claims.some(({ holds }) => holds === false);
      return { summary: reproduceDocument(result), exitCode: failed ? 1 : 0 };
    },
  });
}
