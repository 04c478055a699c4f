import { join } from 'node:path';
import type { Theme } from '../figures/theme.ts';
import { documentHead, outcomeOf } from '../results/document.ts';
import { printDocument } from './session.ts';
import { Terminal } from './terminal.ts';
import { writeReportFile } from './write-report.ts';

interface ReportFlags {
  readonly out?: string;
  readonly svg?: string;
  readonly png?: string;
  readonly theme?: Theme;
  readonly json: boolean;
}

/** Builds the report of one folder, or of several side by side, as those of a sweep, and files of its figures where they are asked for. */
export async function reportCommand(folders: readonly string[], flags: ReportFlags): Promise<void> {
  const { out, svg, png, theme, json } = flags;
  const head = documentHead('report', { folders, out, svg, png, theme });
  const terminal = new Terminal(json);
  try {
    const file = out ?? (folders.length === 1 ? join(folders[0], 'report.html') : 'report.html');
    const { resultsAt } = await import('../results/read.ts');
    const all = folders.flatMap(resultsAt);
    const report = await writeReportFile(all, file);
    terminal.remark(`Report: ${report}`);
    const figures = svg === undefined && png === undefined ? [] : await writeFigures(all, flags);
    if (figures.length > 0) terminal.remark(`${figures.length} figures: ${[svg, png].filter(Boolean).join(', ')}`);
    if (json) printDocument({ ...head, outcome: { kind: 'finished' }, report, figures });
  } catch (error) {
    if (json) printDocument({ ...head, outcome: outcomeOf(error) });
    throw error;
  }
}

async function writeFigures(folders: readonly string[], { svg, png, theme }: ReportFlags): Promise<string[]> {
  const { readResults } = await import('../results/read.ts');
  const { reportFigures } = await import('../report/document.ts');
  const { writePng, writeSvg } = await import('./pictures.ts');
  const figures = reportFigures(folders.map(readResults));
  return [
    ...(svg === undefined ? [] : writeSvg(figures, svg, theme ?? 'reader')),
    ...(png === undefined ? [] : await writePng(figures, png, theme ?? 'light')),
  ];
}
