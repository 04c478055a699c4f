/** Whether a measurement had the machine to itself, as far as a page can tell. */
import { effect } from '@preact/signals';
import { busy } from './link.ts';

interface Attention {
  /** Seconds that the page could not be seen. */
  readonly hidden: number;
  /** The longest time that the page stood still, in seconds; 0 where it never did. */
  readonly stood: number;
  /** Whether the worker had anything else to do. */
  readonly disturbed: boolean;
}

const BEAT_MS = 500;
/** Hidden pages are called once a second; nothing but a machine asleep, or a page frozen, explains more than this. */
const STANDING_MS = 3000;

/** Watches from now until `end` is called. The measurement itself is one request of the worker's. */
export function watchAttention(): { end(): Attention } {
  let hiddenMs = 0;
  let stood = 0;
  let disturbed = false;
  let hiddenSince = document.hidden ? performance.now() : null;
  let beat = performance.now();
  const look = () => {
    const now = performance.now();
    if (hiddenSince !== null) hiddenMs += now - hiddenSince;
    hiddenSince = document.hidden ? now : null;
  };
  const listen = setInterval(() => {
    const now = performance.now();
    if (now - beat > STANDING_MS) stood = Math.max(stood, now - beat);
    beat = now;
  }, BEAT_MS);
  document.addEventListener('visibilitychange', look);
  const unwatch = effect(() => {
    if (busy.value > 1) disturbed = true;
  });
  return {
    end() {
      look();
      clearInterval(listen);
      document.removeEventListener('visibilitychange', look);
      unwatch();
      return { hidden: hiddenMs / 1000, stood: stood / 1000, disturbed };
    },
  };
}

/** What a reader of the numbers should know of it. */
export function attentionWarnings({ hidden, stood, disturbed }: Attention): string[] {
  const warnings: string[] = [];
  if (hidden > 0) {
    warnings.push(`The tab was hidden for ${hidden.toFixed(1)} s of the measurement: browsers slow hidden tabs down.`);
  }
  if (stood > 0) {
    warnings.push(`The page stood still for ${stood.toFixed(0)} s: the machine slept, or the browser held it back.`);
  }
  if (disturbed) warnings.push('The page had something else to compute meanwhile.');
  return warnings;
}
