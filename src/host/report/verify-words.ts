/** What people read of `verify`: its table, and how it ended. Pure; shared by terminals, pages and reports of faults. */
import type { VerifyRow } from '../tasks/verify.ts';
import type { TextTable } from './markdown.ts';

/** `mark` shows whether a row passed. */
export function verifyTable(rows: readonly VerifyRow[], mark: (passed: boolean) => string): TextTable {
  return {
    head: ['', 'kernel', 'activation', 'cases', 'worst error / tolerance', 'where'],
    rows: rows.map((row) => [
      mark(row.passed),
      row.kernel,
      row.activation,
      String(row.cases),
      Number(row.worst).toPrecision(2),
      whereText(row),
    ]),
  };
}

/** Where the worst error is, or why there is none. */
export function whereText({ error, worstCase }: VerifyRow): string {
  return error === undefined ? worstCase : error.replaceAll(/\s*\n\s*/g, ' ');
}

/** A row in a line. */
export function rowText(row: VerifyRow): string {
  const { kernel, activation, cases, worst, passed } = row;
  const name = [kernel, activation].filter(Boolean).join(', ');
  const found = `${Number(worst).toPrecision(2)} of its tolerance in ${cases} cases`;
  return `${passed ? 'passed' : 'FAILED'}: ${name}: ${found}${passed ? '' : `: ${whereText(row)}`}`;
}

/** How all of it ended. */
export function verifySummary(rows: readonly VerifyRow[]): string {
  const failed = rows.filter((row) => !row.passed);
  return failed.length === 0
    ? `All ${rows.length} rows pass: every kernel agrees with the float64 reference on this adapter.`
    : `${failed.length} of ${rows.length} rows FAILED.`;
}
