/** docs/shell.md names every exit code, every environment variable that is read, every shell and every choice of an adapter. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shells } from '../../src/host/cli/completion.ts';
import { exitMeanings } from '../../src/host/cli/exit.ts';
import { adapterWishes } from '../../src/host/node/environment.ts';

const root = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(root, 'docs/shell.md'), 'utf8');
const chapter = (title: string) => text.split(/^## /m).find((one) => one.startsWith(title)) ?? '';
const rows = (title: string) => [...chapter(title).matchAll(/^\| (.+?) \| .* \|$/gm)].map(([, first]) => first);

test('exit codes', () => {
  for (const [code, meaning] of exitMeanings) expect(chapter('Exit codes')).toContain(`| ${code} | ${meaning} |`);
  expect(rows('Exit codes').filter((code) => /^\d+$/.test(code))).toHaveLength(exitMeanings.length);
});

test('adapters and shells', () => {
  expect(rows('Which adapter').filter((one) => one.startsWith('`'))).toEqual(
    adapterWishes.map((wish) => `\`${wish}\``),
  );
  for (const shell of shells) expect(chapter('Completion')).toContain(`flatwalk completion ${shell}`);
});

test('environment variables: those that are read, and no other', () => {
  const read = ['src', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      // The guard for tests of others has a page of its own.
      .filter((file) => file.endsWith('.ts') && !file.includes('host/vitest/'))
      .flatMap((file) => {
        const source = readFileSync(join(root, folder, file), 'utf8');
        return [...source.matchAll(/\b((?:FLATWALK|PUPPETEER|VK)_[A-Z_]+[A-Z]|NO_COLOR|FORCE_COLOR)\b/g)].map(
          ([, name]) => name,
        );
      }),
  );
  // Vulkan's names of errors, and what is for this project's own tests.
  const wanted = new Set(
    read.filter((name) => !/^VK_(?!DRIVER_FILES|ICD_FILENAMES)|^FLATWALK_(TEST|UPDATE)_/.test(name)),
  );
  const told = rows('Environment variables').flatMap((row) =>
    [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  );
  expect(told.sort()).toEqual([...wanted].sort());
});
