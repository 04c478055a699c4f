/** Who computes. */
import { signal } from '@preact/signals';
import type { AdapterDescription } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import { call } from './link.ts';

type AdapterState =
  | { readonly kind: 'looking' }
  | { readonly kind: 'here'; readonly adapter: AdapterDescription }
  | { readonly kind: 'none'; readonly error: Error };

export const adapterState = signal<AdapterState>({ kind: 'looking' });

/** Looks for something to compute on. Never rejects: what goes wrong is a state. */
export async function openAdapter(): Promise<void> {
  adapterState.value = { kind: 'looking' };
  try {
    // Where a page has none, its worker has none, and need not be loaded to say so.
    if (!('gpu' in navigator)) throw new FlatwalkError('NO_WEBGPU', 'This browser has no WebGPU', '');
    adapterState.value = { kind: 'here', adapter: await call('open', null) };
  } catch (error) {
    adapterState.value = { kind: 'none', error: error as Error };
  }
}

/** Whether a processor computes what a GPU should. */
export const isSoftware = () => adapterState.value.kind === 'here' && adapterState.value.adapter.software;

/** The adapter in a few words. */
export function adapterWords({ name, description }: AdapterDescription): string {
  return description && description !== name ? `${name} (${description})` : name;
}
