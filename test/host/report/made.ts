/** Results as a folder would have them. */
import { parseRow, parseSummary } from '../../../src/host/results/parse.ts';
import type { StoredFeatures, StoredResults } from '../../../src/host/results/schema.ts';

export interface Made {
  readonly path?: string;
  readonly summary?: object;
  readonly rows?: readonly object[];
  readonly features?: readonly StoredFeatures[];
}

/** Read back from text, so that nothing is in it that a folder could not hold. */
export function made({ path = 'results/first', summary = {}, rows = walk(), features = [] }: Made = {}): StoredResults {
  const whole = {
    schema: 2,
    command: 'run',
    config: { width: 4, samples: 2, dimension: 3, activation: 'cubic', noise: 1, batch: 1, steps: 200, replicas: 8 },
    environment,
    outcome: { kind: 'finished', step: 200 },
    stepSize: 0.01,
    traceOptimum: 50,
    ...summary,
  };
  const read = parseSummary(JSON.stringify(whole), 'summary.json');
  return {
    path,
    summary: read,
    rows: rows.map((row, k) => parseRow(JSON.stringify(row), `line ${k + 1}`)),
    features: [...features],
    running: read.outcome.kind === 'running',
  };
}

export const environment = {
  flatwalk: '0.1.0',
  in: 'node',
  adapter: { name: 'swift', vendor: 'v', architecture: 'a', driver: 'one', software: true },
  node: 'v20',
};

/** Five rows of eight replicas. */
export function walk(change: (row: Record<string, unknown>, k: number) => object = (row) => row): object[] {
  return Array.from({ length: 5 }, (_, k) => {
    const replicas = Array.from({ length: 8 }, (_, r) => r);
    const row = {
      run: 'train',
      step: 50 * k,
      loss: replicas.map((r) => 10 ** (1 - k) * (1 + r / 10)),
      manifoldTrace: replicas.map((r) => 100 - 10 * k + r),
      stableRank: replicas.map((r) => 2 - 0.2 * k + r / 100),
      singularValues: replicas.map((r) => [3 + r, 10 ** -k]),
      diverged: [],
    };
    return change(row, k);
  });
}
