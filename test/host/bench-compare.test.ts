import { describe, expect, test } from 'vitest';
import { compareDocuments } from '../../bench/compare.ts';
import type { BenchCase, BenchDocument } from '../../bench/document.ts';
import { estimate } from '../../bench/statistics.ts';
import { reportComparison } from '../../src/host/cli/bench-compare.ts';
import { documentOf as makeDocument } from '../bench/documents.ts';

function caseOf(name: string, time = 100, scatter = 0.001): BenchCase {
  const samples = Array.from({ length: 20 }, (_, k) => time * (1 + scatter * ((k * 7) % 20)));
  const check = { passed: true, error: 0, tolerance: 1, note: '' };
  const suite = 'steps';
  return { case: name, suite, unit: 'step', check, time: { ...estimate(samples), samples, unitsPerSample: 1 } };
}

const soft = { name: 'Soft', software: true };
const floor = { inTurn: 0.01, drift: 0.01, share: 0.01 };
const documentOf = (cases: readonly BenchCase[], rest: Partial<BenchDocument> = {}, software = true) =>
  makeDocument(cases, { config: { effort: 'quick' }, noiseFloor: floor, ...rest }, { ...soft, software });

/** Whether it passes, and what is printed. */
function compared(old: BenchDocument, now: BenchDocument): { passed: boolean; text: string } {
  const said: string[] = [];
  const comparison = compareDocuments(old, now);
  reportComparison(comparison, { say: (line) => said.push(line), table: () => {} });
  return { passed: comparison.passed, text: said.join('\n') };
}

const two = [caseOf('small/a'), caseOf('small/b')];

test('the adapter is named in the line of the counts, and that it is software', () => {
  const soft = compared(documentOf(two), documentOf(two)).text;
  expect(soft).toContain('2 cases on Soft (software): 0 faster, 2 same, 0 slower, 0 unknown.');
  const hard = compared(documentOf(two, {}, false), documentOf(two, {}, false)).text;
  expect(hard).toContain('2 cases on Soft: 0 faster');
});

test('whether the kernels are the same is told, and forbids nothing', () => {
  const of = (kernels?: string) => {
    const document = documentOf(two);
    return { ...document, environment: { ...document.environment, kernels } };
  };
  const lines: [old: string | undefined, now: string | undefined, line: string][] = [
    ['aa', 'aa', 'Kernels: the same in both (aa).'],
    ['aa', 'bb', 'Kernels: they differ, aa in the old one, bb in the new one.'],
    [undefined, 'bb', 'Kernels: the old one does not say which it measured.'],
    ['aa', undefined, 'Kernels: the new one does not say which it measured.'],
    [undefined, undefined, 'Kernels: neither says which it measured.'],
  ];
  for (const [old, now, line] of lines) {
    const { passed, text } = compared(of(old), of(now));
    expect(text).toContain(line);
    expect(passed).toBe(true);
  }
});

test('nothing is claimed of what is unknown', () => {
  const loud = [caseOf('small/a', 100, 0.1), caseOf('small/b')];
  const { passed, text } = compared(documentOf(loud), documentOf(loud));
  expect(passed).toBe(true);
  expect(text).toContain('? Nothing is shown to be slower by more than 5.0 %; 1 unknown.');
  expect(text).not.toContain('✓');
  expect(compared(documentOf(two), documentOf(two)).text).toContain('✓ Nothing is slower by more than 5.0 %.');
});

describe('what was not compared does not pass', () => {
  const nothing: [name: string, now: BenchDocument, message: string][] = [
    ['no cases', documentOf([]), 'no case is in both documents'],
    ['other cases', documentOf([caseOf('small/c')]), 'no case is in both documents'],
    ['another unit', documentOf([{ ...two[0], unit: 'run' }]), "the unit was 'step' and is 'run'"],
    ['no case', documentOf([{ case: 'x' } as BenchCase]), 'The new document is damaged: cases[0]'],
  ];
  test.each(nothing)('%s', (_, now, message) => {
    expect(() => compareDocuments(documentOf(two), now)).toThrow(message);
    expect(() => compareDocuments(documentOf(two), now)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });

  test('nothing but the reference of a relative comparison', () => {
    const work = { flops: 1, bytes: 1 };
    const reference: BenchCase = { ...caseOf('large/multiply-add, scalar'), suite: 'roofline', work };
    const both = documentOf([reference]);
    expect(() => compareDocuments(both, both, { relative: true })).toThrow(/no case is in both documents beside/);
  });

  test('a time that is gone', () => {
    const { passed, text } = compared(documentOf(two), documentOf([two[0], { ...two[1], time: null }]));
    expect(passed).toBe(false);
    expect(text).toContain('✗ WRONG in the new one');
  });
});

describe('cases that are gone', () => {
  const skipped = (reason: string) => ({ skipped: [{ case: 'small/b', suite: 'steps', reason } as const] });
  const now = (rest: Partial<BenchDocument>) => documentOf([two[0]], rest);

  test.each<[string, Partial<BenchDocument>, string]>([
    ['without a word', {}, 'MISSING in the new one: steps small/b (it is no case any more)'],
    ['for want of time', skipped('the time was up'), 'steps small/b (the time was up)'],
    ['by Ctrl-C', { outcome: { kind: 'aborted' }, ...skipped('interrupted') }, 'did not finish (aborted)'],
    ['with the device', { outcome: { kind: 'lost', error: new Error('gone') } }, 'steps small/b (device lost)'],
    ['though it fits the filter', { config: { filter: '/b' } }, 'MISSING in the new one: steps small/b'],
  ])('%s fail', (_, rest, message) => {
    const { passed, text } = compared(documentOf(two), now(rest));
    expect(passed).toBe(false);
    expect(text).toContain(message);
    expect(text).not.toContain('Nothing is');
  });

  test('what did not finish fails, even where nothing is missing yet', () => {
    expect(compared(documentOf(two), documentOf(two, { outcome: { kind: 'aborted' } })).passed).toBe(false);
  });

  test.each<[string, object, object, string]>([
    ['a filter', { filter: '/a' }, {}, "Only in the old one: steps small/b (left out by --filter '/a')"],
    ['a choice of suites', { suites: ['roofline'] }, {}, '(left out by --suite roofline)'],
    ['a quick measurement', { effort: 'quick' }, { effort: 'full' }, '(left out by --quick)'],
  ])('by %s are only listed', (_, config, before, message) => {
    const { passed, text } = compared(documentOf(two, { config: before }), now({ config }));
    expect(passed).toBe(true);
    expect(text).toContain(message);
    expect(text).toContain('✓ Nothing is slower');
  });

  test('by another place are listed, unless it has tried', () => {
    const document = now({});
    const chrome: BenchDocument = { ...document, environment: { ...document.environment, in: 'chrome' } };
    expect(compared(documentOf(two), chrome).passed).toBe(true);
    expect(compared(documentOf(two), { ...chrome, ...skipped('the time was up') }).passed).toBe(false);
  });
});
