import type { AdapterDescription } from '../adapter.ts';
import type { Choice, PlanRequest } from '../plan.ts';
import { isChoice } from './candidates.ts';
import { kernelFingerprint } from './fingerprint.ts';

/** Fewer samples of a time have no 95 % interval, and decide nothing. */
export const FEWEST_SAMPLES = 6;

/** What the tuner found about one plan. Seconds. */
export interface Measured {
  readonly choice: Choice;
  /** Time of the first run of one step beyond that of the next. */
  readonly compile: number;
  /** A step of all replicas: the median, and the ends of its 95 % interval where there are samples enough. */
  readonly step: { readonly median: number; readonly low: number; readonly high: number };
  /** How many times the step was timed. Older findings may be single looks. */
  readonly samples: number;
}

/** For whom a measurement holds. */
export interface TunedKey {
  readonly adapter: AdapterDescription;
  /** `Node`, or the browser with its version. */
  readonly place: string;
  /** Fingerprint of the kernels: others have other times. */
  readonly kernels: string;
  readonly shape: TunedShape;
}

export type TunedShape = Pick<
  PlanRequest,
  'samples' | 'width' | 'dimension' | 'replicas' | 'batch' | 'fullBatch' | 'activation'
>;

/** The tuner's findings for one shape on one adapter. */
export interface TunedEntry extends TunedKey {
  readonly version: 1;
  /** When, as an ISO date. */
  readonly date: string;
  readonly measured: readonly Measured[];
  /** The plan whose steps are fastest. */
  readonly best: Choice;
}

/** Where findings are kept: a file in Node, IndexedDB in browsers. Never needed for correctness. */
export interface TunedStore {
  /** All entries that can be read. What is damaged is left out and told to `warn`. */
  load(): Promise<TunedEntry[]>;
  /** Adds an entry; takes the place of an earlier one of the same key. */
  save(entry: TunedEntry): Promise<void>;
}

/** The words by which entries are told apart. */
export function keyOf({ adapter, place, kernels, shape }: TunedKey): string {
  const { name, vendor, architecture, device, description, driver } = adapter;
  const { samples, width, dimension, replicas, batch, fullBatch, activation } = shape;
  const who = [name, vendor, architecture, device, description, driver, place, kernels];
  return JSON.stringify([...who, samples, width, dimension, replicas, batch, fullBatch, activation]);
}

export function shapeOf(r: PlanRequest): TunedShape {
  const { samples, width, dimension, replicas, batch, fullBatch, activation } = r;
  return { samples, width, dimension, replicas, batch, fullBatch, activation };
}

/** The key of a run here: on this adapter, in this browser or Node, with the kernels of this flatwalk. */
export function keyHere(adapter: AdapterDescription, request: PlanRequest): TunedKey {
  return { adapter, place: placeHere(), kernels: kernelFingerprint(), shape: shapeOf(request) };
}

export function findTuned(entries: readonly TunedEntry[], key: TunedKey): TunedEntry | null {
  const wanted = keyOf(key);
  return entries.find((entry) => keyOf(entry) === wanted) ?? null;
}

/** An entry as it was kept, or why it is none. */
export function readTuned(value: unknown): TunedEntry | string {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const entry = value as TunedEntry;
  if (entry.version !== 1) return `its version is ${JSON.stringify(entry.version)}, not 1`;
  const texts = [entry.place, entry.kernels, entry.date, entry.adapter?.name, entry.shape?.activation];
  if (texts.some((text) => typeof text !== 'string')) return 'it does not say whose times it has';
  if (!Array.isArray(entry.measured) || entry.measured.length === 0) return 'it has no measurements';
  for (const { choice, compile, step, samples } of entry.measured) {
    if (!isChoice(choice)) return 'one of its plans is none of this version';
    const times = [compile, step?.median, step?.low, step?.high, samples];
    if (!times.every((t) => typeof t === 'number' && Number.isFinite(t) && t >= 0)) return 'one of its times is none';
  }
  return isChoice(entry.best) ? entry : 'its best plan is none of this version';
}

/** `Node`, or the browser with its version: the name that compiles is not always told by the adapter. */
function placeHere(): string {
  const agent = (globalThis.navigator as Navigator | undefined)?.userAgent ?? 'Node';
  return /^Node/.test(agent) ? 'Node' : agent;
}
