/** The page's end of the wire to its worker. */
import { signal } from '@preact/signals';
import { FlatwalkError } from '../../../model/errors.ts';
import type { Answer, Ask, EventOf, RequestName } from '../worker/requests.ts';
import { type FromWorker, revive, type ToWorker } from '../worker/wire.ts';

export interface CallOptions<N extends RequestName> {
  readonly onEvent?: (event: EventOf<N>) => void;
  readonly signal?: AbortSignal;
  readonly transfer?: Transferable[];
}

interface Pending {
  readonly onEvent: (event: unknown) => void;
  readonly answer: (value: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** How many requests the worker is at work on, beyond opening. */
export const busy = signal(0);

const pending = new Map<number, Pending>();
let worker: Worker | null = null;
let next = 1;

/** Asks the worker for something. @throws what the worker's handler throws, a FlatwalkError with its code and fix */
export function call<N extends RequestName>(
  name: N,
  ask: Ask<N>,
  { onEvent, signal, transfer = [] }: CallOptions<N> = {},
): Promise<Answer<N>> {
  worker ??= start();
  const to = worker;
  const id = next++;
  const tell = (message: ToWorker, moved: Transferable[] = []) => to.postMessage(message, moved);
  const abort = () => tell({ kind: 'abort', id });
  busy.value += 1;
  const answered = new Promise<Answer<N>>((resolve, reject) => {
    pending.set(id, {
      onEvent: (event) => onEvent?.(event as EventOf<N>),
      answer: (value) => resolve(value as Answer<N>),
      fail: reject,
    });
  });
  tell({ kind: 'ask', id, name, ask }, transfer);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  return answered.finally(() => {
    pending.delete(id);
    signal?.removeEventListener('abort', abort);
    busy.value -= 1;
  });
}

function start(): Worker {
  const made = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'flatwalk' });
  let alive = false;
  made.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    alive = true;
    const waiting = pending.get(data.id);
    if (data.kind === 'event') waiting?.onEvent(data.event);
    else if (data.kind === 'answer') waiting?.answer(data.answer);
    else waiting?.fail(revive(data.failure));
  });
  made.addEventListener('error', (event) => {
    event.preventDefault();
    const error = alive ? new Error(event.message) : notLoaded(event.message);
    // Whoever asks next has another try.
    if (!alive) {
      made.terminate();
      if (worker === made) worker = null;
    }
    for (const { fail } of pending.values()) fail(error);
  });
  return made;
}

function notLoaded(reason: string | undefined): FlatwalkError {
  return new FlatwalkError(
    'HOST',
    `The page's worker, which does all computing, could not be loaded${reason ? `: ${reason}` : ''}`,
    'Try again, or reload the page. If that does not help, its folder on the server misses files, something on the way blocks them, or the browser is too old for workers made of modules.',
  );
}
