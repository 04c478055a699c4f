/** Whether the page can be used without network, which a service worker sees to. */
import { signal } from '@preact/signals';

type Offline =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ready' }
  /** Why it cannot. */
  | { readonly kind: 'none'; readonly reason: string };

export const offline = signal<Offline>({ kind: 'unknown' });

/** Has the browser keep the page once it is loaded. Never rejects: what goes wrong is a state. */
export async function keepForOffline(): Promise<void> {
  // The development server changes its files all the time.
  if (import.meta.hot) return;
  if (!('serviceWorker' in navigator)) {
    offline.value = { kind: 'none', reason: 'the browser keeps no pages here' };
    return;
  }
  try {
    await navigator.serviceWorker.register('./service-worker.js');
    await navigator.serviceWorker.ready;
    offline.value = { kind: 'ready' };
  } catch (error) {
    offline.value = { kind: 'none', reason: error instanceof Error ? error.message : String(error) };
  }
}
