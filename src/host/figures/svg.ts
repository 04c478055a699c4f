import * as Plot from '@observablehq/plot';
import { blankDocument } from '#document';
import { HEAT_STEPS, heatColour, resolveTheme, type Theme, themes } from './theme.ts';

/** A figure as data: what Observable Plot draws, with a title of its own. */
export interface Figure extends Omit<Plot.PlotOptions, 'width' | 'style'> {
  readonly title: string;
  /** For those who cannot see it. */
  readonly label: string;
  /** What its lines and marks are, in a row above what is drawn. */
  readonly keys?: readonly Key[];
}

export interface Key {
  readonly name: string;
  readonly colour: string;
  /** scale: the diverging colours, from `low` to `name`. */
  readonly kind?: 'line' | 'dashed' | 'band' | 'dot' | 'scale';
  readonly low?: string;
}

export interface Drawing {
  /** Pixels; 720 if not given. */
  readonly width?: number;
  /** A file has the colours of the reader's theme, or of one. */
  readonly theme?: Theme | 'reader';
}

const WIDTH = 720;
const HEIGHT = 320;
/** Of a narrow one, as on a phone or in two columns of print. */
const LOW = 260;
const NARROW = 500;
/** Height of the title above what is drawn. */
const TITLE = 40;
/** Room beside and below it. */
const EDGE = 8;
const FONT = 12;
/** A row of keys. */
const ROW = 20;
const SWATCH = 18;
/** The diverging colours beside each other. */
const SCALE = 150;

/** An SVG document on a background of its own, in the colours of the reader's theme or of one; a file, with no script and no link. */
export function drawFigure(figure: Figure, { width = WIDTH, theme = 'reader' }: Drawing = {}): string {
  const { svg, make, top, height, keys } = plot(figure, width);
  // Labels of axes stand at the very edges.
  const whole = { x: -EDGE, y: -TITLE - top, width: width + 2 * EDGE, height: height + TITLE + top + EDGE };
  svg.setAttribute('viewBox', `${whole.x} ${whole.y} ${whole.width} ${whole.height}`);
  svg.setAttribute('width', String(whole.width));
  svg.setAttribute('height', String(whole.height));
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.prepend(
    make('rect', { class: 'page', x: `${whole.x}`, y: `${whole.y}`, width: '100%', height: '100%', rx: '8' }),
    make('text', { class: 'title', x: '16', y: `${-13 - top}` }, figure.title),
    ...keys,
  );
  const style = theme === 'reader' ? readersStyle(written(svg)) : styleOf(theme);
  svg.prepend(make('style', {}, style));
  const text = `${written(svg)}\n`;
  return theme === 'reader' ? text : resolveTheme(text, theme);
}

/** An SVG element for a page that has the title and the variables of the colours itself. It is as wide as its place. */
export function drawInline(figure: Figure, width = WIDTH): string {
  const { svg, top, height, keys } = plot(figure, width);
  svg.setAttribute('viewBox', `0 ${-top} ${width} ${height + top}`);
  for (const name of ['width', 'height']) svg.removeAttribute(name);
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('class', 'plot');
  svg.prepend(...keys);
  // A tenth of a pixel is as fine as anybody sees.
  for (const path of svg.querySelectorAll('path')) {
    path.setAttribute('d', (path.getAttribute('d') ?? '').replaceAll(/(\.\d)\d+/g, '$1'));
  }
  return written(svg);
}

function plot({ title: _, label, keys = [], ...options }: Figure, width: number) {
  const standard = width < NARROW ? LOW : HEIGHT;
  const document = blankDocument();
  const svg = Plot.plot({
    width,
    height: standard,
    marginTop: 28,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 44,
    ...options,
    document,
  });
  svg.setAttribute('font-size', String(FONT));
  svg.setAttribute('role', 'img');
  // Parts of an image have no names of their own.
  for (const part of svg.querySelectorAll('g')) {
    for (const name of ['aria-label', 'aria-hidden']) part.removeAttribute(name);
  }
  svg.setAttribute('aria-label', label);
  const make = (name: string, attributes: Record<string, string>, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const rows = keyRows(keys, width - 24);
  const top = rows.length * ROW;
  const drawn = rows.flatMap((row, k) => row.flatMap((key) => drawKey(key, make, ROW * (k + 0.5) - top)));
  return { svg, make, top, height: options.height ?? standard, keys: drawn };
}

/** As XML, which HTML takes too. Attributes are in the order of their names, so that the text is the same from any document. */
function written(node: Node): string {
  if (node.nodeType !== ELEMENT) return escaped(node.nodeValue ?? '');
  const { localName: name, attributes, childNodes } = node as Element;
  const said = [...attributes].map((one) => ` ${one.name}="${escaped(one.value)}"`).sort();
  const within = [...childNodes].map(written);
  return within.length === 0 ? `<${name}${said.join('')} />` : `<${name}${said.join('')}>${within.join('')}</${name}>`;
}

const ELEMENT = 1;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text may hold anything, and XML has no control characters, escaped or not. */
const escaped = (text: string) =>
  text
    .replaceAll(/[&<>"]/g, (letter) => entities[letter])
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

interface Placed extends Key {
  readonly x: number;
}

/** Text is measured by its letters, generously. */
const textWidth = (text: string) => 0.55 * FONT * text.length;

/** Keys beside each other, as many as there is room for. */
function keyRows(keys: readonly Key[], width: number): Placed[][] {
  const rows: Placed[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    const needed = (key.kind === 'scale' ? SCALE + 8 : SWATCH) + 6 + textWidth(key.name) + textWidth(key.low ?? '');
    if (x + needed > width) {
      x = 16;
      rows.push([]);
    }
    rows[rows.length - 1].push({ ...key, x });
    x += needed + 12;
  }
  return rows;
}

type Make = (name: string, attributes: Record<string, string>, text?: string) => Element;

function drawKey({ name, colour, kind = 'line', x, low = '' }: Placed, make: Make, y: number): Element[] {
  const words = (at: number, text: string) =>
    make('text', { x: `${at}`, y: `${y}`, dy: '0.32em', fill: 'currentColor', 'text-anchor': 'start' }, text);
  if (kind === 'scale') {
    const from = x + 1.15 * textWidth(low) + 6;
    return [words(x, low), ...ramp(from, y, make), words(from + SCALE + 8, name)];
  }
  const line = { x1: `${x}`, x2: `${x + SWATCH}`, y1: `${y}`, y2: `${y}`, stroke: colour, 'stroke-width': '2.5' };
  const box = { x: `${x}`, y: `${y - 5}`, width: `${SWATCH}`, height: '10' };
  const swatch = {
    line: () => make('line', line),
    dashed: () => make('line', { ...line, 'stroke-dasharray': '5 3' }),
    dot: () => make('circle', { cx: `${x + SWATCH / 2}`, cy: `${y}`, r: '4', fill: colour }),
    band: () => make('rect', { ...box, fill: colour, 'fill-opacity': '0.25' }),
  }[kind]();
  return [swatch, words(x + SWATCH + 6, name)];
}

/** The diverging colours in their order. */
function ramp(x: number, y: number, make: Make): Element[] {
  const steps = 2 * HEAT_STEPS + 1;
  const width = SCALE / steps;
  return Array.from({ length: steps }, (_, k) =>
    make('rect', {
      x: (x + k * width).toFixed(1),
      y: `${y - 6}`,
      width: (width + 0.3).toFixed(1),
      height: '12',
      fill: heatColour(k / HEAT_STEPS - 1),
    }),
  );
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

const TEXT = '.title { font-size: 16px; font-weight: 600; text-anchor: start }';

/** The variables that the text uses, for both themes. */
function readersStyle(text: string): string {
  const used = new Set([...text.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name));
  const rules = ({ page, edge, text: ink, title, ...rest }: Readonly<Record<string, string>>) => {
    const variables = Object.entries(rest).flatMap(([name, colour]) =>
      used.has(name) ? `--${name}: ${colour}; ` : [],
    );
    return `svg { ${variables.join('')}color: ${ink} }\n.page { fill: ${page}; stroke: ${edge} }\n.title { fill: ${title} }`;
  };
  return `\n${TEXT}\n${rules(themes.light)}\n@media (prefers-color-scheme: dark) {\n${rules(themes.dark)}\n}\n`;
}

function styleOf(theme: Theme): string {
  const { page, edge, text, title } = themes[theme];
  return `\n${TEXT}\nsvg { color: ${text} }\n.page { fill: ${page}; stroke: ${edge} }\n.title { fill: ${title} }\n`;
}
