/** The README's picture: one step of a small network, flatwalk and what people would use instead. Pure. */
import { shortNumber, timeText } from '../tables.ts';
import type { Measured } from './measured.ts';
import type { PeersDocument } from './report.ts';

const CASE = 'small/one run';
const WIDTH = 880;
const ROW = 24;
const LEFT = 340;
/** From the beginning of the shortest bar to the end of the longest. */
const RIGHT = 720;

interface Bar {
  readonly name: string;
  /** Nanoseconds. */
  readonly time: number;
  /** How many times flatwalk's; null for flatwalk itself. */
  readonly ratio: number | null;
}

/** An SVG document with a panel for each adapter, cards first, on a background of its own, so that it is legible on any page. */
export function drawSteps(documents: readonly Measured<PeersDocument>[]): string {
  const panels = documents.toReversed().flatMap(({ document }) => panelOf(document) ?? []);
  const all = panels.flatMap(({ bars }) => bars.map(({ time }) => time));
  const [least, most] = [Math.floor(Math.log10(Math.min(...all))), Math.log10(Math.max(...all))];
  const x = (time: number) => LEFT + ((Math.log10(time) - least) / (most - least)) * (RIGHT - LEFT);
  let y = 64;
  const parts: string[] = [];
  for (const { title, bars } of panels) {
    parts.push(text(24, y, title, 'panel'));
    y += 12;
    for (let power = least; power <= most; power++) {
      const at = x(10 ** power).toFixed(1);
      parts.push(`<line class="grid" x1="${at}" x2="${at}" y1="${y}" y2="${y + bars.length * ROW}"/>`);
    }
    for (const { name, time, ratio } of bars) {
      const own = ratio === null;
      const end = x(time);
      parts.push(text(LEFT - 10, y + 16, name, own ? 'own name' : 'name'));
      parts.push(
        `<rect class="${own ? 'ours' : 'theirs'}" x="${LEFT}" y="${y + 4}" width="${Math.max(2, end - LEFT).toFixed(1)}" height="${ROW - 8}" rx="2"/>`,
      );
      const value = own ? timeText(time) : `${timeText(time)}, ${shortNumber(ratio)}x`;
      parts.push(text(end + 8, y + 16, value, own ? 'own value' : 'value'));
      y += ROW;
    }
    for (let power = least; power <= most; power++) parts.push(text(x(10 ** power), y + 14, tick(power), 'tick'));
    y += 52;
  }
  const height = y - 18;
  const label =
    'Time of one label-noise SGD step of a small network, on a logarithmic scale, flatwalk and other libraries';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    text(24, 34, 'One label-noise SGD step, 10 neurons, 10 samples, 20 dimensions', 'title'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Null where there is no time of flatwalk. */
function panelOf({ adapter, cases, libraries }: PeersDocument): { title: string; bars: Bar[] } | null {
  const found = cases.find((one) => one.case === CASE);
  if (!found || found.ours === null) return null;
  const theirs = Object.entries(found.peers).flatMap(([name, { time, ratio }]): Bar[] =>
    time !== null && ratio ? [{ name, time, ratio: ratio.median }] : [],
  );
  const bars = [{ name: 'flatwalk', time: found.ours, ratio: null }, ...theirs].sort((a, b) => a.time - b.time);
  const where = adapter.software ? 'software adapter on the CPU' : 'GPU';
  const native = libraries.some(({ device }) => /cuda/i.test(device)) ? 'card' : 'CPU';
  // A card is known by its name, a software adapter by its driver; what follows in brackets is too long for a title.
  const who = adapter.software ? adapter.description.split(' (')[0] || adapter.name : adapter.name;
  return { title: `${who} (${where}); PyTorch and JAX native on the ${native}`, bars };
}

/** 10 to a power of nanoseconds: '1 ns', '10 µs'. */
function tick(power: number): string {
  const units = ['ns', 'µs', 'ms'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(power / 3)));
  return `${10 ** (power - 3 * unit)} ${units[unit]}`;
}

function text(x: number, y: number, content: string, kind: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}">${escaped}</text>`;
}

const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
.title { font-size: 17px; font-weight: 600 }
.panel { font-weight: 600 }
.name { text-anchor: end }
.own { font-weight: 700 }
.tick { text-anchor: middle; font-size: 11px; fill: #57606a }
.page { fill: #ffffff; stroke: #d0d7de }
.grid { stroke: #d0d7de }
.ours { fill: #0969da }
.theirs { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .tick { fill: #9198a1 }
  .page { fill: #0d1117; stroke: #30363d }
  .grid { stroke: #30363d }
  .ours { fill: #4493f8 }
  .theirs { fill: #656c76 }
}
`;
