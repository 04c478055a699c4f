/** Runs `child-main.ts` in a process of its own: what a process leaves behind can only be seen from outside. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';

/** Bundles the program for Node before the file's tests and removes it after them. */
export function useChild(): void {
  beforeAll(async () => {
    // Inside the project, so that it finds the packages.
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules/.cache/flatwalk-child-'));
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      build: { ssr: 'test/host/child-main.ts', outDir: folder, emptyOutDir: false, minify: false },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<ChildResult>;
  /** Resolves when the output contains a text; rejects when the process ends without it. */
  waitFor(text: string): Promise<string>;
}

export function startChild(mode: string, environment: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, ['--expose-gc', join(folder, 'child-main.js'), mode], {
    env: { ...process.env, ...environment },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const ended = new Promise<ChildResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
  const waitFor = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve(output);
      };
      child.stdout.on('data', look);
      look();
      ended.then(() => reject(new Error(`the process ended without "${text}":\n${output}${errors}`)), reject);
    });
  return { process: child, ended, waitFor };
}

export function runChild(mode: string, environment: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
  return startChild(mode, environment).ended;
}
