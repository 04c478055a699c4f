/** Figures of claims about walks: their averages, their rate, and their residuals. */
import * as Plot from '@observablehq/plot';
import { colours } from '../figures/colours.ts';
import { type Drawn, dashed, grid, identity, records, type Tables } from './claim-tables.ts';
import { shown, tick } from './numbers.ts';

export function drawWalk([[, table]]: Tables): Drawn {
  const rows = records(table);
  return {
    caption:
      'The mean of many walks (dots) should lie on the prediction for their step size; the plain flow is where they would go at vanishing steps.',
    figure: {
      title: 'Walks and their prediction',
      label: `Mean sharpness of walks from ${shown(rows[0]?.mean, 4)} to ${shown(rows[rows.length - 1]?.mean, 4)}, with the corrected and the plain prediction`,
      x: { label: 'steps', tickFormat: tick, ticks: 5 },
      y: { label: 'F after retraction', ...grid, tickFormat: tick },
      ...identity,
      marks: [
        Plot.areaY(rows, { x: 'step', y1: 'low', y2: 'high', fill: colours.measured, fillOpacity: 0.18 }),
        Plot.line(rows, { x: 'step', y: 'plain', stroke: colours.other, strokeDasharray: '2 3', strokeWidth: 2 }),
        Plot.line(rows, { x: 'step', y: 'corrected', stroke: colours.predicted, strokeWidth: 2 }),
        Plot.ruleX(rows, {
          x: 'step',
          y1: (row) => row.mean - 2 * row.standardError,
          y2: (row) => row.mean + 2 * row.standardError,
          stroke: colours.measured,
        }),
        Plot.dot(rows, { x: 'step', y: 'mean', fill: colours.measured, r: 3.5 }),
      ],
      keys: [
        { name: 'mean ± 2 standard errors', colour: colours.measured, kind: 'dot' },
        { name: '5 to 95 % of the walks', colour: colours.measured, kind: 'band' },
        { name: 'predicted at this step size', colour: colours.predicted },
        { name: 'plain flow', colour: colours.other, kind: 'dashed' },
      ],
    },
  };
}

export function drawConstant([[, table]]: Tables): Drawn {
  const rows = records(table);
  return {
    caption: 'The rate of the walk in units of the flow: as the step size shrinks it should tend to the constant ½.',
    figure: {
      title: 'The constant of the drift',
      label: `The constant at shares of the stable step size, ${rows.map((row) => `${shown(row.constant, 3)} at ${shown(row.share, 3)}`).join(', ')}; one half is predicted in the limit`,
      x: {
        label: 'step size, as a share of what is stable',
        domain: [0, 1.08 * Math.max(...rows.map(({ share }) => share))],
      },
      y: { label: 'constant', ...grid, tickFormat: tick },
      ...identity,
      marks: [
        Plot.ruleY([0.5], { stroke: colours.other, strokeDasharray: '2 3', strokeWidth: 2 }),
        Plot.line(rows, { x: 'share', y: 'predicted', stroke: colours.predicted, strokeWidth: 2 }),
        Plot.ruleX(rows, {
          x: 'share',
          y1: (row) => row.constant - row.error,
          y2: (row) => row.constant + row.error,
          stroke: colours.measured,
        }),
        Plot.dot(rows, { x: 'share', y: 'constant', fill: colours.measured, r: 4 }),
      ],
      keys: [
        { name: 'measured, with its error', colour: colours.measured, kind: 'dot' },
        { name: 'predicted', colour: colours.predicted },
        { name: '½, the limit', colour: colours.other, kind: 'dashed' },
      ],
    },
  };
}

export function drawMean([[, table]]: Tables): Drawn {
  const rows = records(table).map((row, k) => ({ ...row, sample: `x${'₀₁₂₃₄₅₆₇₈₉'[k + 1] ?? k + 1}` })) as (Record<
    string,
    number
  > & { sample: string })[];
  const offset = { x: 'sample', r: 4 } as const;
  return {
    caption:
      'The mean residual on each data point (with two standard errors) beside what theory predicts with and without the correction for the step size.',
    figure: {
      title: 'Mean residuals',
      label: `Measured mean residuals ${rows.map((row) => shown(row.measured, 3)).join(', ')}, corrected prediction ${rows.map((row) => shown(row.corrected, 3)).join(', ')}`,
      x: { type: 'point', label: 'data point', domain: rows.map(({ sample }) => sample) },
      y: { label: 'mean of r − y', ...grid, tickFormat: tick, ticks: 5 },
      ...identity,
      marks: [
        Plot.ruleX(rows, {
          x: 'sample',
          y1: (row) => row.measured - 2 * row.standardError,
          y2: (row) => row.measured + 2 * row.standardError,
          stroke: colours.measured,
          strokeWidth: 2,
        }),
        Plot.dot(rows, { ...offset, y: 'measured', fill: colours.measured }),
        Plot.dot(rows, { ...offset, y: 'corrected', stroke: colours.predicted, strokeWidth: 2, dx: 12 }),
        Plot.dot(rows, { ...offset, y: 'plain', stroke: colours.other, strokeWidth: 2, dx: 24, symbol: 'square' }),
      ],
      keys: [
        { name: 'measured ± 2 standard errors', colour: colours.measured, kind: 'dot' },
        { name: 'predicted at this step size', colour: colours.predicted, kind: 'dot' },
        { name: 'predicted at vanishing steps', colour: colours.other, kind: 'dot' },
      ],
    },
  };
}

export function drawCovariance([[, table]]: Tables): Drawn {
  const rows = records(table);
  const all = rows.flatMap(({ measured, predicted }) => [measured, predicted]).filter(Number.isFinite);
  const ends = [Math.min(...all), Math.max(...all)];
  return {
    caption: 'Each dot is an entry of the covariance of the residuals: on the diagonal, measurement and theory agree.',
    figure: {
      title: 'Covariance of the residuals',
      label: `${rows.length} measured entries of the covariance against the predicted ones, with the diagonal`,
      x: { label: 'predicted', tickFormat: tick, ticks: 5 },
      y: { label: 'measured', ...grid, tickFormat: tick, ticks: 5 },
      ...identity,
      marks: [
        Plot.line(
          ends.map((x) => ({ x })),
          { x: 'x', y: 'x', stroke: colours.predicted, strokeDasharray: dashed, strokeWidth: 1.5 },
        ),
        Plot.dot(rows, { x: 'predicted', y: 'measured', fill: colours.measured, r: 4 }),
      ],
      keys: [
        { name: 'entry of the covariance', colour: colours.measured, kind: 'dot' },
        { name: 'equal', colour: colours.predicted, kind: 'dashed' },
      ],
    },
  };
}
