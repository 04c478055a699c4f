/** Measurements and comparisons as Markdown, to be pasted where people talk. Pure. */
import { markdownTable, plainText } from '../src/host/report/markdown.ts';
import type { Comparison, Verdict } from './compare.ts';
import type { BenchDocument } from './document.ts';
import { caseTable, comparisonTable, figureTable } from './tables.ts';
import { comparisonLines, type Line, resultLines } from './words.ts';

const paragraph = (text: string) => `${plainText(text)}\n`;
const signs: Record<Line['kind'], string> = { plain: '', good: '✓ ', bad: '✗ ', unknown: '? ', warning: 'Warning: ' };
const line = ({ kind, text }: Line) => paragraph(signs[kind] + text);

/** The tables of all suites with what is said of them, below who computed and when. */
export function resultMarkdown(document: BenchDocument): string {
  const { cases, figures } = document;
  const { missing, rest } = resultLines(document);
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const tables = suites.flatMap((suite) => {
    const ofSuite = figures.filter((one) => one.suite === suite);
    const measured = cases.filter((one) => one.suite === suite);
    return [
      `### ${suite}\n`,
      `${markdownTable(caseTable(measured, (passed) => (passed ? '✓' : '✗')))}\n`,
      ...(ofSuite.length > 0 ? [`${markdownTable(figureTable(ofSuite))}\n`] : []),
    ];
  });
  return ['## flatwalk bench\n', placeText(document), ...tables, ...missing.map(paragraph), ...rest.map(line)].join(
    '\n',
  );
}

export function comparisonMarkdown(old: BenchDocument, now: BenchDocument, comparison: Comparison): string {
  const suites = [...new Set(comparison.cases.map(({ suite }) => suite))];
  const tables = suites.flatMap((suite) => [
    `### ${suite}\n`,
    `${markdownTable(
      comparisonTable(
        comparison.cases.filter((one) => one.suite === suite),
        verdictSign,
      ),
    )}\n`,
  ]);
  const heads = [`Old: ${whenText(old)}.`, `New: ${whenText(now)}.`];
  return [
    '## flatwalk bench compare\n',
    ...heads.map(paragraph),
    ...tables,
    ...comparisonLines(comparison).map(line),
  ].join('\n');
}

/** ✓ faster, ✗ failed, ? not told, · the same or slower within the threshold. */
export function verdictSign(found: Verdict, failed: boolean): string {
  if (failed) return '✗';
  return found === 'faster' ? '✓' : found === 'unknown' ? '?' : '·';
}

function placeText(document: BenchDocument): string {
  const { flatwalk, kernels, system, cpu, ...environment } = document.environment;
  const at = environment.browser ?? environment.node ?? environment.in;
  return paragraph(
    `${whenText(document)}; flatwalk ${flatwalk} (kernels ${kernels ?? 'unknown'}), ${at}, ${system}, ${cpu}.`,
  );
}

function whenText({ date, environment: { adapter } }: BenchDocument): string {
  return `${date} on ${adapter.name}${adapter.software ? ' (software)' : ''}`;
}
