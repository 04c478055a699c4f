/** What to do when stdout or stderr takes nothing any more: a pipe that nobody reads, a file on a full disk. */
import { FlatwalkError } from '../../engine/index.ts';
import { reason } from '../results/json.ts';

type Listener = (error: NodeJS.ErrnoException) => void;

const listeners: Listener[] = [];

/** The latest listener alone is told, of every failed write. Returns what takes it away again. */
export function onBrokenOutput(listener: Listener): () => void {
  if (listeners.length === 0) {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => listeners.at(-1)?.(error));
    }
  }
  listeners.push(listener);
  return () => {
    listeners.splice(listeners.indexOf(listener), 1);
  };
}

export function brokenOutput(cause: NodeJS.ErrnoException): FlatwalkError {
  const message = `Cannot write what is printed: ${reason(cause)}`;
  return new FlatwalkError('HOST', message, 'Free some space, or print to somewhere else.', { cause });
}
