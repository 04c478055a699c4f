/** The Python that tests may use: FLATWALK_PYTHON, or python3. */
import { execFileSync, spawnSync } from 'node:child_process';

export const python = process.env.FLATWALK_PYTHON ?? 'python3';

/** Null if it can import all of these; what is missing, and how to name another Python, if not. */
export function missing(...modules: string[]): string | null {
  const program = modules.map((name) => `import ${name}`).join('\n');
  const { error, stderr, status } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  if (!error && status === 0) return null;
  const reason = error ? error.message : stderr.trim().split('\n').at(-1);
  return `skipped: ${python} (${reason}). Name a Python that has ${modules.join(', ')} with FLATWALK_PYTHON.`;
}

export function runPython(args: string[], cwd?: string): string {
  return execFileSync(python, args, { encoding: 'utf8', cwd });
}
