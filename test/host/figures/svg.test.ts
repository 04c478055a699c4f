import * as Plot from '@observablehq/plot';
import { expect, test } from 'vitest';
import { colours } from '../../../src/host/figures/colours.ts';
import { drawFigure, drawInline, power } from '../../../src/host/figures/svg.ts';
import { heatColour, themes } from '../../../src/host/figures/theme.ts';

const figure = (title: string) =>
  drawFigure({
    title,
    label: 'a line',
    y: { type: 'log', label: 'F − F*' },
    marks: [
      Plot.line(
        [1, 2, 4].map((f, t) => ({ t, f })),
        { x: 't', y: 'f', stroke: colours.measured },
      ),
    ],
  });

test('a figure is one SVG document, the same every time, that needs nothing from elsewhere', () => {
  const text = figure('One & <two>');
  expect(text).toMatch(/^<svg [^>]*viewBox="-8 -40 736 368"/);
  expect(text.trimEnd().endsWith('</svg>')).toBe(true);
  expect(text).toContain('One &amp; &lt;two&gt;');
  expect(text).toContain('var(--measured)');
  expect(text).not.toMatch(/<script|href=|url\(/);
  expect(figure('One & <two>')).toBe(text);
});

test('whatever it is called, it is XML', () => {
  const text = drawFigure({ title: '<b>&"\u0001\ud800', label: '"><script>&\u0000', marks: [] });
  expect(text).toContain('&lt;b&gt;&amp;&quot;\ufffd\ufffd</text>');
  expect(text).toContain('aria-label="&quot;&gt;&lt;script&gt;&amp;\ufffd"');
});

test('in the colours of one theme it has no variables, for programs that know none', () => {
  const options = { title: 't', label: 'l', marks: [], keys: [{ name: 'measured', colour: colours.measured }] };
  const [light, dark] = (['light', 'dark'] as const).map((theme) => drawFigure(options, { theme }));
  for (const text of [light, dark]) expect(text).not.toMatch(/var\(|@media/);
  expect(light).toContain(themes.light.measured);
  expect(dark).toContain(themes.dark.measured);
  expect(dark).not.toContain(themes.light.measured);
});

test('within a page it has neither a background nor a style of its own, and is as wide as its place', () => {
  const text = drawInline({ title: 'not here', label: 'l', marks: [] }, 480);
  expect(text).toMatch(/^<svg [^>]*viewBox="0 0 480 260"/);
  expect(text).not.toMatch(/<style|class="page"|not here|<svg[^>]* width=/);
});

test('keys go on in another row where there is no room beside each other', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, k) => ({ name: `a key ${k}`, colour: ink }));
  const ink = 'var(--run-0)';
  const heights = [1, 3, 12].map((count) => {
    const text = drawInline({ title: 't', label: 'l', marks: [], keys: keys(count) }, 480);
    return Number(/viewBox="0 \S+ 480 (\d+)"/.exec(text)?.[1]);
  });
  expect(heights[0]).toBe(heights[1]);
  expect(heights[2]).toBeGreaterThan(heights[1]);
});

test('the diverging scale goes from one end through the middle to the other', () => {
  expect([-2, -1, 0, 1].map(heatColour)).toEqual(
    ['--heat-0', '--heat-0', '--heat-12', '--heat-24'].map((v) => `var(${v})`),
  );
  for (const theme of Object.values(themes)) {
    expect(theme['heat-12']).not.toBe(theme['heat-0']);
    expect(theme['heat-24']).not.toBe(theme['heat-0']);
  }
});

test('axes tell powers of ten', () => {
  expect([1e-12, 0.1, 1, 100, 20].map(power)).toEqual(['10⁻¹²', '10⁻¹', '10⁰', '10²', '']);
});
