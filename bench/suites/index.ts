import type { Suite } from '../suite.ts';
import { endToEnd } from './end-to-end.ts';
import { kernels } from './kernels.ts';
import { probes } from './probes.ts';
import { roofline } from './roofline.ts';
import { steps } from './steps.ts';

/** Every suite that runs in the engine's process, in the order in which they run. */
export const suites: readonly Suite[] = [roofline, kernels, steps, probes, endToEnd];
