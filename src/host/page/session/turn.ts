/** What is no run and needs the device to itself. */
import { busy } from './link.ts';
import { running, takeDevice } from './record.ts';

/** Milliseconds that small requests have to be answered. */
const PATIENCE = 5000;

/**
 * Computes once the run that computes has paused, and what was asked beside it is answered. `pause`, which whoever begins next
 * calls, is the wish to end it. @throws what `compute` throws
 */
export async function takeTurn<T>(pause: () => void, compute: () => Promise<T>): Promise<T> {
  await takeDevice({ pause });
  try {
    await quiet();
    return await compute();
  } finally {
    running.value = null;
  }
}

async function quiet(): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (busy.value > 0 && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
}
