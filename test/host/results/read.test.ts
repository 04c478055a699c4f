import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readResults } from '../../../src/host/results/read.ts';

const root = mkdtempSync(join(tmpdir(), 'flatwalk-results-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** A folder with these files. */
function folder(files: Record<string, string>): string {
  const path = join(root, String(count++));
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const summary = (kind: string, more: object = {}) =>
  JSON.stringify({ schema: 2, command: 'run', outcome: { kind }, ...more });
const line = (step: number) => `{"run":"train","step":${step},"loss":[1,"NaN"],"diverged":[{"replica":1,"step":3}]}\n`;

describe('a results folder', () => {
  test('is read with numbers that are not finite, lists and times', () => {
    const path = folder({
      'summary.json': summary('finished', { finalMetrics: { loss: ['Infinity', 2] }, other: [1] }),
      'metrics.ndjson': `${line(0)}{"run":"flow","step":1,"time":0.5,"singularValues":[[2,"-Infinity"]],"diverged":[]}\n`,
      'features.ndjson': '{"run":"train","step":0,"samples":2,"width":1,"values":[1,2]}\n',
    });
    expect(readResults(path)).toEqual({
      path,
      running: false,
      summary: {
        schema: 2,
        command: 'run',
        outcome: { kind: 'finished' },
        finalMetrics: { loss: [Number.POSITIVE_INFINITY, 2] },
        other: [1],
      },
      rows: [
        { run: 'train', step: 0, values: { loss: [1, Number.NaN] }, diverged: [{ replica: 1, step: 3 }] },
        { run: 'flow', step: 1, time: 0.5, values: { singularValues: [[2, Number.NEGATIVE_INFINITY]] }, diverged: [] },
      ],
      features: [{ run: 'train', step: 0, samples: 2, width: 1, values: [1, 2] }],
    });
  });

  test('of the form before, and one without rows yet', () => {
    const old = folder({ 'summary.json': '{"schema":1,"command":"flow","outcome":{"kind":"finished"},"weights":[1]}' });
    expect(readResults(old)).toMatchObject({ rows: [], features: [], running: false, summary: { schema: 1 } });
  });

  test('a last half line is left out while the run goes on, and damage when it has ended', () => {
    const files = { 'metrics.ndjson': line(0) + line(10).slice(0, 30) };
    const going = readResults(folder({ 'summary.json': summary('running'), ...files }));
    expect(going.rows.map((row) => row.step)).toEqual([0]);
    expect(going.running).toBe(true);
    const ended = folder({ 'summary.json': summary('finished'), ...files });
    expect(() => readResults(ended)).toThrow(/metrics\.ndjson, line 2 is damaged: it is cut off/);
  });

  const wrong: [name: string, files: Record<string, string>, message: RegExp][] = [
    ['without a summary', { 'notes.txt': '' }, /holds no results: it has no summary\.json\n {2}Give a folder/],
    ['an empty summary', { 'summary.json': '' }, /summary\.json is damaged: it is no JSON/],
    ['a summary of something else', { 'summary.json': '{"total":3}' }, /not a summary of flatwalk: it has no schema/],
    ['a summary that is a list', { 'summary.json': '[1]' }, /not a summary of flatwalk/],
    ['a summary that is null', { 'summary.json': 'null' }, /not a summary of flatwalk/],
    [
      'a later form',
      { 'summary.json': '{"schema":3,"command":"run"}' },
      /has form 3; this flatwalk reads forms up to 2/,
    ],
    ['an outcome that there is not', { 'summary.json': summary('lunch') }, /damaged: outcome\.kind: Invalid option/],
    [
      'a line that is no JSON',
      { 'summary.json': summary('running'), 'metrics.ndjson': `${line(0)}oops\n` },
      /metrics\.ndjson, line 2 is damaged: it is no JSON/,
    ],
    [
      'an empty line',
      { 'summary.json': summary('finished'), 'metrics.ndjson': `${line(0)}\n${line(1)}` },
      /metrics\.ndjson, line 2 is damaged/,
    ],
    [
      'a row without a step',
      { 'summary.json': summary('finished'), 'metrics.ndjson': '{"run":"train","diverged":[]}\n' },
      /metrics\.ndjson, line 1 is damaged: step: /,
    ],
    [
      'a metric that is null',
      { 'summary.json': summary('finished'), 'metrics.ndjson': '{"run":"a","step":0,"loss":[null],"diverged":[]}\n' },
      /line 1 is damaged: loss\.0: /,
    ],
    [
      'features that do not fill their matrix',
      {
        'summary.json': summary('finished'),
        'features.ndjson': '{"run":"a","step":0,"samples":2,"width":2,"values":[1]}\n',
      },
      /features\.ndjson, line 1 is damaged: it has 1 values instead of 2 x 2/,
    ],
  ];
  test.each(wrong)('%s is refused, and named', (_, files, message) => {
    expect(() => readResults(folder(files))).toThrow(message);
  });

  test('a path that is none, and one that is a file', () => {
    expect(() => readResults(join(root, 'nowhere'))).toThrow(/There is no folder .*nowhere/);
    const file = join(folder({ 'a.csv': '' }), 'a.csv');
    expect(() => readResults(file)).toThrow(/a\.csv is a file, not a results folder/);
  });
});
