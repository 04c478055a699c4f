/** The program as users run it, built from the sources as they are now. */
import { execFile, execFileSync, type SpawnOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Program {
  /** The file that Node runs. */
  readonly file: string;
  /** An empty folder, in which commands run. */
  readonly folder: string;
  flatwalk(args: readonly string[], options?: Pick<SpawnOptions, 'cwd' | 'env'> & { node?: string[] }): Promise<Ended>;
}

/** Builds the program before the file's tests and removes it after them. */
export function useProgram(): Program {
  // Inside the project, so that it finds the packages and the pages.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, 'flatwalk-program-'));
  const folder = mkdtempSync(join(tmpdir(), 'flatwalk-shell-'));
  const file = join(out, 'cli/flatwalk.js');
  beforeAll(() => {
    execFileSync(process.execPath, ['build.mjs', 'cli', `--out=${out}`], { cwd: root, stdio: 'inherit' });
  });
  afterAll(() => {
    rmSync(out, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    file,
    folder,
    flatwalk: (args, { cwd = folder, env, node = [] } = {}) =>
      new Promise((done) => {
        const tuned = { FLATWALK_TUNE_FILE: join(folder, 'tuned.json') };
        const options = { cwd, env: { ...process.env, ...tuned, ...env }, maxBuffer: 2 ** 26 };
        const child = execFile(process.execPath, [...node, file, ...args], options, (_, out, err) => {
          done({ code: child.exitCode, signal: child.signalCode, out, err });
        });
      }),
  };
}

/** Of an exception, not of a message. */
export const stackTrace = /^\s+at .*[:(]/m;
