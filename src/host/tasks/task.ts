import type { BenchCase } from '../../../bench/document.ts';
import type { Found } from '../../../bench/peers/peer.ts';
import type { HostPowers } from '../../../bench/suite.ts';
import type { Checkpoint, Engine, MetricRow, TunedStore } from '../../engine/index.ts';
import type { VerifyRow } from './verify.ts';

/**
 * Something people ask flatwalk to do, in terms that mean the same in Node, in headless Chrome and in a page: options and
 * results are plain JSON, so that a task can be run on the other side of a browser's wall.
 */
export interface Task<Options, Result> {
  readonly name: string;
  run(engine: Engine, options: Options, context: TaskContext): Promise<Result>;
}

export interface TaskContext {
  /** Told while the task goes on; never waited for. */
  readonly emit: (event: TaskEvent) => void;
  readonly signal?: AbortSignal;
  /** Opens another engine on the same adapter. */
  readonly open?: () => Promise<Engine>;
  /** Starts a run of a size of the benchmarks in a process of its own; where there are processes. */
  readonly alone?: HostPowers['alone'];
  /** Opens the libraries that flatwalk is compared with: JavaScript's on the same adapter, Python's of an interpreter. */
  readonly findPeers?: (python?: string) => Promise<Found>;
  /** Where a page keeps what its tuner has found. Commands keep it themselves, and hand it in with a task's options. */
  readonly tuned?: TunedStore;
}

export type TaskEvent =
  /** How far the whole task is, 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number; readonly label: string }
  /** A row of metrics of one of the task's runs. */
  | {
      readonly kind: 'row';
      readonly run: string;
      /** Of a flow: the time of the row. */
      readonly time?: number;
      readonly row: MetricRow;
    }
  /** What a run is made of, before its first row: settings that were left open, and what documents say beside them. */
  | { readonly kind: 'configured'; readonly settings: object; readonly facts: object }
  /** Z = Theta X^T of replica 0, m x n, before the first step of a run and after its last. */
  | {
      readonly kind: 'features';
      readonly run: string;
      readonly step: number;
      readonly samples: number;
      readonly width: number;
      readonly values: readonly number[];
    }
  /** Weights on the way of a run. */
  | ({ readonly kind: 'weights'; readonly run: string; readonly step: number } & KeptWeights)
  /** From where the run can go on; all rows up to its step have been told. */
  | { readonly kind: 'checkpoint'; readonly run: string; readonly checkpoint: Checkpoint }
  /** Cases of benchmarks, as they are measured. */
  | { readonly kind: 'measured'; readonly cases: readonly BenchCase[] }
  /** What `verify` has compared, and how much of all that is. */
  | { readonly kind: 'verified'; readonly rows: readonly VerifyRow[]; readonly done: number; readonly of: number }
  /** Something a person should read. */
  | { readonly kind: 'note'; readonly text: string };

/** The events of one kind. */
export type Told<Kind extends TaskEvent['kind']> = Extract<TaskEvent, { kind: Kind }>;

export interface KeptWeights {
  readonly replicas: number;
  readonly width: number;
  readonly dimension: number;
  /** Theta, replicas x m x d. */
  readonly theta: ArrayLike<number>;
  /** m numbers, where they are not all 1. */
  readonly secondLayer?: ArrayLike<number> | null;
}
