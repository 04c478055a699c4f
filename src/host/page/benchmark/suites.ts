/** The suites that a page can run, in words. */
import type { SuiteName } from '../../../../bench/document.ts';

export type PageSuite = Exclude<SuiteName, 'peers'>;

export const suiteWords = {
  roofline: 'What this GPU can do at most: arithmetic, memory, and what it costs to ask it for anything.',
  kernels: 'Every kernel by itself, against what the GPU can do at most.',
  steps: 'Label-noise SGD: the time of a step, by every way to compute it, and with many runs at once.',
  probes: 'Estimates of the trace of the Hessian, one after the other and many together.',
  'end-to-end': 'What a person waits for: the first row, what rows cost, the reproduction (with full only).',
} satisfies Record<PageSuite, string>;

export const pageSuites = Object.keys(suiteWords) as PageSuite[];

export const efforts = {
  quick: 'Two minutes at most.',
  full: 'Every case with 50 samples: five to fifteen minutes on a GPU, an hour on a software adapter.',
} as const;
export type PageEffort = keyof typeof efforts;
export const pageEfforts = Object.keys(efforts) as PageEffort[];
