import { FlatwalkError } from '../model/errors.ts';
import type { Plan } from './plan.ts';

/** A replica that has stopped because its update was not finite, and the step that would have been its next. */
export interface Divergence {
  readonly replica: number;
  readonly step: number;
}

/** The state of a run between two steps. Resumed on the same adapter it goes on with the same bits. */
export interface Checkpoint {
  readonly version: 1;
  readonly shape: {
    readonly samples: number;
    readonly width: number;
    readonly dimension: number;
    readonly replicas: number;
    readonly activation: string;
  };
  /** Checksum of inputs, labels and second layer. */
  readonly data: number;
  readonly seed: number;
  /** Checksum of step sizes, noise, batch and recorded draws. */
  readonly settings: number;
  readonly plan: Plan;
  /** Steps done. */
  readonly step: number;
  readonly diverged: readonly Divergence[];
  /** The weights at step 0 in data space; the weights now in weight space. */
  readonly origin: Float32Array;
  /** Accumulated coefficients (replicas x m x n) in data space; the weights in weight space. */
  readonly state: Float32Array;
}

const MAGIC = 'flatwalk checkpoint 1\n';
const SUM_LENGTH = 9;

/**
 * A checkpoint as bytes: a line of magic, a line with the checksum of all that follows, a line of JSON, then the numbers
 * as little-endian f32.
 */
export function encodeCheckpoint(c: Checkpoint): Uint8Array {
  const { origin, state, ...rest } = c;
  const json = new TextEncoder().encode(`${JSON.stringify({ ...rest, origin: origin.length, state: state.length })}\n`);
  const body = new Uint8Array(json.length + 4 * (origin.length + state.length));
  body.set(json);
  const view = new DataView(body.buffer, json.length);
  for (let i = 0; i < origin.length; i++) view.setFloat32(4 * i, origin[i], true);
  for (let i = 0; i < state.length; i++) view.setFloat32(4 * (origin.length + i), state[i], true);
  const head = new TextEncoder().encode(`${MAGIC}${sumLine(body)}`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** @throws BAD_ARGUMENT for bytes that are not a whole checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, MAGIC.length) !== MAGIC) throw broken('it does not begin as one');
  const start = MAGIC.length + SUM_LENGTH;
  const end = bytes.indexOf(10, start);
  if (end < 0) throw broken(`it ends after ${bytes.length} bytes, within its head`);
  const json = parsed(text(start, end));
  const { origin, state, ...rest } = json;
  const expected = end + 1 + 4 * (origin + state);
  if (bytes.length !== expected) throw broken(`it has ${bytes.length} bytes instead of ${expected}`);
  if (text(MAGIC.length, start) !== sumLine(bytes.subarray(start))) {
    throw broken('it does not match its checksum, so it was damaged');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + 1);
  const numbers = (from: number, length: number) =>
    Float32Array.from({ length }, (_, i) => view.getFloat32(4 * (from + i), true));
  // Of a checkpoint without it every step made its own draws.
  const plan = { ...rest.plan, draws: rest.plan.draws ?? 'inside' };
  return { ...rest, plan, origin: numbers(0, origin), state: numbers(origin, state) };
}

type Head = Omit<Checkpoint, 'origin' | 'state'> & { readonly origin: number; readonly state: number };

function parsed(json: string): Head {
  try {
    const head: Head = JSON.parse(json);
    if (Number.isSafeInteger(head.origin) && Number.isSafeInteger(head.state)) return head;
  } catch {
    // Told below, in the caller's terms.
  }
  throw broken('its head is damaged');
}

function broken(why: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `This is not a whole flatwalk checkpoint: ${why}`, 'Use an earlier one.');
}

function sumLine(body: Uint8Array): string {
  return `${checksum(body)
    .toString(16)
    .padStart(SUM_LENGTH - 1, '0')}\n`;
}

/** FNV-1a: enough to notice damage, and data that are not the same. */
export function checksum(...lists: readonly (Uint8Array | Uint32Array | Float32Array | Float64Array)[]): number {
  let sum = 0x811c9dc5;
  for (const { buffer, byteOffset, byteLength } of lists) {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) sum = Math.imul(sum ^ byte, 0x01000193);
  }
  return sum >>> 0;
}
