/** What this page verifies: it goes on while its visitor looks at other tabs. */
import { computed, signal } from '@preact/signals';
import { kernelFingerprint } from '../../../engine/plans/fingerprint.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { failure as failureOf } from '../../results/json.ts';
import type { ReproduceResult } from '../../tasks/reproduce.ts';
import type { TaskEvent } from '../../tasks/task.ts';
import type { VerifyRow } from '../../tasks/verify.ts';
import { type PageEnvironment, pageEnvironment } from '../export/environment.ts';
import type { Progress } from '../kit/progress-room.tsx';
import { adapterState } from '../session/adapter.ts';
import { perform } from '../session/perform.ts';
import { parts, setPart } from '../session/place.ts';
import { takeTurn } from '../session/turn.ts';
import type { Ended, Verified } from './document.ts';

export const quick = signal(parts.value.get('compare') !== 'full');
export const only = signal(parts.value.get('only') ?? '');
export const comparing = signal<Progress | null>(null);
/** As they come. */
export const rows = signal<readonly VerifyRow[]>([]);
/** The last that has ended, with all that is said of it. */
export const verified = signal<Verified | null>(null);
export const failure = signal<Error | null>(null);

export const reproducing = signal<Progress | null>(null);
export const reproduced = signal<{ readonly result: ReproduceResult; readonly environment: PageEnvironment } | null>(
  null,
);
export const reproduceFailure = signal<Error | null>(null);

/** Whether one of both is at work. */
export const atWork = computed(() => comparing.value !== null || reproducing.value !== null);

let stopper: AbortController | null = null;

/** Says in the address what is to be compared. */
export function tellAddress(): void {
  setPart('compare', quick.value ? '' : 'full');
  setPart('only', only.value);
}

/** Compares, row by row. Never rejects: what goes wrong is how it ended, or `failure`. */
export async function verify(): Promise<void> {
  if (adapterState.value.kind !== 'here' || atWork.value) return;
  const { adapter } = adapterState.value;
  const config = { quick: quick.value, ...(only.value.trim() ? { filter: only.value.trim() } : {}) };
  const progress = (change: Partial<Progress>) => {
    if (comparing.value) comparing.value = { ...comparing.value, ...change };
  };
  comparing.value = { share: 0, label: 'loading', began: performance.now(), stopping: false };
  rows.value = [];
  verified.value = null;
  failure.value = null;
  const hear = (event: TaskEvent) => {
    if (event.kind === 'progress') progress({ label: event.label, share: event.share });
    if (event.kind !== 'verified') return;
    rows.value = [...rows.value, ...event.rows];
    progress({ share: event.done / event.of });
  };
  let ended: Ended = { kind: 'finished' };
  try {
    await withStop(
      () => progress({ stopping: true }),
      (signal) => perform('verify', config, { signal, onEvent: hear }),
    );
  } catch (error) {
    ended = endOf(error);
    if (ended.kind === 'failed' && rows.value.length === 0) failure.value = error as Error;
  }
  try {
    const environment = await pageEnvironment(adapter, kernelFingerprint(), navigator);
    if (rows.value.length > 0) verified.value = { config, environment, rows: rows.value, ended };
  } catch (error) {
    failure.value = error as Error;
  }
  comparing.value = null;
}

/** The quick reproduction of the main result. Never rejects. */
export async function reproduce(): Promise<void> {
  if (adapterState.value.kind !== 'here' || atWork.value) return;
  const { adapter } = adapterState.value;
  const progress = (change: Partial<Progress>) => {
    if (reproducing.value) reproducing.value = { ...reproducing.value, ...change };
  };
  reproducing.value = { share: 0, label: 'loading', began: performance.now(), stopping: false };
  reproduceFailure.value = null;
  const hear = (event: TaskEvent) => {
    if (event.kind === 'progress') progress({ label: event.label, share: event.share });
  };
  try {
    const result = await withStop(
      () => progress({ stopping: true }),
      (signal) => perform('reproduce', { quick: true }, { signal, onEvent: hear }),
    );
    const environment = await pageEnvironment(adapter, kernelFingerprint(), navigator);
    reproduced.value = { result, environment };
  } catch (error) {
    reproduceFailure.value = error as Error;
  }
  reproducing.value = null;
}

/** The wish that what is at work end. What was found until then is kept. */
export function stop(): void {
  stopper?.abort();
}

async function withStop<T>(stopping: () => void, compute: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const mine = new AbortController();
  stopper = mine;
  mine.signal.addEventListener('abort', stopping);
  try {
    return await takeTurn(stop, () => compute(mine.signal));
  } finally {
    stopper = null;
  }
}

function endOf(error: unknown): Ended {
  if (error instanceof FlatwalkError && error.code === 'ABORTED') return { kind: 'aborted' };
  return { kind: 'failed', ...failureOf(error) };
}
