import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A figure as data: what Observable Plot draws, with a title of its own. */
export interface Figure extends Omit<Plot.PlotOptions, 'width'> {
  readonly title: string;
  /** For those who cannot see it. */
  readonly label: string;
}

/** Colours by meaning, legible in both themes and told apart by people who do not see all colours. */
export const colours = {
  /** What was measured or computed by flatwalk. */
  measured: 'var(--measured)',
  /** What the theory predicts. */
  predicted: 'var(--predicted)',
  /** What it is compared with. */
  other: 'var(--other)',
  fourth: 'var(--fourth)',
  faint: 'var(--faint)',
} as const;

const WIDTH = 720;
const HEIGHT = 320;
/** Height of the title above what is drawn. */
const TITLE = 40;

/** An SVG document on a background of its own, which follows the reader's theme; it is a file, with no script and no link. */
export function drawFigure({ title, label, ...options }: Figure): string {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({
    width: WIDTH,
    height: HEIGHT,
    marginTop: 28,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 44,
    ...options,
    document,
    style: { fontSize: '12px', ...(typeof options.style === 'object' ? options.style : {}) },
  });
  const height = options.height ?? HEIGHT;
  svg.setAttribute('viewBox', `0 ${-TITLE} ${WIDTH} ${height + TITLE}`);
  svg.setAttribute('height', String(height + TITLE));
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const make = (name: string, attributes: Record<string, string>, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  svg.prepend(
    make('style', {}, STYLE),
    make('rect', { class: 'page', y: `${-TITLE}`, width: '100%', height: '100%', rx: '8' }),
    make('text', { class: 'title', x: '16', y: '-13' }, title),
  );
  return `${svg.outerHTML}\n`;
}

/** Names of what is drawn, in their colours, below each other in a corner. */
export function legend(
  names: Readonly<Record<string, string>>,
  corner: 'top-right' | 'bottom-right' | 'bottom-left' = 'top-right',
) {
  const entries = Object.entries(names);
  const up = corner !== 'top-right';
  const x = corner === 'bottom-left' ? 8 : -8;
  return entries.map(([name, fill], k) =>
    Plot.text([name], {
      frameAnchor: corner,
      dx: x,
      dy: up ? -8 - 18 * (entries.length - 1 - k) : 8 + 18 * k,
      fill,
      fontWeight: 600,
    }),
  );
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** For logarithmic axes: the powers of ten, and nothing between them. */
export function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  if (Math.abs(Math.log10(value) - exponent) > 1e-6) return '';
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

const STYLE = `
svg { --measured: #0969da; --predicted: #cf222e; --other: #57606a; --fourth: #8250df; --faint: #afb8c1; color: #24292f }
.page { fill: #ffffff; stroke: #d0d7de }
.title { font-size: 16px; font-weight: 600; fill: #24292f; text-anchor: start }
@media (prefers-color-scheme: dark) {
  svg { --measured: #4493f8; --predicted: #ff7b72; --other: #9198a1; --fourth: #ab7df8; --faint: #656c76; color: #e6edf3 }
  .page { fill: #0d1117; stroke: #30363d }
  .title { fill: #e6edf3 }
}
`;
