import { type CommonOptions, session } from './session.ts';
import { verdict } from './terminal.ts';

export async function verifyCommand(o: CommonOptions & { quick: boolean }): Promise<void> {
  const { terminal, result, conclude } = await session('verify', { quick: o.quick }, o, null);
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
  conclude({ outcome: { kind: 'finished' }, ...result });
  if (!result.passed) process.exitCode = 1;
}
