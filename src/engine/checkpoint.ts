import { FlatwalkError } from '../model/errors.ts';
import type { Plan } from './plan.ts';

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
  readonly seed: number;
  readonly plan: Plan;
  /** Steps done. */
  readonly step: number;
  /** The weights at step 0 in data space; the weights now in weight space. */
  readonly origin: Float32Array;
  /** Accumulated coefficients (replicas x m x n) in data space; the weights in weight space. */
  readonly state: Float32Array;
}

const MAGIC = 'flatwalk checkpoint 1\n';

/** A checkpoint as bytes: a line of magic, a line of JSON, then the numbers as little-endian f32. */
export function encodeCheckpoint(c: Checkpoint): Uint8Array {
  const { origin, state, ...rest } = c;
  const head = new TextEncoder().encode(
    `${MAGIC}${JSON.stringify({ ...rest, origin: origin.length, state: state.length, sum: checksum(origin, state) })}\n`,
  );
  const bytes = new Uint8Array(head.length + 4 * (origin.length + state.length));
  bytes.set(head);
  const view = new DataView(bytes.buffer, head.length);
  [...origin, ...state].forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return bytes;
}

/** @throws BAD_ARGUMENT for bytes that are not a whole checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const second = bytes.indexOf(10, MAGIC.length);
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(0, second)));
  if (!text.startsWith(MAGIC)) throw broken('it does not begin as one');
  const { origin, state, sum, ...rest } = JSON.parse(text.slice(MAGIC.length));
  const expected = second + 1 + 4 * (origin + state);
  if (bytes.length !== expected) throw broken(`it has ${bytes.length} bytes instead of ${expected}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + second + 1);
  const numbers = Float32Array.from({ length: origin + state }, (_, i) => view.getFloat32(4 * i, true));
  const checkpoint = { ...rest, origin: numbers.slice(0, origin), state: numbers.slice(origin) };
  if (checksum(checkpoint.origin, checkpoint.state) !== sum) throw broken('its numbers do not match its checksum');
  return checkpoint;
}

function broken(why: string): FlatwalkError {
  return new FlatwalkError('BAD_ARGUMENT', `This is not a whole flatwalk checkpoint: ${why}`, 'Use an earlier one.');
}

/** FNV-1a over the bits of the numbers: enough to notice damage. */
function checksum(...lists: Float32Array[]): number {
  let sum = 0x811c9dc5;
  for (const list of lists) {
    for (const word of new Uint32Array(list.buffer, list.byteOffset, list.length)) {
      sum = Math.imul(sum ^ word, 0x01000193);
    }
  }
  return sum >>> 0;
}
