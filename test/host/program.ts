/** The program as users run it, in processes of its own. */
import { type ChildProcess, execFile, type SpawnOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { useBuilt } from '../built.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

type Around = Pick<SpawnOptions, 'cwd' | 'env'> & { readonly node?: string[] };

export interface Program {
  /** The file that Node runs. */
  readonly file: string;
  /** An empty folder, in which commands run. */
  readonly folder: string;
  start(args: readonly string[], around?: Around): Started;
  /** Runs it to its end. */
  flatwalk(args: readonly string[], around?: Around): Promise<Ended>;
  /** The rows of a results folder. Every line must be a whole one. */
  rowsIn(folder: string): ReturnType<typeof JSON.parse>[];
  summaryIn(folder: string): ReturnType<typeof JSON.parse>;
}

/** Has the program built before the file's tests, and removes what they have written after them. */
export function useProgram(): Program {
  const folder = mkdtempSync(join(tmpdir(), 'flatwalk-program-'));
  const file = useBuilt('cli');
  /** Those that a failed test leaves would go on for ever. */
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function start(args: readonly string[], { cwd = folder, env, node = [] }: Around = {}): Started {
    // Not the user's own findings, which would decide plans.
    const tuned = { FLATWALK_TUNE_FILE: join(folder, 'tuned.json') };
    const options = { cwd, env: { ...process.env, ...tuned, ...env }, maxBuffer: 2 ** 26 };
    let end: (ended: Ended) => void;
    const ended = new Promise<Ended>((done) => {
      end = done;
    });
    const child = execFile(process.execPath, [...node, file, ...args], options, (_, out, err) => {
      running.delete(child);
      end({ code: child.exitCode, signal: child.signalCode, out, err });
    });
    running.add(child);
    return { process: child, ended };
  }
  const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
  return {
    file,
    folder,
    start,
    flatwalk: (args, around) => start(args, around).ended,
    rowsIn(path) {
      const lines = read(path, 'metrics.ndjson').split('\n');
      if (lines.pop() !== '') throw new Error(`${path}: the last line is cut off`);
      return lines.map((line) => JSON.parse(line));
    },
    summaryIn: (path) => JSON.parse(read(path, 'summary.json')),
  };
}

/** Waits until something holds. Gives up when a process ends without it. */
export async function until(what: () => boolean, meanwhile: Started): Promise<void> {
  let over = false;
  meanwhile.ended.then(() => {
    over = true;
  });
  while (!what()) {
    if (over && !what()) throw new Error('the program ended before');
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Of an exception, not of a message. */
export const stackTrace = /^\s+at .*[:(]/m;
