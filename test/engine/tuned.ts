import type { AdapterDescription, TunedEntry } from '../../src/engine/index.ts';

/** An entry of the tuner's table as it might be. */
export function tunedEntry(adapter: Partial<AdapterDescription> = {}, rest: Partial<TunedEntry> = {}): TunedEntry {
  const lane = { strategy: 'lane', space: 'weight', lanes: 1, draws: 'inside', tile: 'none' } as const;
  const group = { strategy: 'group', space: 'data', lanes: 8, draws: 'inside', tile: 'none' } as const;
  const step = (median: number) => ({ median, low: 0.9 * median, high: 1.1 * median });
  return {
    version: 1,
    date: '2026-01-02T03:04:05.000Z',
    adapter: {
      name: 'an adapter',
      vendor: 'v',
      architecture: 'a',
      device: 'd',
      description: 'of some kind',
      driver: '1.2',
      software: true,
      ...adapter,
    },
    place: 'Node',
    kernels: '0123abcd',
    shape: { samples: 3, width: 4, dimension: 5, replicas: 2, batch: 1, fullBatch: false, activation: 'cubic' },
    measured: [
      { choice: lane, compile: 2, step: step(1e-6), samples: 15 },
      { choice: group, compile: 0.5, step: step(3e-6), samples: 15 },
    ],
    best: lane,
    ...rest,
  };
}
