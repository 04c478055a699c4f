/** What the tab Verify gives away, without a browser. */
import { describe, expect, test } from 'vitest';
import type { PageEnvironment } from '../../src/host/page/export/environment.ts';
import {
  claimsMarkdown,
  endWords,
  reproduceText,
  type Verified,
  verifyMarkdown,
  verifyText,
} from '../../src/host/page/verify/document.ts';
import { parseSummary } from '../../src/host/results/parse.ts';
import type { ReproduceResult } from '../../src/host/tasks/reproduce.ts';
import type { VerifyRow } from '../../src/host/tasks/verify.ts';
import { documentOf } from '../bench/documents.ts';

const { adapter } = documentOf([], {}, { name: 'a|card' }).environment;
const environment: PageEnvironment = {
  flatwalk: '1.2.3',
  kernels: 'abcd1234',
  in: 'page',
  adapter,
  browser: 'Chrome/147',
  system: 'Linux',
  cpu: 'unknown x 4',
};
const row = (kernel: string, worst: number, rest: Partial<VerifyRow> = {}): VerifyRow => ({
  kernel,
  activation: 'tanh',
  cases: 3,
  worst,
  worstCase: 'n 5: loss = 1',
  note: 'rounding',
  passed: worst <= 1,
  ...rest,
});
const broken = row('observe', 1e9, { error: "'observe' does not compile:\n  line 3", worstCase: '' });
const verified: Verified = {
  config: { quick: true },
  environment,
  rows: [row('residual', 0.5), broken, row('centre', 0.25)],
  ended: { kind: 'finished' },
};

describe('a report of a fault', () => {
  test('says who computed, what failed and why, and what did not', () => {
    const markdown = verifyMarkdown(verified);
    expect(markdown).toContain('| adapter | a\\|card |');
    expect(markdown).toContain('| flatwalk | 1.2.3, kernels abcd1234 |');
    expect(markdown).toContain('1 of 3 rows FAILED.');
    expect(markdown).toContain("| ✗ | observe | tanh | 3 | 1.0e+9 | 'observe' does not compile: line 3 |");
    expect(markdown.indexOf('| ✓ | residual')).toBeLessThan(markdown.indexOf('| ✓ | centre'));
  });

  test('of one that was stopped, or could not go on, says so', () => {
    expect(endWords(verified.rows, { kind: 'aborted' })).toEqual([
      'It was stopped.',
      '3 rows were compared until then, of which 1 FAILED.',
    ]);
    const ended = { kind: 'failed', code: 'DEVICE_LOST', message: 'The device was lost.', fix: 'Again.' } as const;
    expect(endWords([], ended).slice(0, 2)).toEqual(['The device was lost.', 'Again.']);
  });
});

describe('the document', () => {
  test('is that of the command line, and its summary where it has one', () => {
    const read = JSON.parse(verifyText(verified));
    expect(Object.keys(read)).toEqual([
      'schema',
      'command',
      'config',
      'environment',
      'outcome',
      'adapter',
      'rows',
      'passed',
    ]);
    expect(read).toMatchObject({ command: 'verify', passed: false, adapter: { name: 'a|card' } });
    expect(read.rows).toEqual(verified.rows);
    expect(parseSummary(verifyText(verified), 'it').command).toBe('verify');
    expect('passed' in JSON.parse(verifyText({ ...verified, ended: { kind: 'aborted' } }))).toBe(false);
  });

  test('of the claims is a summary of reproduce', () => {
    const claim = { id: '1', statement: 'It walks', measured: '1 | 2', expected: '1', values: { gap: 0.5 } };
    const result: ReproduceResult = {
      claims: [
        { ...claim, holds: true },
        { ...claim, id: '2', holds: false },
        { ...claim, id: '3', holds: null },
      ],
      runs: [],
      seconds: 12.34,
    };
    const summary = parseSummary(reproduceText(result, environment), 'it');
    expect(summary).toMatchObject({ command: 'reproduce', config: { quick: true }, seconds: 12.34 });
    expect(summary.claims?.map(({ holds }) => holds)).toEqual([true, false, null]);
    const markdown = claimsMarkdown(result, environment);
    expect(markdown).toContain('1 of 2 judged claims FAILED: 2.');
    expect(markdown).toContain('| ✗ | 2 It walks | 1 \\| 2 | 1 |');
  });
});
