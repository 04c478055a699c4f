import { bench } from './bench.ts';
import { fingerprint } from './fingerprint.ts';
import { peers } from './peers.ts';
import { reproduce } from './reproduce.ts';
import type { Task } from './task.ts';
import { train } from './train.ts';
import { verifyTask } from './verify.ts';

/** Every task, by the name under which commands, pages and headless Chrome ask for it. */
export const tasks = { reproduce, verify: verifyTask, train, fingerprint, bench, peers };

export type TaskName = keyof typeof tasks;
export type TaskOptions<N extends TaskName> = (typeof tasks)[N] extends Task<infer Options, infer _> ? Options : never;
export type TaskResult<N extends TaskName> = (typeof tasks)[N] extends Task<infer _, infer Result> ? Result : never;
