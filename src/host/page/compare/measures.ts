/** What cells of a phase diagram are coloured by. */
import type { MetricName } from '../../../engine/index.ts';

interface Measure {
  readonly title: string;
  /** In the middle of a sentence. */
  readonly noun: string;
  /** What it tells, in a sentence. */
  readonly words: string;
  readonly metric: MetricName;
  /** Divided by F*, so that shapes can be compared. */
  readonly relative: boolean;
  readonly scale: 'linear' | 'log';
  /** Where a linear scale begins. */
  readonly least: number | null;
}

export const measures = {
  stableRank: {
    title: 'Stable rank',
    noun: 'stable rank',
    words: 'How many independent features the neurons have: at 1 they all compute the same.',
    metric: 'stableRank',
    relative: false,
    scale: 'linear',
    least: 1,
  },
  gap: {
    title: 'Gap (F − F*)/F*',
    noun: 'gap (F − F*)/F*',
    words:
      'How far the sharpness F at the nearest point of zero loss is above its optimum F*: near 0, the walk has arrived.',
    metric: 'gap',
    relative: true,
    scale: 'log',
    least: null,
  },
  loss: {
    title: 'Loss',
    noun: 'loss',
    words: 'How far the network is from fitting the labels; label noise keeps it from reaching zero.',
    metric: 'loss',
    relative: false,
    scale: 'log',
    least: null,
  },
  disagreement: {
    title: 'Disagreement',
    noun: 'disagreement of the neurons',
    words: 'The largest difference of two neurons on a data point: near 0 they agree.',
    metric: 'disagreement',
    relative: false,
    scale: 'log',
    least: null,
  },
} satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as MeasureName[];
export const measureOf = (name: MeasureName): Measure => measures[name];
