/** What the page and its worker tell each other. */
import type { AdapterDescription, ErrorCode, MetricRow } from '../../engine/index.ts';
import type { ExperimentResult, ExperimentStart } from '../experiments/experiment.ts';
import type { RunName } from './settings.ts';

export type ToWorker =
  /** Asks for an adapter, to show who will compute. */
  | { readonly kind: 'open' }
  | { readonly kind: 'start'; readonly runs: readonly PlannedRun[]; readonly seed: number }
  | { readonly kind: 'stop' };

export interface PlannedRun {
  readonly run: RunName;
  readonly steps: number;
  /** Steps between two rows. */
  readonly every: number;
}

/** The last message of a start is `done`, `stopped` or `failed`. */
export type FromWorker =
  | { readonly kind: 'opened'; readonly adapter: AdapterDescription }
  | {
      readonly kind: 'started';
      readonly run: RunName;
      readonly start: ExperimentStart;
      readonly features: Features;
      /** phi⁻¹(y_i / m). */
      readonly optimum: readonly number[];
    }
  | { readonly kind: 'row'; readonly run: RunName; readonly row: MetricRow }
  | { readonly kind: 'ended'; readonly run: RunName; readonly result: ExperimentResult; readonly features: Features }
  | { readonly kind: 'stopped'; readonly run: RunName; readonly step: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The pre-activations of the first replica: for every neuron its values at the data points. */
export type Features = readonly (readonly number[])[];

export interface Failure {
  /** null for what is no FlatwalkError and should not have happened. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly fix: string;
}
