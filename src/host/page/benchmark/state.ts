/** The benchmark of this page: it goes on while its visitor looks at other tabs. */
import { computed, signal } from '@preact/signals';
import type { BenchCase, BenchDocument } from '../../../../bench/document.ts';
import { parseDocument } from '../../../../bench/validate.ts';
import { kernelFingerprint } from '../../../engine/plans/fingerprint.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { TaskEvent } from '../../tasks/task.ts';
import { pageEnvironment } from '../export/environment.ts';
import type { Progress } from '../kit/progress-room.tsx';
import { adapterState } from '../session/adapter.ts';
import { attentionWarnings, watchAttention } from '../session/attention.ts';
import { perform } from '../session/perform.ts';
import { addressNotes, parts, setPart } from '../session/place.ts';
import { running as computing } from '../session/record.ts';
import { takeTurn } from '../session/turn.ts';
import { type BenchConfig, benchDocument, nameOf } from './document.ts';
import { forget, keep, readKept } from './kept.ts';
import { type PageEffort, type PageSuite, pageEfforts, pageSuites } from './suites.ts';

export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly document: BenchDocument;
  /** Where it comes from. */
  readonly from: 'this visit' | 'kept' | 'a file';
}

export const suites = signal<readonly PageSuite[]>(pageSuites);
export const effort = signal<PageEffort>('quick');
export const filter = signal('');
readParts();

export const running = signal<Progress | null>(null);
/** What the run that goes on, or that failed, has measured so far. */
export const soFar = signal<readonly BenchCase[]>([]);
export const failure = signal<Error | null>(null);
/** Newest first. */
export const entries = signal<readonly Entry[]>([]);
export const shown = signal<Entry | null>(null);
export const oldId = signal('');
export const newId = signal('');
/** What could not be read or kept. */
export const complaints = signal<readonly Error[]>([]);
export const config = computed<BenchConfig>(() => ({
  suites: suites.value.length === pageSuites.length ? undefined : suites.value,
  filter: filter.value.trim() || undefined,
  effort: effort.value,
}));

let stopRun: AbortController | null = null;

/** Measures, when whatever else computes has paused. Never rejects: what goes wrong is `failure`. */
export async function start(): Promise<void> {
  const { value: state } = adapterState;
  if (running.value || state.kind !== 'here') return;
  const stop = new AbortController();
  stopRun = stop;
  const asked = config.value;
  const waiting = computing.value ? 'waiting until what computes has paused' : 'loading';
  running.value = { share: 0, label: waiting, began: performance.now(), stopping: false };
  soFar.value = [];
  failure.value = null;
  try {
    await takeTurn(stopMeasuring, async () => {
      const watch = watchAttention();
      let warnings: string[] = [];
      const around = { signal: stop.signal, onEvent: hear };
      const result = await perform('bench', { ...asked, hidden: document.hidden }, around).finally(() => {
        warnings = attentionWarnings(watch.end());
      });
      const environment = await pageEnvironment(state.adapter, kernelFingerprint(), navigator);
      add(benchDocument(result, asked, environment, { date: new Date().toISOString(), warnings }), 'this visit');
      soFar.value = [];
    });
  } catch (error) {
    failure.value = error as Error;
  } finally {
    stopRun = null;
    running.value = null;
  }
}

function hear(event: TaskEvent): void {
  if (event.kind === 'measured') soFar.value = [...soFar.value, ...event.cases];
  if (event.kind !== 'progress' || !running.value) return;
  running.value = { ...running.value, share: event.share, label: event.label };
}

/** Ends what is being measured; what was measured until then becomes its result. */
export function stopMeasuring(): void {
  if (running.value) running.value = { ...running.value, stopping: true };
  stopRun?.abort();
}

function add(document: BenchDocument, from: Entry['from'], id: string = crypto.randomUUID()): void {
  const entry = { id, name: nameOf(document), document, from };
  const before = entries.value[0];
  entries.value = [entry, ...entries.value];
  if (from !== 'this visit') {
    // What was measured here is held against what comes from elsewhere.
    oldId.value = id;
    return;
  }
  shown.value = entry;
  newId.value = id;
  if (!entries.value.some((one) => one.id === oldId.value && one.id !== id)) oldId.value = before?.id ?? '';
}

/** Documents that were dropped or chosen. */
export async function takeFiles(files: readonly Pick<File, 'name' | 'text'>[]): Promise<void> {
  const found: Error[] = [];
  for (const file of files) {
    try {
      add(parseDocument(await file.text(), file.name), 'a file');
    } catch (error) {
      found.push(error as Error);
    }
  }
  complaints.value = found;
}

export async function keepEntry(entry: Entry): Promise<void> {
  await complainOf(async () => {
    await keep(entry.id, entry.document);
    replace(entry.id, { ...entry, from: 'kept' });
  });
}

/** Takes it off the list, and out of what the browser keeps. */
export async function removeEntry({ id, from }: Entry): Promise<void> {
  await complainOf(async () => {
    if (from === 'kept') await forget(id);
    replace(id, null);
  });
}

/** Brings what was kept by earlier visits. */
export async function openKept(): Promise<void> {
  await complainOf(async () => {
    const { documents, notes } = await readKept();
    const known = new Set(entries.value.map(({ id }) => id));
    const kept = [...documents]
      .filter(([id]) => !known.has(id))
      .map(([id, document]): Entry => ({ id, name: nameOf(document), document, from: 'kept' }))
      .sort((a, b) => (a.document.date < b.document.date ? 1 : -1));
    entries.value = [...entries.value, ...kept];
    if (!oldId.value) oldId.value = kept[0]?.id ?? '';
    if (notes.length > 0) complaints.value = notes.map((note) => new FlatwalkError('BAD_ARGUMENT', note, ''));
  });
}

async function complainOf(action: () => Promise<void>): Promise<void> {
  complaints.value = [];
  try {
    await action();
  } catch (error) {
    complaints.value = [error as Error];
  }
}

function replace(id: string, by: Entry | null): void {
  entries.value = entries.value.flatMap((one) => (one.id !== id ? [one] : by ? [by] : []));
  if (shown.value?.id === id) shown.value = by;
  if (by) return;
  for (const choice of [oldId, newId]) if (choice.value === id) choice.value = '';
}

/** The address may say what to measure: `?tab=benchmark&suites=steps,probes&effort=full&filter=small`. */
function readParts(): void {
  const refuse = (name: string, text: string, known: readonly string[]) => {
    const told = `The address says ${name}='${text.slice(0, 60)}'; it was left out. There are ${known.join(', ')}.`;
    addressNotes.value = [...addressNotes.value, told];
    setPart(name, '');
  };
  const { value: given } = parts;
  const asked = given.get('suites');
  if (asked) {
    const chosen = pageSuites.filter((name) => asked.split(',').includes(name));
    if (chosen.length === asked.split(',').length) suites.value = chosen;
    else refuse('suites', asked, pageSuites);
  }
  const much = given.get('effort');
  if (much) {
    const chosen = pageEfforts.find((name) => name === much);
    if (chosen) effort.value = chosen;
    else refuse('effort', much, pageEfforts);
  }
  filter.value = given.get('filter') ?? '';
}

/** Says in the address what is to be measured. */
export function tellAddress(): void {
  setPart('suites', suites.value.length === pageSuites.length ? '' : suites.value.join(','));
  setPart('effort', effort.value === 'quick' ? '' : effort.value);
  setPart('filter', filter.value);
}
