import { bench } from './bench.ts';
import { explain } from './explain.ts';
import { fingerprint } from './fingerprint.ts';
import { flowTask } from './flow.ts';
import { inspect } from './inspect.ts';
import { peers } from './peers.ts';
import { reproduce } from './reproduce.ts';
import type { Task } from './task.ts';
import { configure, train } from './train.ts';
import { tune } from './tune.ts';
import { verifyTask } from './verify.ts';

/** Every task, by the name under which commands, pages and headless Chrome ask for it. */
export const tasks = {
  reproduce,
  verify: verifyTask,
  train,
  configure,
  fingerprint,
  bench,
  peers,
  explain,
  tune,
  inspect,
  flow: flowTask,
};

export type TaskName = keyof typeof tasks;
export type TaskOptions<N extends TaskName> = (typeof tasks)[N] extends Task<infer Options, infer _> ? Options : never;
export type TaskResult<N extends TaskName> = (typeof tasks)[N] extends Task<infer _, infer Result> ? Result : never;
