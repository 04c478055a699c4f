import { readFileSync } from 'node:fs';
import { Engine } from '../../src/engine/index.ts';
import { openTestDevice } from '../gpu.ts';

export { flat, normError } from '../golden/checks.ts';

export const golden = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8'));

/** An engine on the pinned adapter; the device belongs to the test file. */
export async function openTestEngine(): Promise<Engine> {
  return Engine.open({ device: await openTestDevice() });
}
