/**
 * Before all tests of one vitest: the folder in which built.ts builds, once for all test files, what they ask for. `npm test`, which has
 * just built everything into dist/, names its root by FLATWALK_TEST_BUILT, and nothing is built again.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A package's root: dist/cli and dist/page are in it, or will be. */
    readonly built: string;
    /** Whether they are there already. */
    readonly complete: boolean;
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));

export default function setup(project: TestProject) {
  const finished = process.env.FLATWALK_TEST_BUILT;
  project.provide('complete', Boolean(finished));
  if (finished) {
    project.provide('built', finished);
    return;
  }
  // Inside the project, so that the program finds the packages that it loads late.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'flatwalk-built-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const empty = () => {
    remove();
    mkdirSync(folder);
    // The program looks for the pages in the package that it belongs to.
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  };
  empty();
  project.provide('built', folder);
  // While vitest watches, the sources change.
  project.onTestsRerun(empty);
  return remove;
}
