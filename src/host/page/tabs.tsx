/** The tabs of the page. A new one is an entry here. */
import type { ComponentType } from 'preact';
import { Experiment } from './experiment/experiment.tsx';
import { lazily } from './kit/lazily.tsx';

interface Tab {
  readonly title: string;
  /** What it is for, in a few words, below its title. */
  readonly words: string;
  readonly View: ComponentType;
}

export const tabs = {
  experiment: { title: 'Experiment', words: 'See the walk happen', View: Experiment },
  compare: {
    title: 'Compare',
    words: 'Runs beside each other',
    View: lazily(async () => (await import('./compare/compare.tsx')).Compare),
  },
  data: {
    title: 'Your data',
    words: 'Train on a table of yours',
    View: lazily(async () => (await import('./data/your-data.tsx')).YourData),
  },
  benchmark: {
    title: 'Benchmark',
    words: 'Measure this GPU',
    View: lazily(async () => (await import('./benchmark/benchmark.tsx')).Benchmark),
  },
  verify: {
    title: 'Verify',
    words: 'Is what it computes right?',
    View: lazily(async () => (await import('./verify/verify.tsx')).Verify),
  },
} satisfies Record<string, Tab>;

export type TabName = keyof typeof tabs;
export const tabNames = Object.keys(tabs) as TabName[];
