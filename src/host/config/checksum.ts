import { FlatwalkError } from '../../engine/index.ts';
import type { Data } from './generate.ts';
import type { Settings } from './table.ts';

/** SHA-256 of lists of numbers as little-endian float32, each with its length before it; hexadecimal. */
async function checksumOf(lists: readonly ArrayLike<number>[]): Promise<string> {
  const bytes = new Uint8Array(lists.reduce((sum, { length }) => sum + 8 + 4 * length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const list of lists) {
    view.setFloat64(at, list.length, true);
    at += 8;
    for (let k = 0; k < list.length; k++, at += 4) view.setFloat32(at, list[k], true);
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * What documents record of the data of a run. @throws BAD_ARGUMENT, BAD_SHAPE where the settings have recorded others
 */
export async function recordData(s: Settings, data: Data, more: readonly ArrayLike<number>[] = []) {
  const { samples, dimension } = data;
  const sizes = [
    [s.samples, samples, 'data points'],
    [s.dimension, dimension, 'dimensions'],
  ] as const;
  for (const [was, is, what] of sizes) {
    if (was !== undefined && was !== is) {
      throw new FlatwalkError('BAD_SHAPE', `There are ${is} ${what}, and the config was made for ${was}`, FIX);
    }
  }
  const dataChecksum = await checksumOf([data.inputs, data.labels, ...more]);
  if (s.dataChecksum !== undefined && s.dataChecksum !== dataChecksum) {
    const file = s.data === undefined ? 'The data' : `The data in ${s.data}`;
    throw new FlatwalkError('BAD_ARGUMENT', `${file} are not those that the config was made for`, FIX);
  }
  return { samples, dimension, dataChecksum };
}

const FIX = 'Give the same data again, or take samples, dimension and dataChecksum out of the config to run on these.';
