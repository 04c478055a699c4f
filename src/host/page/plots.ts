import { AGREEMENT } from '../experiments/claims.ts';
import { judged } from '../experiments/index.ts';
import type { PlotSpec } from './plot.ts';

const numbers = (values: readonly (number | number[])[] | undefined, divisor: number | null = 1) =>
  (values ?? []).map((value) => Number(value) / (divisor ?? Number.NaN));

/** What the page plots of every run. */
export const plots: readonly PlotSpec[] = [
  {
    title: 'Loss',
    caption: 'How far the networks are from fitting the labels. The noise keeps it up, at about the dotted line.',
    scale: 'log',
    values: (row) => numbers(row.loss),
    level: ({ stepSize, traceOptimum }) =>
      traceOptimum === null ? null : { at: (stepSize * judged.walk.noise ** 2 * traceOptimum) / 2, label: 'ησ²F*/2' },
  },
  {
    title: 'Sharpness F / F*',
    caption: 'Trace of the Hessian at the nearest point of zero loss, as a multiple of the least that is possible.',
    scale: 'linear',
    values: (row, { traceOptimum }) => numbers(row.retractedTrace, traceOptimum),
    level: () => ({ at: 1, label: 'flattest' }),
  },
  {
    title: 'Stable rank',
    caption: 'How many independent features the neurons have. At 1 they all compute the same.',
    scale: 'linear',
    values: (row) => numbers(row.stableRank),
    level: () => ({ at: 1, label: 'rank one' }),
  },
  {
    title: 'Disagreement',
    caption:
      'Largest difference between two neurons at a data point, relative to the features of the flattest network.',
    scale: 'log',
    values: (row, { optimumScale }) => numbers(row.disagreement, optimumScale),
    level: () => ({ at: AGREEMENT, label: `claimed: below ${100 * AGREEMENT} %` }),
  },
];
