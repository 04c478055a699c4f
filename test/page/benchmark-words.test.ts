/** What the tab Benchmark says, without a browser. */
import { describe, expect, test } from 'vitest';
import { compareDocuments } from '../../bench/compare.ts';
import type { BenchCase } from '../../bench/document.ts';
import { comparisonMarkdown, resultMarkdown } from '../../bench/markdown.ts';
import { describeProblems } from '../../bench/problems.ts';
import { estimate } from '../../bench/statistics.ts';
import { clockAdvice } from '../../src/host/page/benchmark/clock.ts';
import { benchDocument, benchText, fileNameOf, nameOf } from '../../src/host/page/benchmark/document.ts';
import { headlines } from '../../src/host/page/benchmark/headlines.ts';
import { type BrowserFacts, pageEnvironment } from '../../src/host/page/export/environment.ts';
import { attentionWarnings } from '../../src/host/page/session/attention.ts';
import { documentOf } from '../bench/documents.ts';

const check = { passed: true, error: 0, tolerance: 0, note: 'a count' };
const of = (name: string, nanoseconds: number, rest: Partial<BenchCase> = {}): BenchCase => {
  const samples = Array.from({ length: 8 }, (_, k) => nanoseconds * (1 + k / 1000));
  const time = { ...estimate(samples), samples, unitsPerSample: 1 };
  return { case: name, suite: 'steps', unit: 'step', time, check, ...rest };
};

describe('headlines', () => {
  test('tell steps a second, arithmetic and memory, of the best of each kind', () => {
    const found = headlines([
      of('small/one run', 1000),
      of('small/4 replicas', 500),
      of('small/1024 replicas', 2),
      of('small/run of 1000 steps', 1),
      of('large/multiply-add, scalar', 1, { rates: { gflops: 41_234, gbs: 1 } }),
      of('large/multiply-add, vec4', 1, { rates: { gflops: 39_000, gbs: 1 } }),
      of('large/copy', 1, { rates: { gflops: 0, gbs: 512.34 } }),
    ]);
    expect(found.map(({ value, unit }) => `${value} ${unit}`)).toEqual([
      '997,000 steps of the small network a second',
      '498,000,000 such steps a second, many runs at once',
      '41,200 GFLOP/s',
      '512 GB/s',
    ]);
    expect(found[1].words).toContain('1,024 runs');
  });

  test('leave out what was not measured, or is wrong', () => {
    expect(headlines([of('small/one run', 1000, { time: null }), of('mid/step, data space', 5)])).toEqual([]);
  });
});

describe('a document of a page', () => {
  const environment = documentOf([]).environment as never;
  const result = {
    problem: describeProblems(false),
    outcome: { kind: 'lost', error: new Error('The GPU device was lost (unknown): gone\n  Open a new engine.') },
    clock: null,
    noiseFloor: null,
    cases: [of('small/one run', 1000)],
    figures: [],
    skipped: [],
    warnings: ['busy'],
    seconds: 2,
  } as const;
  const around = { date: '2026-02-03T04:05:06.789Z', warnings: ['hidden'] };
  const made = benchDocument(result, { effort: 'quick', filter: 'one' }, environment, around);

  test('says how the device was lost, as the command line does, and what only the page knows', () => {
    const read = JSON.parse(benchText(made));
    expect(read.outcome.error).toEqual({
      code: 'DEVICE_LOST',
      message: 'The GPU device was lost (unknown): gone',
      fix: 'Open a new engine.',
    });
    expect(read.warnings).toEqual(['busy', 'hidden']);
    expect(Object.keys(read).slice(0, 2)).toEqual(['schema', 'command']);
  });

  test('has a name for people and one for its file', () => {
    expect(nameOf(made)).toMatch(/ · card · quick · 'one'$/);
    expect(nameOf({ ...made, date: '<b>', config: { effort: 1 } })).toBe('no date · card');
    expect(fileNameOf(made)).toBe('flatwalk-bench-card-20260203-040506.json');
  });

  test('as Markdown has its tables, and no signs of its own in texts', () => {
    const failed = of('small/a|b', 5, { time: null, check: { ...check, passed: false, note: 'row 3: *<b>*' } });
    const markdown = resultMarkdown({ ...made, cases: [...made.cases, failed] });
    expect(markdown).toContain('### steps');
    expect(markdown).toMatch(/\| ✓ \| small\/one run \| 1\.00 µs \|/);
    expect(markdown).toContain('small/a\\|b');
    expect(markdown).toContain('✗ FAILED: steps small/a\\|b: row 3: \\*\\<b>\\*. Its time is not given.');
    expect(markdown).toContain('Warning: hidden');
  });

  test('a comparison as Markdown has the words of the command line', () => {
    const [old, now] = [documentOf([of('small/one run', 1000)]), documentOf([of('small/one run', 2000)])];
    const markdown = comparisonMarkdown(old, now, compareDocuments(old, now));
    expect(markdown).toMatch(/\| ✗ \| small\/one run \| 1\.00 µs \| 2\.01 µs \| \+100 % \|/);
    expect(markdown).toContain('✗ SLOWER by more than 5.0 %: small/one run');
  });
});

test('a coarse clock is met by advice, a fine one by none', () => {
  expect(clockAdvice(100_000, false)).toContain('Cross-Origin-Opener-Policy: same-origin');
  expect(clockAdvice(100_000, true)).not.toContain('Cross-Origin');
  expect(clockAdvice(5000, false)).toBeNull();
  expect(clockAdvice(undefined, false)).toBeNull();
});

test('what disturbed a measurement is said, and nothing else', () => {
  expect(attentionWarnings({ hidden: 0, stood: 0, disturbed: false })).toEqual([]);
  expect(attentionWarnings({ hidden: 2.25, stood: 12, disturbed: true }).map((one) => one.split(':')[0])).toEqual([
    'The tab was hidden for 2.3 s of the measurement',
    'The page stood still for 12 s',
    'The page had something else to compute meanwhile.',
  ]);
});

describe('the environment', () => {
  const { adapter } = documentOf([]).environment;
  const facts = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0' };

  test('of a browser that tells its versions', async () => {
    const userAgentData: BrowserFacts['userAgentData'] = {
      getHighEntropyValues: async () => ({
        fullVersionList: [
          { brand: 'Not/A)Brand', version: '8.0' },
          { brand: 'Chromium', version: '147.0.1' },
          { brand: 'Google Chrome', version: '147.0.2' },
        ],
        platform: 'Linux',
        platformVersion: '6.1',
        architecture: 'x86',
      }),
    };
    expect(await pageEnvironment(adapter, 'abc', { ...facts, hardwareConcurrency: 8, userAgentData })).toMatchObject({
      in: 'page',
      browser: 'Chrome/147.0.2',
      system: 'Linux 6.1 x86',
      cpu: 'unknown x 8',
    });
  });

  test('of one that tells its name alone', async () => {
    expect(await pageEnvironment(adapter, 'abc', { ...facts, hardwareConcurrency: 4 })).toMatchObject({
      browser: facts.userAgent,
      system: 'X11; Linux x86_64; rv:141.0',
    });
  });
});
