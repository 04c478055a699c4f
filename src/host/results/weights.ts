import { zipSync } from 'fflate';
import type { KeptWeights } from '../tasks/task.ts';

/** `theta`, m x d or replicas x m x d, and the second layer `a` where it is not all ones, as an archive of NumPy's. */
export function encodeWeights({ theta, replicas, width, dimension, secondLayer }: KeptWeights): Uint8Array {
  const shape = replicas === 1 ? [width, dimension] : [replicas, width, dimension];
  const files: Record<string, Uint8Array> = { 'theta.npy': npy(shape, theta) };
  if (secondLayer) files['a.npy'] = npy([width], secondLayer);
  return zipSync(files, { level: 0, mtime: '1980-01-01' });
}

function npy(shape: number[], values: ArrayLike<number>): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + head.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + 4 * values.length).fill(32, 10, length - 1);
  bytes.set(new TextEncoder().encode('\u0093NUMPY').slice(-5), 1);
  bytes[0] = 0x93;
  const view = new DataView(bytes.buffer);
  view.setUint16(6, 1);
  view.setUint16(8, length - 10, true);
  bytes[6] = 1;
  bytes[7] = 0;
  bytes.set(new TextEncoder().encode(head), 10);
  bytes[length - 1] = 10;
  for (let i = 0; i < values.length; i++) view.setFloat32(length + 4 * i, values[i], true);
  return bytes;
}
