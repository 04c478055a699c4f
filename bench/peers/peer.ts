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

/** Steps from the starting weights of the size, with recorded draws. */
export interface StepsQuestion {
  readonly kind: 'steps';
  readonly steps: number;
  /** sigma */
  readonly noise: number;
  /** steps x batch, for every replica the same. */
  readonly samples: Int32Array;
  /** Standardised noises, steps x batch, for every replica the same. */
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
  /** Left out of a quick comparison, because a faster form of the same library is in it. */
  readonly slow?: true;
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
}
