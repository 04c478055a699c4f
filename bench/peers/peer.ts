/** What is compared: cases, the questions that every program must answer alike, and the programs. */
import type { SizeName } from '../problems.ts';

export interface PeerCase {
  /** '<size>/<what>' */
  readonly name: string;
  readonly size: SizeName;
  /** Label-noise SGD steps, or estimates of the Hessian's trace. */
  readonly kind: 'steps' | 'probes';
  readonly replicas: number;
  /** The space of flatwalk's own run; left open, flatwalk chooses. */
  readonly space?: 'data' | 'weight';
  /** What a time is of. */
  readonly unit: 'step' | 'replica-step' | 'probe';
}

/** Steps from the starting weights of the size, on the draws that flatwalk makes for a seed. */
export interface StepsQuestion {
  readonly kind: 'steps';
  readonly steps: number;
  readonly seed: number;
  /** sigma */
  readonly noise: number;
  /** A row a step: the sample of each replica; with the full batch, 0 to n - 1. */
  readonly samples: Int32Array;
  /** Standardised noises, one for each of `samples`. */
  readonly noises: Float32Array;
}

/** Quadratic forms v' H v of the loss's Hessian at the starting weights, for given vectors. */
export interface ProbesQuestion {
  readonly kind: 'probes';
  readonly probes: number;
  /** The vectors are those that flatwalk draws for this seed. */
  readonly seed: number;
  /** probes x m x d, entries +1 and -1 */
  readonly vectors: Float32Array;
}

export type Question = StepsQuestion | ProbesQuestion;

/** A library's way to do a case, ready to run. */
export interface Program {
  /** Steps, replica-steps or probes that `run(1)` does. */
  readonly unitsPerRun: number;
  /** Does the work `count` times and resolves when it is done; draws are the program's own. */
  run(count: number): Promise<void>;
  /** The weights after the steps (replicas x m x d), or the forms. */
  answer(question: Question): Promise<ArrayLike<number>>;
  dispose(): Promise<void> | void;
}

export type Form = 'by hand' | 'autodiff' | 'compiled' | 'graph' | 'scan' | 'vmap' | 'jvp of grad' | 'double backward';

export interface Peer {
  /** As tables show it: 'jax-js, by hand, noise beforehand'. */
  readonly name: string;
  readonly library: string;
  readonly form: Form;
  /** When the label noise is drawn: before the time is taken, in every step, for many steps at once; null: there is none. */
  readonly noise: 'beforehand' | 'inside' | 'in blocks' | null;
  suits(one: PeerCase): boolean;
  prepare(one: PeerCase): Promise<Program>;
}

/** A library that was found, with what it offers. */
export interface Library {
  readonly name: string;
  readonly version: string;
  /** What it computes on, in words. */
  readonly device: string;
  readonly peers: readonly Peer[];
  close(): Promise<void>;
}

/** A library that was looked for in vain. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
  /** The command that installs it, where there is one. */
  readonly install?: string;
}

export interface Found {
  readonly libraries: readonly Library[];
  readonly missing: readonly Missing[];
}
