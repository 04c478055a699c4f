/** Runs in the page runner.html, for run-task.ts: any task, on the browser's WebGPU. */
import { Engine } from '../../engine/index.ts';
import { FlatwalkError } from '../../model/errors.ts';
import { IndexedTuned } from '../page/tuned-store.ts';
import { tasks } from '../tasks/index.ts';
import type { Task, TaskContext } from '../tasks/task.ts';
import { decode, encode, type Message } from './wire.ts';

/** The global of the page. */
export interface Runner {
  /**
   * Starts a task and returns at once: a task may take longer than a call into a page is given. Options and messages are
   * text of wire.ts.
   */
  (taskName: string, options: string, tell: (message: string) => unknown): void;
  /** Wishes that the running task stop. */
  abort(): void;
}

declare global {
  var flatwalkRun: Runner;
}

const stop = new AbortController();

async function run(taskName: string, options: string, tell: (message: Message) => void): Promise<unknown> {
  const known: Readonly<Record<string, Task<unknown, unknown>>> = tasks as Record<string, Task<never, unknown>>;
  if (!Object.hasOwn(known, taskName)) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `There is no task '${taskName}'`,
      `There are: ${Object.keys(known).join(', ')}.`,
    );
  }
  const engine = await Engine.open();
  try {
    tell({ kind: 'opened', adapter: engine.adapter });
    const context: TaskContext = {
      emit: (event) => tell({ kind: 'event', event }),
      signal: stop.signal,
      open: () => Engine.open(),
      tuned: new IndexedTuned((text) => tell({ kind: 'event', event: { kind: 'note', text } })),
    };
    return await known[taskName].run(engine, decode(options), context);
  } finally {
    engine.dispose();
  }
}

globalThis.flatwalkRun = Object.assign(
  (taskName: string, options: string, tellText: (message: string) => unknown) => {
    const tell = (message: Message) => void tellText(encode(message));
    run(taskName, options, tell).then(
      (result) => tell({ kind: 'done', result }),
      (error: unknown) => tell({ kind: 'failed', error }),
    );
  },
  { abort: () => stop.abort() },
);
