import { verifySummary, verifyTable } from '../report/verify-words.ts';
import { type CommonOptions, perform } from './session.ts';
import { verdict } from './terminal.ts';

export function verifyCommand(o: CommonOptions & { quick: boolean }): Promise<void> {
  const config = { quick: o.quick };
  return perform({
    command: 'verify',
    task: 'verify',
    common: o,
    config,
    keep: null,
    prepare: () => ({ options: config }),
    conclude(result, terminal) {
      const { head, rows } = verifyTable(result.rows, verdict);
      terminal.table(head, rows);
      terminal.say(verifySummary(result.rows));
      return { summary: { outcome: { kind: 'finished' }, ...result }, exitCode: result.passed ? 0 : 1 };
    },
  });
}
