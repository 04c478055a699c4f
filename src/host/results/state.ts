/** Whether somebody is still writing to a results folder. */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Summary } from './schema.ts';

/** `killed`: it has not said how it ended, and its process is gone. `unknown`: its process is on another machine. */
export type State = 'running' | 'unknown' | 'killed' | 'ended';

/** Whether the process that writes is still there, as far as can be known from here. */
export function stateOf({ outcome }: Summary): State {
  if (outcome.kind !== 'running') return 'ended';
  const { process: id, host } = outcome;
  // A machine that begins anew, as a container, counts its processes from 1 again.
  if (id === undefined || host !== hostname() || id === process.pid) return 'unknown';
  return isAlive(id) ? 'running' : 'killed';
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
  } catch (error) {
    // Somebody else's process is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const about = `/proc/${id}`;
  if (!existsSync(about)) return true;
  // What nobody has waited for keeps its number after its end; and numbers are given again.
  const state = readFileSync(`${about}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
  return state !== 'Z' && /flatwalk/.test(readFileSync(`${about}/cmdline`, 'utf8'));
}
