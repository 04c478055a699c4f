import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A figure as data: what Observable Plot draws, with a title of its own. */
export interface Figure extends Plot.PlotOptions {
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

const TOP = 44;

/** An SVG document on a background of its own, which follows the reader's theme; it is a file, with no script and no link. */
export function drawFigure({ title, label, ...options }: Figure): string {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({
    width: 720,
    height: 360,
    marginTop: TOP + 16,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 44,
    ...options,
    document,
    style: { fontSize: '12px', ...(typeof options.style === 'object' ? options.style : {}) },
  });
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
    make('rect', { class: 'page', width: '100%', height: '100%', rx: '8' }),
    make('text', { class: 'title', x: '20', y: '26' }, title),
  );
  return `${svg.outerHTML}\n`;
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
