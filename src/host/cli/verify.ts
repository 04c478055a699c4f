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
      terminal.table(
        ['', 'kernel', 'activation', 'cases', 'worst error / tolerance', 'where'],
        result.rows.map((row) => [
          verdict(row.passed),
          row.kernel,
          row.activation,
          String(row.cases),
          Number(row.worst).toPrecision(2),
          row.worstCase,
        ]),
      );
      const failed = result.rows.filter((row) => !row.passed);
      terminal.say(
        result.passed
          ? `All ${result.rows.length} rows pass: every kernel agrees with the float64 reference on this adapter.`
          : `${failed.length} of ${result.rows.length} rows FAILED.`,
      );
      return { summary: { outcome: { kind: 'finished' }, ...result }, exitCode: result.passed ? 0 : 1 };
    },
  });
}
