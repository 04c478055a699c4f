import * as Plot from '@observablehq/plot';
import { expect, test } from 'vitest';
import { colours, drawFigure, power } from '../../../src/host/figures/svg.ts';

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
  expect(text).toMatch(/^<svg [^>]*viewBox="0 -40 720 360"/);
  expect(text.trimEnd().endsWith('</svg>')).toBe(true);
  expect(text).toContain('One &amp; &lt;two&gt;');
  expect(text).toContain('var(--measured)');
  expect(text).not.toMatch(/<script|href=|url\(/);
  expect(figure('One & <two>')).toBe(text);
});

test('axes tell powers of ten', () => {
  expect([1e-12, 0.1, 1, 100, 20].map(power)).toEqual(['10⁻¹²', '10⁻¹', '10⁰', '10²', '']);
});
