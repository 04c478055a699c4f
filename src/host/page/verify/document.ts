/** What this page has verified, as the document of `flatwalk verify --json` and as text for a report of a fault. Pure. */

import type { Claim } from '../../experiments/claims.ts';
import { markdownTable, plainText } from '../../report/markdown.ts';
import { reproduceDocument, reproduceSummary } from '../../report/reproduce-words.ts';
import { verifySummary, verifyTable } from '../../report/verify-words.ts';
import { documentHead, summaryText } from '../../results/document.ts';
import type { ReproduceResult } from '../../tasks/reproduce.ts';
import type { VerifyOptions, VerifyRow } from '../../tasks/verify.ts';
import type { PageEnvironment } from '../export/environment.ts';

/** How it ended: `aborted` where it was stopped, `failed` where nothing more could be compared. */
export type Ended =
  | { readonly kind: 'finished' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly fix: string };

export interface Verified {
  readonly config: VerifyOptions;
  readonly environment: PageEnvironment;
  /** In the order in which they were compared. */
  readonly rows: readonly VerifyRow[];
  readonly ended: Ended;
}

export function verifyText({ config, environment, rows, ended }: Verified): string {
  const { adapter } = environment;
  const passed = ended.kind === 'finished' ? { passed: rows.every((row) => row.passed) } : {};
  return summaryText({ ...documentHead('verify', config, environment), outcome: ended, adapter, rows, ...passed });
}

/** For a report of a fault: who computed, what failed and how, what did not. */
export function verifyMarkdown({ config, environment, rows, ended }: Verified): string {
  const failed = rows.filter((row) => !row.passed);
  const worst = rows.filter((row) => row.passed).sort((a, b) => b.worst - a.worst);
  const much = config.quick ? 'quick' : 'full';
  const chosen = config.filter ? `, only '${config.filter}'` : '';
  return [
    `## flatwalk verify (${much}${plainText(chosen)})\n`,
    environmentTable(environment),
    '',
    endWords(rows, ended).map(plainText).join(' '),
    ...(failed.length > 0 ? ['\n### Failed\n', markdownTable(verifyTable(failed, () => '✗'))] : []),
    ...(worst.length > 0
      ? ['\n### Passed, those closest to their tolerance\n', markdownTable(verifyTable(worst.slice(0, 5), () => '✓'))]
      : []),
    '',
  ].join('\n');
}

/** How it ended, in sentences. */
export function endWords(rows: readonly VerifyRow[], ended: Ended): string[] {
  const failed = rows.filter((row) => !row.passed).length;
  const soFar = `${rows.length} rows were compared until then, of which ${failed} FAILED.`;
  switch (ended.kind) {
    case 'finished':
      return [verifySummary(rows)];
    case 'aborted':
      return ['It was stopped.', soFar];
    case 'failed':
      return [`${ended.message}.`.replace(/\.\.$/, '.'), ended.fix, soFar].filter(Boolean);
    default:
      return ended satisfies never;
  }
}

function environmentTable(environment: PageEnvironment): string {
  const { flatwalk, kernels, adapter, browser, system, cpu } = environment;
  const { name, vendor, architecture, device, description, driver, software } = adapter;
  const facts = {
    adapter: `${name}${software ? ' (software)' : ''}`,
    'vendor, architecture, device': [vendor, architecture, device].filter(Boolean).join(', '),
    description,
    driver,
    browser,
    system: `${system}, ${cpu}`,
    flatwalk: `${flatwalk}, kernels ${kernels}`,
  };
  const rows = Object.entries(facts).filter(([, value]) => value);
  return markdownTable({ head: ['', 'what computed'], rows: rows.map(([what, value]) => [what, String(value)]) });
}

/** The document that `flatwalk reproduce` writes as summary.json. */
export function reproduceText(result: ReproduceResult, environment: PageEnvironment): string {
  return summaryText({ ...documentHead('reproduce', { quick: true }, environment), ...reproduceDocument(result) });
}

export function claimsMarkdown(result: ReproduceResult, environment: PageEnvironment): string {
  const sign = ({ holds }: Claim) => (holds === null ? '·' : holds ? '✓' : '✗');
  const rows = result.claims.map((claim) => [
    sign(claim),
    `${claim.id} ${claim.statement}`,
    claim.measured,
    claim.expected,
  ]);
  return [
    '## flatwalk reproduce --quick\n',
    environmentTable(environment),
    '',
    plainText(reproduceSummary(result)),
    '',
    markdownTable({ head: ['', 'claim', 'measured', 'expected'], rows }),
    '',
  ].join('\n');
}
