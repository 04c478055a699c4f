/**
 * The float64 reference: every quantity of the engine once more, as plain loops over the formulas. Slow and meant to be
 * read; `verify` compares any adapter with it.
 */
export { checkSchedule, type Schedule, scheduleFactor } from '../model/schedule.ts';
export * from './flow.ts';
export { symmetricEigenvalues } from './matrix.ts';
export * from './metrics.ts';
export * from './network.ts';
export * from './optimum.ts';
export * from './retraction.ts';
export * from './training.ts';
