/** The experiment: its run, what theory predicts of it, and what is to be said of settings before they are run. */
import { computed, effect, signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import { keys, type Settings } from '../../config/table.ts';
import { wordsOf } from '../kit/error-words.ts';
import { adapterState, isSoftware } from '../session/adapter.ts';
import { busy, call } from '../session/link.ts';
import { addressNotes, parts, setPart } from '../session/place.ts';
import { RunRecord, running } from '../session/record.ts';
import { settings } from '../session/settings.ts';
import type { Advice, Prediction } from '../worker/requests.ts';

/** How long a run should take at least, so that people can follow it. */
export const paces = {
  full: { words: 'as fast as it can be', duration: 0 },
  quick: { words: 'in 10 seconds', duration: 10_000 },
  calm: { words: 'in 30 seconds', duration: 30_000 },
  slow: { words: 'in two minutes', duration: 120_000 },
} as const;
export type PaceName = keyof typeof paces;
const paceNames = Object.keys(paces) as PaceName[];

/** A software adapter is slow enough by itself. */
export const pace = computed<PaceName>(
  () => paceNames.find((name) => name === parts.value.get('pace')) ?? (isSoftware() ? 'full' : 'quick'),
);

export function choosePace(name: PaceName): void {
  setPart('pace', name);
}

const asked = parts.value.get('pace');
if (asked !== undefined && !paceNames.some((name) => name === asked)) {
  addressNotes.value = [
    ...addressNotes.value,
    `The address asks for a pace that there is not; there are ${paceNames.join(', ')}.`,
  ];
  setPart('pace', '');
}

export const record = signal<RunRecord | null>(null);
export const prediction = signal<Prediction | null>(null);
/** Of the settings as they are now: what a run would begin with, or why there can be none; null while that is not known. */
export const advice = signal<Advice | FlatwalkError | null>(null);

/** Whether the settings have changed since the run began. */
export const changed = computed(() => {
  const run = record.value;
  const now = settings.value;
  return run !== null && (now instanceof FlatwalkError || saidBy(now) !== startedWith);
});
/** What `record` was begun with, as text: the same settings chosen again are no change. */
let startedWith = '';
const saidBy = (one: Settings) => JSON.stringify(keys.map((key) => one[key]));

/** A row costs a software adapter as much as hundreds of steps. */
const ROWS = { software: 100, gpu: 400 };

/** Steps between two rows of a run. */
export function everyOf({ every, steps }: Settings): number {
  return every ?? Math.max(1, Math.ceil(steps / (isSoftware() ? ROWS.software : ROWS.gpu)));
}

/** Begins the run that the settings describe, in the place of the one before. */
export async function start(until?: number): Promise<void> {
  const wanted = settings.value;
  if (wanted instanceof FlatwalkError) return;
  startedWith = saidBy(wanted);
  const run = new RunRecord({ ...wanted, every: everyOf(wanted) });
  record.value = run;
  prediction.value = null;
  const end = run.changed.subscribe(() => {
    if (run.start === null) return;
    queueMicrotask(() => end());
    void predictFor(run);
  });
  await run.go({ until, duration: paces[pace.value].duration });
}

export function goOn(until?: number): Promise<void> | undefined {
  const run = record.value;
  // A device that was lost may have taken the prediction with it.
  if (run && prediction.value === null) void predictFor(run);
  return run?.go({ until, duration: paces[pace.value].duration });
}

export function reset(): void {
  const run = record.value;
  record.value = null;
  prediction.value = null;
  if (!run) return;
  run.pause();
  const end = run.state.subscribe(({ kind }) => {
    if (kind === 'running') return;
    queueMicrotask(() => end());
    // Views show its networks no longer, unless another run has begun.
    if (record.value === null) void call('forget', null);
  });
}

async function predictFor(run: RunRecord): Promise<void> {
  try {
    const found = await call('predict', { settings: run.settings as Settings });
    if (record.value === run) prediction.value = found;
  } catch (error) {
    // The run goes on without it, and says more should the device be lost.
    if (error instanceof FlatwalkError && error.code === 'DEVICE_LOST') return;
    if (record.value === run) prediction.value = { kind: 'none', reason: wordsOf(error as Error) };
  }
}

/** Numbers on the device up to which it is worth putting a problem there only to say something about it. */
const MOST_CHECKED = 1 << 20;
const SOON = 250;

/** Asks the worker what it would say of the settings, a moment after they have changed and while nothing is computed. */
export function followAdvice(): () => void {
  return effect(() => {
    const wanted = settings.value;
    advice.value = wanted instanceof FlatwalkError ? wanted : null;
    if (wanted instanceof FlatwalkError || adapterState.value.kind !== 'here') return;
    if (running.value) return;
    const { width, replicas, n = 0, d = 1 } = wanted;
    if (Math.max(n * d, width * replicas * Math.max(n, d)) > MOST_CHECKED) return;
    let stale = false;
    const ask = async () => {
      if (busy.peek() > 0) {
        // What is measured meanwhile is not to be disturbed, and answers about other settings come first.
        timer = setTimeout(ask, SOON);
        return;
      }
      const found = await call('check', { settings: wanted }).catch((error: unknown) => error);
      if (!stale) advice.value = found instanceof Error && !(found instanceof FlatwalkError) ? null : (found as Advice);
    };
    let timer = setTimeout(ask, SOON);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  });
}
