/** The page about the lab says what the lab says. */
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { browsers, linuxFlags, softwareFlags } from '../../src/host/page/trouble/browsers.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const page = read('docs/lab.md');

test('browsers and flags are those that the error panels name', () => {
  const rows = [...page.matchAll(/^\| (Chrome, Edge|Safari|Firefox) \| (.*) \| (.*) \|$/gm)].map(
    ([, name, versions, remarks]) => ({ name, versions, remarks }),
  );
  expect(rows).toEqual(browsers);
  expect(page).toContain(linuxFlags);
  expect(page).toContain(softwareFlags);
});

test('every tab has its row', () => {
  const names = [...read('src/host/page/tabs.tsx').matchAll(/title: '([^']+)'/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(page).toContain(`| **${name}** |`);
});

test('its pictures are there, and light enough for a page', () => {
  const pictures = [...page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, name]) => name);
  expect(pictures).toHaveLength(3);
  for (const name of pictures)
    expect(statSync(new URL(`../../docs/${name}`, import.meta.url)).size).toBeLessThan(200_000);
});
