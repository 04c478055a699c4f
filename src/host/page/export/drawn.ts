/** The report and its figures. What draws them is large: this module is loaded when somebody first asks for one. */
import { drawFigure } from '../../figures/svg.ts';
import type { Theme } from '../../figures/theme.ts';
import { buildReport, reportFigures } from '../../report/document.ts';
import { REPORT } from '../../results/names.ts';
import type { StoredResults } from '../../results/schema.ts';
import { fileOf, type OutFile } from './files.ts';
import { pngOf } from './png.ts';

/** The text of report.html, of one run or of several side by side. */
export const reportText = buildReport;

export function reportFile(all: readonly StoredResults[]): OutFile {
  return fileOf(all.length === 1 ? `${all[0].path}-${REPORT}` : REPORT, buildReport(all));
}

/**
 * Every figure of the report: as SVG in the colours of the reader's theme, as PNG in those of one.
 * @throws HOST where the browser cannot draw one
 */
export async function figureFiles(all: readonly StoredResults[], theme: Theme): Promise<OutFile[]> {
  const files: OutFile[] = [];
  for (const { name, figure } of reportFigures(all)) {
    files.push(fileOf(`${name}.svg`, drawFigure(figure)));
    files.push(fileOf(`${name}.png`, await pngOf(drawFigure(figure, { theme }))));
  }
  return files;
}
