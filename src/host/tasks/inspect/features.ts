import type { Subject } from './subject.ts';

/** The feature matrix Theta X^T, by the device: also where it is too large for float64. */
export interface FeatureFindings {
  /** Largest first. */
  readonly singularValues: number[] | null;
  /** sum sigma^2 / sigma_1^2. */
  readonly stableRank: number | null;
}

export async function inspectFeatures(subject: Subject): Promise<FeatureFindings> {
  const { problem, notDefined } = subject;
  const values = await subject.attempt('singularValues', () => problem.metrics(['singularValues', 'stableRank']));
  if (!values) return { singularValues: null, stableRank: subject.absent('stableRank', notDefined.singularValues) };
  return {
    singularValues: values.singularValues?.[0] as number[],
    stableRank: values.stableRank?.[0] as number,
  };
}
