import type { Experiment } from './experiment.ts';

/**
 * The experiments behind `flatwalk reproduce`. Settings: unit Gaussian inputs and labels of size m/4 to m/2, which keep the
 * optimum at moderate pre-activations; sigma about m/8, which keeps the walk short; step sizes by the rule of
 * `Experiment.stepSize`. The number of steps is several times that after which the slowest replica has been seen to arrive.
 */
const base = {
  width: 8,
  samples: 3,
  dimension: 8,
  inputs: 'unit',
  labels: { low: 2, high: 4 },
  start: { kind: 'random', std: 0.5 },
  retractFirst: false,
  stepSize: { kappa: 0.2 },
  seed: 1,
} as const;

const onManifold = { ...base, retractFirst: true, stepSize: { kappa: 0.3 } } as const;

/** Judged: the theorem speaks about these. */
export const judged = {
  walk: {
    ...base,
    name: 'walk',
    question: 'Does label-noise SGD from random starts end at the flattest, rank-one solution?',
    activation: 'cubic_linear:1',
    noise: 2,
    steps: 180_000,
    replicas: 64,
  },
  quiet: {
    ...base,
    name: 'quiet',
    question: 'And without label noise, from the same starts?',
    activation: 'cubic_linear:1',
    noise: 0,
    steps: 20_000,
    replicas: 64,
  },
  cubicLinear1: {
    ...onManifold,
    name: 'cubicLinear1',
    question: 'Does it hold for x³ + x in a wider network, started on the manifold?',
    activation: 'cubic_linear:1',
    width: 32,
    samples: 8,
    dimension: 64,
    labels: { low: 8, high: 16 },
    start: { kind: 'random', std: 0.3 },
    noise: 4,
    steps: 40_000,
    replicas: 32,
  },
  cubicLinear01: {
    ...onManifold,
    name: 'cubicLinear01',
    question: 'Does it hold for x³ + 0.1x, whose third derivative dominates?',
    activation: 'cubic_linear:0.1',
    noise: 1,
    steps: 300_000,
    replicas: 16,
  },
  sinh: {
    ...onManifold,
    name: 'sinh',
    question: 'Does it hold for sinh?',
    activation: 'sinh',
    labels: { low: 4, high: 8 },
    start: { kind: 'random', std: 0.7 },
    noise: 2,
    steps: 120_000,
    replicas: 16,
  },
  sqp: {
    ...onManifold,
    name: 'sqp',
    question: 'Does it hold for the integrated squareplus?',
    activation: 'sqp',
    start: { kind: 'random', std: 0.7 },
    noise: 1,
    steps: 80_000,
    replicas: 16,
  },
} satisfies Record<string, Experiment>;

const silent = { ...base, samples: 4, steps: 60_000, replicas: 16, noise: 1 } as const;

/** Reported without a verdict: the theorem is silent about these. */
export const reported = {
  tanh: {
    ...silent,
    name: 'tanh',
    question: "What happens for tanh, whose phi'' is not increasing?",
    activation: 'tanh',
  },
  relu: {
    ...silent,
    name: 'relu',
    question: 'What happens for ReLU, where F is piecewise constant?',
    activation: 'relu',
    labels: { low: 2, high: 4, signs: 'positive' },
  },
  square: {
    ...silent,
    name: 'square',
    question: 'What happens for z², where F is constant on the manifold?',
    activation: 'square',
    labels: { low: 2, high: 4, signs: 'positive' },
  },
  cubicMixed: {
    ...silent,
    name: 'cubicMixed',
    question: 'Does pure z³ stick where pre-activations have the wrong sign?',
    activation: 'cubic',
  },
  cubicMatched: {
    ...silent,
    name: 'cubicMatched',
    question: 'And pure z³ from pre-activations of the right sign?',
    activation: 'cubic',
    start: { kind: 'signMatched', low: 0.3, high: 0.9 },
  },
  moreSamples: {
    ...silent,
    name: 'moreSamples',
    question: 'What remains when there are twice as many samples as dimensions?',
    activation: 'cubic_linear:1',
    samples: 8,
    dimension: 4,
    noise: 2,
    steps: 200_000,
  },
  paperLike: {
    ...silent,
    name: 'paperLike',
    question:
      "Does data as in the paper's Figure 1 (U[0,1] entries, m = 10, d = n = 3, eta = 0.05, sigma² = 0.03) show it?",
    activation: 'cubic_linear:0.1',
    width: 10,
    samples: 3,
    dimension: 3,
    inputs: 'paper',
    labels: { low: 0.3, high: 1 },
    start: { kind: 'random', std: 0.3 },
    retractFirst: true,
    noise: Math.sqrt(0.03),
    stepSize: 0.05,
    steps: 1_000_000,
    replicas: 8,
  },
} satisfies Record<string, Experiment>;
