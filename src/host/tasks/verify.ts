import type { AdapterDescription } from '../../engine/index.ts';
import { FlatwalkError } from '../../model/errors.ts';
import type { Task } from './task.ts';

export interface VerifyOptions {
  /** Fewer shapes and problems: what the tests run. */
  readonly quick?: boolean;
}

/** What was compared for one kernel with one activation. */
export interface VerifyRow {
  readonly kernel: string;
  /** The activation's spec; empty where none is involved. */
  readonly activation: string;
  readonly cases: number;
  /** Largest error as a share of its tolerance: at most 1 where the row passed. NaN if nothing could be compared. */
  readonly worst: number;
  readonly worstCase: string;
  /** Where the tolerance comes from. */
  readonly note: string;
  readonly passed: boolean;
  /** Why the row could not be computed at all. */
  readonly error?: string;
}

export interface VerifyResult {
  readonly adapter: AdapterDescription;
  readonly rows: readonly VerifyRow[];
  readonly passed: boolean;
}

/** Compares every kernel, and whole problems, with the float64 reference. */
export const verifyTask: Task<VerifyOptions, VerifyResult> = {
  name: 'verify',
  async run() {
    throw new FlatwalkError('HOST', 'verify is not complete yet', 'Wait for it.');
  },
};
