/** Tasks by name, each loaded when it is first asked for. */

import { Engine } from '../../../engine/index.ts';
import { FlatwalkError } from '../../../model/errors.ts';
import type { TaskName } from '../../tasks/index.ts';
import type { Task } from '../../tasks/task.ts';
import { IndexedTuned } from '../tuned-store.ts';
import { openEngine } from './engine.ts';
import type { Ask } from './requests.ts';
import type { HandlerContext } from './wire.ts';

/** Those that pages offer. */
const load: Partial<Record<TaskName, () => Promise<Task<never, unknown>>>> = {
  bench: async () => (await import('../../tasks/bench.ts')).bench,
  verify: async () => (await import('../../tasks/verify.ts')).verifyTask,
  reproduce: async () => (await import('../../tasks/reproduce.ts')).reproduce,
  flow: async () => (await import('../../tasks/flow.ts')).flowTask,
};

/** @throws BAD_ARGUMENT for a task that pages do not have, and what the task throws */
export async function performTask(
  { task: name, options }: Ask<'perform'>,
  { emit, signal }: HandlerContext<'perform'>,
): Promise<unknown> {
  const found = load[name];
  if (!found) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `Pages have no task '${name}'`,
      `They have: ${Object.keys(load).join(', ')}.`,
    );
  }
  const [engine, task] = await Promise.all([openEngine(), found()]);
  const tuned = new IndexedTuned((text) => emit({ kind: 'note', text }));
  return (task as Task<unknown, unknown>).run(engine, options, { emit, signal, tuned, open: () => Engine.open() });
}
