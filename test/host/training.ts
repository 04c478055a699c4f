/** A small problem, as tasks are given it: two data points in three dimensions, four neurons. */
import type { DataOptions } from '../../src/host/tasks/setup.ts';

export const smallProblem: DataOptions = {
  inputs: [1, 0, 0, 0, 1, 0],
  dimension: 3,
  labels: [2, -1],
  width: 4,
  activation: 'cubic_linear:1',
  start: { kind: 'gaussian', std: 0.5 },
  retractFirst: false,
  stepSize: 0.01,
  noise: 0.5,
  noiseLaw: 'gaussian',
  batch: 1,
  loss: 'mean',
  replicas: 2,
  seed: 3,
};
