import type { MetricName } from '../../../engine/index.ts';
import type { Subject } from './subject.ts';

/** The feature matrix Theta X^T: how many directions it has. */
export interface FeatureFindings {
  /** Largest first. */
  readonly singularValues: number[] | null;
  /** sum sigma^2 / sigma_1^2. */
  readonly stableRank: number | null;
  /** How many singular values are above 1e-3 of the largest. */
  readonly thresholdRank: number | null;
  /** exp of the entropy of sigma^2 / sum sigma^2. */
  readonly entropyRank: number | null;
  /** sigma_1^2 / sum sigma^2. */
  readonly topEnergy: number | null;
}

const names = ['singularValues', 'stableRank', 'thresholdRank', 'entropyRank', 'topEnergy'] as const;

export async function inspectFeatures(subject: Subject): Promise<FeatureFindings> {
  const values = await subject.attempt('singularValues', () => subject.problem.metrics(names as readonly MetricName[]));
  const found = names.map((name) => {
    if (values) return [name, values[name]?.[0]];
    subject.notDefined[name] ??= subject.notDefined.singularValues;
    return [name, null];
  });
  return Object.fromEntries(found) as unknown as FeatureFindings;
}
