import type { Suite } from '../suite.ts';
import { kernels } from './kernels.ts';
import { roofline } from './roofline.ts';
import { steps } from './steps.ts';

/** Every suite that runs in the engine's process, in the order in which they run. */
export const suites: readonly Suite[] = [roofline, kernels, steps];
