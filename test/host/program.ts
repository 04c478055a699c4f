/** The program as users run it, built from the sources as they are now, in processes of its own. */
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let built = '';
/** Those that a failed test leaves would go on for ever. */
const running = new Set<ChildProcess>();

/** Where its tests work. */
export const scratch = mkdtempSync(join(tmpdir(), 'flatwalk-program-'));

/** Builds it before the file's tests, and removes it and what they have written after them. */
export function useProgram(): void {
  beforeAll(
    () =>
      new Promise<void>((done, fail) => {
        // Inside the project, so that it finds the packages.
        mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
        built = mkdtempSync(join(root, 'node_modules/.cache/flatwalk-program-'));
        const args = ['build.mjs', 'cli', `--out=${built}`];
        execFile(process.execPath, args, { cwd: root }, (error) => (error ? fail(error) : done()));
      }),
    120_000,
  );
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    for (const folder of [built, scratch]) rmSync(folder, { recursive: true, force: true });
  });
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts it in `scratch`. */
export function start(args: readonly string[], env: Record<string, string> = {}): Started {
  // Not the user's own findings, which would decide plans.
  const own = { FLATWALK_TUNE_FILE: join(scratch, 'tuned.json') };
  const options = { cwd: scratch, env: { ...process.env, ...own, ...env }, maxBuffer: 2 ** 26 };
  let end: (ended: Ended) => void;
  const ended = new Promise<Ended>((done) => {
    end = done;
  });
  const child = execFile(process.execPath, [join(built, 'cli/flatwalk.js'), ...args], options, (_, out, err) => {
    running.delete(child);
    end({ code: child.exitCode, out, err });
  });
  running.add(child);
  return { process: child, ended };
}

/** Runs it to its end. */
export function flatwalk(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
  return start(args, env).ended;
}

/** The rows of a results folder. Every line must be a whole one. */
export function rowsIn(folder: string) {
  const lines = readFileSync(join(scratch, folder, 'metrics.ndjson'), 'utf8').split('\n');
  if (lines.pop() !== '') throw new Error(`${folder}: the last line is cut off`);
  return lines.map((line) => JSON.parse(line));
}

export function summaryIn(folder: string) {
  return JSON.parse(readFileSync(join(scratch, folder, 'summary.json'), 'utf8'));
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
