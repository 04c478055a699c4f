import { readFileSync } from 'node:fs';
import { Engine } from '../../src/engine/index.ts';
import { openTestDevice } from '../gpu.ts';

export const golden = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8'));

/** An engine on the pinned adapter; the device belongs to the test file. */
export async function openTestEngine(): Promise<Engine> {
  return Engine.open({ device: await openTestDevice() });
}

/** Largest |a - b| relative to the largest |b|, or to `scale` where that is larger. */
export function normError(got: ArrayLike<number>, want: ArrayLike<number>, scale = 0): number {
  if (got.length !== want.length) throw new Error(`${got.length} numbers instead of ${want.length}`);
  let error = 0;
  let size = scale;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= error)) error = difference;
    size = Math.max(size, Math.abs(want[i]));
  }
  return size === 0 ? error : error / size;
}

export const flat = (rows: number[][]): number[] => rows.flat();
