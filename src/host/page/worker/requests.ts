/** What the page may ask of its worker, by name: what is asked, what is told on the way, and the answer. */
import type { AdapterDescription, Checkpoint, MetricRow, Outcome } from '../../../engine/index.ts';
import type { Settings } from '../../config/table.ts';
import type { DataSummary } from '../../files/describe.ts';
import type { EnsembleStart, GridEvent, GridOptions, GridPlace, GridResult } from '../../tasks/grid-cells.ts';
import type { TaskName } from '../../tasks/index.ts';
import type { StableStep } from '../../tasks/notes.ts';
import type { KeptWeights, TaskEvent } from '../../tasks/task.ts';
import type { SceneAsk } from '../scene/messages.ts';
import type { Contents } from './data/contents.ts';

interface Requests {
  /** Opens the engine, or says again what computes. */
  readonly open: Request<null, never, AdapterDescription>;
  /** A task of src/host/tasks; use `perform` of session/perform.ts, which knows its types. */
  readonly perform: Request<{ readonly task: TaskName; readonly options: unknown }, TaskEvent, unknown>;
  /** What `train` would have to say of settings before the first step; nothing is shown or computed. */
  readonly check: Request<{ readonly settings: Settings }, never, Advice>;
  /** F over the steps as theory predicts it, from where a run starts. */
  readonly predict: Request<{ readonly settings: Settings }, never, Prediction>;
  /** A part of a training run: from its start or a checkpoint, to its end, a step, or the wish to pause. */
  readonly train: Request<TrainAsk, TrainEvent, TrainAnswer>;
  /** Takes the experiment's problem from the device, and from all views. */
  readonly forget: Request<null, never, null>;
  /** All cells of a grid of settings, or those after a pause. */
  readonly grid: Request<GridOptions & { readonly resume: GridPlace | null }, GridEvent, GridResult>;
  /** What a grid would be like, for each of its ensembles. Trains nothing. */
  readonly surveyGrid: Request<GridOptions, never, readonly EnsembleStart[]>;
  /** Reads a file that a visitor has dropped, keeps it under its name in the worker's memory, and says what it is. */
  readonly keepFile: Request<
    { readonly file: string; readonly content: Blob },
    { readonly read: number; readonly total: number },
    { readonly contents: Contents; readonly bytes: number }
  >;
  readonly forgetFiles: Request<{ readonly names: readonly string[] }, never, null>;
  /** What there is to know of the data that settings name. */
  readonly describeData: Request<{ readonly settings: Settings }, never, DataDescription>;
  /** Draws the 3-D view of what the experiment shows, until the port is told to close. Answers at once. */
  readonly scene: Request<SceneAsk, never, null>;
}

export interface DataDescription {
  readonly summary: DataSummary;
  /** What a person should know of how they were read and scaled. */
  readonly notes: readonly string[];
  readonly inputs: readonly string[];
  readonly target: string;
  /** What settings record of them; null where the page is not loaded securely. */
  readonly recorded: { readonly samples: number; readonly dimension: number; readonly dataChecksum: string } | null;
  /** In what they are others than those that the settings were made for, in words. */
  readonly differs: string | null;
  readonly head: DataHead;
}

/** The first rows and columns, as the file has them. */
export interface DataHead {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly inputs: readonly number[]; readonly label: number }[];
}

interface Request<Ask, Event, Answer> {
  readonly ask: Ask;
  readonly event: Event;
  readonly answer: Answer;
}

export type RequestName = keyof Requests;
export type Ask<N extends RequestName> = Requests[N]['ask'];
export type EventOf<N extends RequestName> = Requests[N]['event'];
export type Answer<N extends RequestName> = Requests[N]['answer'];

export interface TrainAsk {
  /** As `flatwalk run` would have them, all decided. */
  readonly settings: Settings;
  /** Goes on from there, bit for bit. */
  readonly resume?: Checkpoint;
  /** The step at which to pause; the end if not given. */
  readonly until?: number;
  /** Milliseconds that the whole run should take at least, so that people can follow it; 0 for as fast as it can be. */
  readonly duration: number;
  /** The run is not the one that the experiment shows: views of its weights do not follow it, and there is no feature matrix. */
  readonly apart?: boolean;
}

export type TrainEvent =
  /** What a person should know before the run begins. */
  | { readonly kind: 'note'; readonly text: string }
  /** Settings that were left open, and what documents say beside them; told once a run. */
  | { readonly kind: 'configured'; readonly settings: object; readonly facts: object }
  | ({ readonly kind: 'ready' } & TrainStart)
  /** `passing`: where a pause happened to be; the record of the run does not have it. */
  | { readonly kind: 'row'; readonly row: MetricRow; readonly passing: boolean }
  | ({ readonly kind: 'features' } & FeatureMatrix)
  /** From where the run can go on should the device be lost; all rows up to its step have been told. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint };

export interface Advice extends TrainStart {
  readonly notes: readonly string[];
}

export type Prediction =
  | {
      readonly kind: 'curve';
      readonly steps: readonly number[];
      readonly sharpness: readonly number[];
      readonly starts: number;
    }
  /** There is none, and why. */
  | { readonly kind: 'none'; readonly reason: string };

/** What is known before the first step. */
export interface TrainStart {
  readonly samples: number;
  readonly dimension: number;
  readonly width: number;
  readonly replicas: number;
  /** eta. */
  readonly stepSize: number;
  readonly stable: StableStep | null;
  /** Why these kernels, in words. */
  readonly plan: string;
  /** F*, and whether it is proven to be the least F; null where all neurons cannot agree. */
  readonly traceOptimum: number | null;
  readonly traceIsOptimal: boolean;
  /** phi⁻¹(y_i / m), n numbers. */
  readonly optimum: readonly number[] | null;
}

/** Z = Theta X^T of the first replica, m x n. */
export interface FeatureMatrix {
  readonly step: number;
  readonly width: number;
  readonly samples: number;
  readonly values: Float32Array;
}

export interface TrainAnswer {
  /** `aborted` where it was paused. */
  readonly outcome: Exclude<Outcome, { readonly kind: 'lost' }> | { readonly kind: 'paused'; readonly step: number };
  /** From where the run can go on. */
  readonly checkpoint: Checkpoint;
  readonly weights: KeptWeights;
}
