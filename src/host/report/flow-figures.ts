/** Figures of claims about the flow of the sharpness: how it falls, where it is convex, and where it comes to rest. */
import * as Plot from '@observablehq/plot';
import { colours } from '../figures/colours.ts';
import { power } from '../figures/svg.ts';
import { type Drawn, dashed, familyColours, grid, identity, LEAST, scaled, type Tables } from './claim-tables.ts';
import { tick } from './numbers.ts';
import { roundTick } from './run-figures.ts';

export function drawDecay(tables: Tables): Drawn {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, rate, first) => ({ x: 2 * rate * row.time, y: row.gap / first.gap })).filter(
    ({ y }) => y > LEAST,
  );
  const last = Math.max(...points.map(({ x }) => x));
  const theory = [0, Math.min(last, -Math.log(LEAST))].map((x) => ({ x, y: Math.exp(-x) }));
  return {
    caption:
      'With time in units of the predicted rate, every flow should in the end fall as steeply as the dashed line.',
    figure: {
      title: 'F − F* along the flow, and the predicted rate 2ρ',
      label: `F minus F* as a share of its start along ${tables.length} flows, on a logarithmic scale, beside the predicted slope`,
      x: { label: 'time × 2ρ', tickFormat: tick, ticks: 6 },
      y: {
        type: 'log',
        label: 'F − F*, as a share of its start',
        tickFormat: power,
        ticks: 6,
        ...grid,
        domain: [LEAST, 2],
      },
      ...identity,
      marks: [
        Plot.line(theory, {
          x: 'x',
          y: 'y',
          stroke: colours.predicted,
          strokeDasharray: dashed,
          strokeWidth: 2,
        }),
        Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 }),
      ],
      keys: [...keys, { name: 'slope of exp(−2ρt)', colour: colours.predicted, kind: 'dashed' }],
    },
  };
}

export function drawConvexity(tables: Tables): Drawn {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, rate) => ({ x: rate * row.time, y: row.smallestEigenvalue / rate })).filter(
    ({ x }) => x > 0,
  );
  return {
    caption:
      'The least eigenvalue of the Hessian of F, in units of ρ: it may begin below zero, where F is not convex, and should end at 1.',
    figure: {
      title: 'F becomes convex on the way',
      label: `Smallest eigenvalue of the Riemannian Hessian over rho along ${tables.length} flows, tending to one`,
      x: { type: 'log', label: 'time × ρ', tickFormat: power, ticks: 6 },
      y: { type: 'symlog', constant: 0.5, label: 'smallest eigenvalue / ρ', tickFormat: roundTick, ticks: 6, ...grid },
      ...identity,
      marks: [
        Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        Plot.ruleY([1], { stroke: colours.predicted, strokeDasharray: dashed, strokeWidth: 2 }),
        Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 }),
      ],
      keys: [...keys, { name: 'ρ, predicted at the end', colour: colours.predicted, kind: 'dashed' }],
    },
  };
}

export function drawStarts([[, table]]: Tables): Drawn {
  const values = table.smallestEigenvalue.filter(Number.isFinite).toSorted((a, b) => a - b);
  const below = values.filter((value) => value < 0).length;
  const scale = Math.max(1e-9, Math.abs(values[values.length >> 1] ?? 1));
  return {
    caption: 'Far from the end F need not be convex: starts below zero are where it is not.',
    figure: {
      title: `At random starts F is not convex in ${below} of ${values.length}`,
      label: `Smallest eigenvalues of the Riemannian Hessian at ${values.length} random starts in ascending order, ${below} of them negative`,
      x: { label: 'start, in ascending order', ticks: 5, tickFormat: tick },
      y: { type: 'symlog', constant: scale, label: 'smallest eigenvalue', tickFormat: roundTick, ticks: 6, ...grid },
      ...identity,
      marks: [
        Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        Plot.dot(
          values.map((y, x) => ({ x: x + 1, y })),
          { x: 'x', y: 'y', r: 3, fill: ({ y }) => (y < 0 ? colours.predicted : colours.measured) },
        ),
      ],
      keys: [
        { name: 'not convex', colour: colours.predicted, kind: 'dot' },
        { name: 'convex', colour: colours.measured, kind: 'dot' },
      ],
    },
  };
}

export function drawRest(tables: Tables): Drawn {
  const { colour, keys } = familyColours(tables);
  const points = scaled(tables, (row, _, first) => ({ x: row.time, y: row.gap / first.gap })).filter(
    ({ x, y }) => x > 0 && y > 1e-12,
  );
  return {
    caption:
      'Curves that come to rest above the bottom are stuck at a spurious stationary point; those that go on falling reach the flattest solution.',
    figure: {
      title: 'Where flows come to rest',
      label: `F minus F* as a share of its start along ${tables.length} flows on logarithmic scales`,
      x: { type: 'log', label: 'time of the flow', tickFormat: power, ticks: 6 },
      y: { type: 'log', label: 'F − F*, as a share of its start', tickFormat: power, ticks: 6, ...grid },
      ...identity,
      marks: [Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: ({ name }) => colour(name), strokeWidth: 1.5 })],
      keys,
    },
  };
}
