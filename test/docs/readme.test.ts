/** What a newcomer types first does what the README says. */
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useProgram } from '../host/program.ts';

const root = new URL('../..', import.meta.url).pathname;
const chapter = readFileSync(join(root, 'README.md'), 'utf8').split('## From a table to a report')[1].split('\n## ')[0];

const { flatwalk, folder: scratch, rowsIn, summaryIn } = useProgram();

test('from a table to a report in two commands', { timeout: 300_000 }, async () => {
  const commands = [...chapter.matchAll(/^npx flatwalk (.*)$/gm)].map(([, words]) => words.split(' '));
  expect(commands).toHaveLength(2);
  symlinkSync(join(root, 'docs'), join(scratch, 'docs'));
  for (const words of commands) {
    const { code, out, err } = await flatwalk(words);
    expect(code, out + err).toBe(0);
    expect(out).toContain('results/coffee/report.html');
  }
  const folder = join(scratch, 'results/coffee');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('coffee.csv');
  expect(readdirSync(join(folder, 'figures')).filter((name) => name.endsWith('.png')).length).toBeGreaterThan(5);
  expect(existsSync(join(folder, 'weights.npz'))).toBe(true);
  // And the numbers that it names.
  const { finalMetrics, traceOptimum } = summaryIn('results/coffee');
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
  expect(median(finalMetrics.gap) / traceOptimum).toBeLessThan(0.003);
  expect(median(rowsIn('results/coffee')[0].stableRank)).toBeCloseTo(2.4, 1);
  expect(median(finalMetrics.stableRank)).toBeLessThan(1.02);
});
