/** A phase diagram as an SVG document of its own: no script, no link, its colours in it. */
import { entry } from '../../config/table.ts';
import { shown } from '../../report/numbers.ts';
import { hasDiverged, sides } from './cell-words.ts';
import { colourAt, marksOf, shareOf } from './colours.ts';
import type { GridRun } from './grid-run.ts';
import { scaleNow } from './heat-grid.tsx';
import { type MeasureName, measureOf } from './measures.ts';

const CELL = 34;
const LEFT = 92;
const TOP = 48;
const RIGHT = 24;
const LEGEND = 300;

/** `colours`: page, text, muted and edge of a theme. */
export function gridPicture(run: GridRun, name: MeasureName, colours: Readonly<Record<string, string>>): string {
  const { xs, ys } = sides(run);
  const { x, y } = run.options.grid;
  const scale = scaleNow(run, name);
  const [width, height] = [xs.length * CELL, ys.length * CELL];
  const whole = { width: LEFT + Math.max(width, LEGEND) + RIGHT, height: TOP + height + 170 };
  const text = (tx: number, ty: number, words: string, more = '') =>
    `<text x="${tx}" y="${ty}" ${more}>${escaped(words)}</text>`;
  const cells = ys.flatMap((_, row) =>
    xs.map((__, column) => {
      const cell = row * xs.length + column;
      const median = run.read(cell, name)?.median ?? null;
      const fill = hasDiverged(run, cell)
        ? 'url(#diverged)'
        : median === null || !scale
          ? 'none'
          : colourAt(shareOf(median, scale));
      const place = `x="${LEFT + column * CELL}" y="${TOP + (ys.length - 1 - row) * CELL}"`;
      return `<rect ${place} width="${CELL}" height="${CELL}" fill="${fill}" stroke="${colours.page}"/>`;
    }),
  );
  const below = TOP + height;
  const labels = [
    ...ys.map((value, row) =>
      text(LEFT - 8, TOP + (ys.length - 0.5 - row) * CELL + 4, shown(value, 3), 'text-anchor="end"'),
    ),
    ...xs.map((value, column) => {
      const [tx, ty] = [LEFT + (column + 0.5) * CELL + 4, below + 8];
      return text(tx, ty, shown(value, 3), `text-anchor="end" transform="rotate(-90 ${tx} ${ty})"`);
    }),
    text(LEFT, below + 84, `${entry(x.key).label} →`),
    text(LEFT, TOP - 8, `↑ ${entry(y.key).label}`),
  ];
  const ramp = Array.from({ length: 17 }, (_, k) => `<stop offset="${k / 16}" stop-color="${colourAt(k / 16)}"/>`);
  const marks = scale ? marksOf(scale, 5) : [];
  const title = measureOf(name).title;
  const legend = scale
    ? [
        text(LEFT, below + 108, `${title}${scale.kind === 'log' ? ', logarithmic' : ''}`),
        `<rect x="${LEFT}" y="${below + 114}" width="${LEGEND}" height="12" fill="url(#ramp)"/>`,
        ...marks.map((value, k) => {
          const anchor = k === 0 ? 'start' : k === marks.length - 1 ? 'end' : 'middle';
          const at = LEFT + (marks.length > 1 ? (k * LEGEND) / (marks.length - 1) : 0);
          return text(at, below + 142, shown(value, 3), `text-anchor="${anchor}"`);
        }),
      ]
    : [];
  const key = `<rect x="${LEFT}" y="${below + 150}" width="14" height="12" fill="url(#diverged)"/>${text(LEFT + 20, below + 160, 'diverged')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}" font-family="system-ui, sans-serif" font-size="12" fill="${colours.text}">
<title>${escaped(`${title}: ${entry(x.key).label} and ${entry(y.key).label}`)}</title>
<defs><linearGradient id="ramp">${ramp.join('')}</linearGradient><pattern id="diverged" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="${colours.ground}"/><rect width="2" height="6" fill="${colours.bad}"/></pattern></defs>
<rect width="100%" height="100%" fill="${colours.page}"/>
${text(LEFT, 20, title, 'font-size="15" font-weight="600"')}
${[...cells, ...labels, ...legend, key].join('\n')}
</svg>
`;
}

const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
