/** How requests, events and answers pass between the page and its worker. Errors keep their code and what to do. */
import { type ErrorCode, FlatwalkError } from '../../../model/errors.ts';
import { withoutFix } from '../kit/error-words.ts';
import type { Answer, Ask, EventOf, RequestName } from './requests.ts';

export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly name: RequestName; readonly ask: unknown }
  /** The wish that a request end early. What it then answers, if anything, is its own to say. */
  | { readonly kind: 'abort'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'event'; readonly id: number; readonly event: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };

interface Failure {
  /** null for what is no FlatwalkError and should not have happened. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly fix: string;
}

export interface HandlerContext<N extends RequestName> {
  readonly emit: (event: EventOf<N>, transfer?: Transferable[]) => void;
  readonly signal: AbortSignal;
}

type Handlers = {
  readonly [N in RequestName]: (ask: Ask<N>, context: HandlerContext<N>) => Promise<Answer<N>>;
};

export function describe(error: unknown): Failure {
  if (!(error instanceof FlatwalkError)) {
    return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error), fix: '' };
  }
  const { code, fix } = error;
  // The message repeats the fix, which pages show apart.
  return { code, message: withoutFix(error), fix };
}

export function revive({ code, message, fix }: Failure): Error {
  return code ? new FlatwalkError(code, message, fix) : new Error(message);
}

/** Answers requests until the worker ends. */
export function serve(handlers: Handlers, scope: Pick<Worker, 'postMessage' | 'addEventListener'>): void {
  const running = new Map<number, AbortController>();
  const tell = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);
  scope.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    const { id } = data;
    if (data.kind === 'abort') return running.get(id)?.abort();
    const stop = new AbortController();
    running.set(id, stop);
    const handle = handlers[data.name] as (ask: unknown, context: HandlerContext<RequestName>) => Promise<unknown>;
    handle(data.ask, {
      signal: stop.signal,
      emit: (event, transfer) => tell({ kind: 'event', id, event }, transfer),
    })
      .then(
        (answer) => tell({ kind: 'answer', id, answer }),
        (error) => tell({ kind: 'failed', id, failure: describe(error) }),
      )
      .finally(() => running.delete(id));
  });
}
