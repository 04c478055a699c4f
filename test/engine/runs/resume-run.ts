import type { TrainOptions } from '../../../src/engine/index.ts';
import { made } from './made.ts';

/** The run that the tests of resuming cut in two. */
export const resumeData = made({ n: 3, d: 4, m: 3, replicas: 2 });
export const resumeSettings: TrainOptions = { stepSize: 0.01, noise: 0.5, steps: 200, seed: 7 };
