import type { TaskName, TaskOptions, TaskResult } from '../../tasks/index.ts';
import { type CallOptions, call } from './link.ts';

/** Runs a task of src/host/tasks in the worker. @throws what the task throws */
export function perform<N extends TaskName>(
  task: N,
  options: TaskOptions<N>,
  around: CallOptions<'perform'> = {},
): Promise<TaskResult<N>> {
  return call('perform', { task, options }, around) as Promise<TaskResult<N>>;
}
