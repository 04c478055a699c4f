/** The program and the pages as users have them, built from the sources as they are now: once, whichever test file asks first. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, inject } from 'vitest';

/** The package's root that they are in; their places are known before they are there. */
const folder = inject('built');
const places = { cli: join(folder, 'dist/cli/flatwalk.js'), page: join(folder, 'dist/page') };
type Target = keyof typeof places;

/** Has a target built before the file's tests. Its place, for reading only: other test files use it too. */
export function useBuilt(target: Target): string {
  beforeAll(() => inject('complete') || builtOnce(target), 120_000);
  return places[target];
}

/** Test files are processes: the first that makes the file of a target builds it, the others wait for what it says there. */
async function builtOnce(target: Target): Promise<void> {
  const outcome = join(folder, `${target}.outcome`);
  try {
    writeFileSync(join(folder, `${target}.begun`), '', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    while (!existsSync(outcome) || readFileSync(outcome, 'utf8') === '') await setTimeout(50);
    const said = readFileSync(outcome, 'utf8');
    if (said !== 'built') throw new Error(said);
    return;
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  try {
    await promisify(execFile)(process.execPath, ['build.mjs', target, `--out=${join(folder, 'dist')}`], { cwd: root });
    writeFileSync(outcome, 'built');
  } catch (error) {
    writeFileSync(outcome, `build.mjs ${target} failed: ${error}`);
    throw error;
  }
}
