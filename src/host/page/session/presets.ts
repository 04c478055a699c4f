/** Experiments to begin with, as settings of `flatwalk run`. What they leave out has the command's defaults. */
import type { Given } from '../../config/table.ts';

interface Preset {
  readonly title: string;
  /** What there is to see, in a sentence. */
  readonly words: string;
  readonly settings: Given;
}

const data: Given = { generate: 'unit', n: 3, d: 8, labelRange: [2, 4], dataSeed: 1 };
const start: Given = { width: 8, initStd: 0.5, seed: 1 };

export const presets = {
  walk: {
    title: 'The walk to the flattest solution',
    words: '64 networks fit three points at once, and then drift until all neurons of each agree.',
    settings: { ...data, ...start, noise: 2, steps: 180_000, replicas: 64 },
  },
  quiet: {
    title: 'The same without label noise',
    words: 'From the same starts, each network stays at the first solution it meets.',
    settings: { ...data, ...start, noise: 0, steps: 20_000, replicas: 64 },
  },
  surface: {
    title: 'Three neurons, one data point',
    words:
      'The solutions are a surface in the space of the neurons: in 3-D, networks walk on it to the flattest point.',
    settings: { ...data, ...start, n: 1, d: 3, width: 3, noise: 1, steps: 20_000, replicas: 24 },
  },
  bowl: {
    title: 'Two neurons, two data points',
    words: 'The sharpness over all solutions is a bowl: in 3-D, networks roll to its bottom.',
    settings: { ...data, ...start, n: 2, d: 3, width: 2, labelRange: [1, 2], noise: 0.5, steps: 60_000, replicas: 24 },
  },
  wide: {
    title: 'A wider network',
    words: '32 neurons and 8 points in 64 dimensions, started on the zero-loss manifold.',
    settings: {
      ...data,
      ...{ n: 8, d: 64, labelRange: [8, 16], width: 32, initStd: 0.3, retractFirst: true, seed: 1 },
      ...{ noise: 4, steps: 40_000, replicas: 16 },
    },
  },
  sinh: {
    title: 'Another activation: sinh',
    words: 'The theorem asks only that the first and the third derivative be positive.',
    settings: {
      ...data,
      ...{ labelRange: [4, 8], width: 8, activation: 'sinh', initStd: 0.7, retractFirst: true, seed: 1 },
      ...{ noise: 2, steps: 120_000, replicas: 16 },
    },
  },
  relu: {
    title: 'Where the theorem is silent: ReLU',
    words: 'The sharpness of ReLU networks is flat in pieces, so there is nothing to walk down.',
    settings: {
      ...data,
      ...start,
      ...{ n: 4, labelSigns: 'positive', activation: 'relu', noise: 1, steps: 60_000, replicas: 16 },
    },
  },
  tanh: {
    title: 'Where it fails: tanh',
    words: 'The neurons of tanh networks split and saturate: other solutions are flatter than agreement.',
    settings: { ...data, ...start, n: 4, activation: 'tanh', noise: 1, steps: 60_000, replicas: 16 },
  },
  moreSamples: {
    title: 'More points than dimensions',
    words: 'Eight points in four dimensions: no weights reach full agreement, and something of rank two remains.',
    settings: { ...data, ...start, n: 8, d: 4, noise: 2, steps: 200_000, replicas: 16 },
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
export const firstPreset: PresetName = 'walk';
/** The preset with its settings as those of any run. */
export const presetOf = (name: PresetName): Preset => presets[name];
