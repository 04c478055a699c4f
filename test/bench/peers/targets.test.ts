import { describe, expect, test } from 'vitest';
import { peerCases } from '../../../bench/peers/cases.ts';
import type { CaseResult, PeerResult } from '../../../bench/peers/compare.ts';
import type { Library, Peer } from '../../../bench/peers/peer.ts';
import { rowsOf } from '../../../bench/peers/rows.ts';
import { missingLines, peersTable, rowsTable } from '../../../bench/peers/tables.ts';
import { adapterKind, judge, targetOf, targetsOn } from '../../../bench/peers/targets.ts';

const around = (median: number) => ({ median, low: 0.9 * median, high: 1.1 * median });
const passed = { passed: true, share: 0.01 };
const full = { filter: '', effort: 'full', outcome: 'finished' } as const;

function library(name: string, ...peers: Pick<Peer, 'form' | 'noise'>[]): Library {
  const all = peers.map((peer) => ({
    ...peer,
    name: `${name}, ${peer.form}, ${peer.noise}`,
    library: name,
    suits: () => true,
    prepare: () => Promise.reject(new Error('is never prepared')),
  }));
  return { name, version: '1', device: 'none', peers: all, close: async () => {} };
}

function measured(name: string, ratios: Record<string, number | string>): CaseResult {
  const peer = (r: number | string): PeerResult =>
    typeof r === 'number'
      ? { time: r, ratio: around(r), estimate: null, check: passed, atLeast: null, verdict: null }
      : {
          time: null,
          ratio: null,
          estimate: null,
          atLeast: null,
          verdict: null,
          check: { ...passed, passed: false, failure: r },
        };
  const peers = Object.fromEntries(Object.entries(ratios).map(([key, r]) => [key, peer(r)]));
  return { case: name, unit: 'step', ours: 1, estimate: null, check: passed, how: '', peers };
}

describe('targets', () => {
  test('every row is of a case that there is, on every adapter', () => {
    const names = peerCases.map(({ name }) => name);
    for (const kind of ['swiftshader', 'lavapipe', 'gpu'] as const) {
      const rows = targetsOn(kind);
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.filter((row) => !names.includes(row.case))).toEqual([]);
    }
  });

  test('what depends on the adapter', () => {
    const vmap = { library: 'JAX', form: 'vmap', noise: 'inside' } as const;
    expect(targetOf('small/1024 replicas', vmap, 'lavapipe')?.atLeast).toBe(10);
    expect(targetOf('small/1024 replicas', vmap, 'swiftshader')).toBeUndefined();
    const probe = { library: 'PyTorch', form: 'double backward', noise: null } as const;
    expect(targetOf('small/probe', probe, 'swiftshader')?.atLeast).toBe(500);
    expect(targetOf('mid/probe', probe, 'swiftshader')?.atLeast).toBe(null);
    const steps = { library: 'jax-js', form: 'by hand', noise: 'beforehand' } as const;
    expect(targetOf('large/step, weight space', steps, 'gpu')?.atLeast).toBe(1.5);
    expect(targetOf('large/step, weight space', steps, 'lavapipe')?.atLeast).toBe(1);
    expect(targetOf('small/one run', { ...steps, noise: 'inside' }, 'lavapipe')).toBeUndefined();
  });

  test('adapters are told apart', () => {
    expect(adapterKind({ software: true, device: 'swiftshader-device-subzero' })).toBe('swiftshader');
    expect(adapterKind({ software: true, device: 'llvmpipe (LLVM 15.0.6, 256 bits)' })).toBe('lavapipe');
    expect(adapterKind({ software: false, device: 'NVIDIA H100' })).toBe('gpu');
  });

  test('a target is met by the whole interval, or not at all', () => {
    expect(judge({ median: 12, low: 10, high: 14 }, { atLeast: 10 })).toBe('met');
    expect(judge({ median: 12, low: 9.9, high: 14 }, { atLeast: 10 })).toBe('undecided');
    expect(judge({ median: 9, low: 8, high: 9.9 }, { atLeast: 10 })).toBe('missed');
    expect(judge({ median: 9, low: 8, high: 9.9 }, { atLeast: null })).toBe('reported');
  });
});

describe('rows of the ratio table', () => {
  const jaxJs = library('jax-js', { form: 'by hand', noise: 'beforehand' });
  const torch = library('PyTorch', { form: 'jvp of grad', noise: null }, { form: 'double backward', noise: null });

  test('the peer that comes closest counts', () => {
    const cases = [
      measured('small/probe', { 'PyTorch, jvp of grad, null': 300, 'PyTorch, double backward, null': 900 }),
    ];
    const row = rowsOf('swiftshader', cases, { libraries: [torch], missing: [] }, full).find(
      (r) => r.case === 'small/probe',
    );
    expect(row).toMatchObject({
      verdict: 'missed',
      peer: 'PyTorch, jvp of grad, null',
      ratio: { median: 300 },
      atLeast: 500,
    });
  });

  test('a row that was not measured says why', () => {
    const missing = [{ name: 'jax-js', reason: 'not installed', install: 'npm ci --prefix bench/peers' }];
    const why = (...given: Parameters<typeof rowsOf>) => rowsOf(...given).find((r) => r.case === 'small/one run')?.why;
    expect(why('swiftshader', [], { libraries: [], missing }, full)).toBe('jax-js: not installed');
    const found = { libraries: [jaxJs], missing: [] };
    const failing = [measured('small/one run', { 'jax-js, by hand, beforehand': 'numbers are not finite' })];
    expect(why('swiftshader', failing, found, full)).toBe('jax-js, by hand, beforehand: numbers are not finite');
    const wrong = [{ ...failing[0], check: { passed: false, share: 3 } }];
    expect(why('swiftshader', wrong, found, full)).toContain("flatwalk's own answer is wrong");
    expect(why('swiftshader', [], found, { ...full, outcome: 'aborted' })).toBe('interrupted');
    expect(why('swiftshader', [], found, { ...full, outcome: 'lost' })).toBe('the device was lost');
    const quick = rowsOf('swiftshader', [], found, { ...full, effort: 'quick' });
    expect(quick.find((r) => r.case === 'large/step, data space')?.why).toBe('left out by --quick');
  });

  test('a filter leaves out the rows of other cases', () => {
    const cases = [measured('small/one run', { 'jax-js, by hand, beforehand': 2000 })];
    const rows = rowsOf(
      'swiftshader',
      cases,
      { libraries: [jaxJs], missing: [] },
      { ...full, filter: 'one run: jax-js' },
    );
    expect(new Set(rows.map((row) => row.case))).toEqual(new Set(['small/one run']));
    expect(rows.find((row) => row.peer)?.verdict).toBe('met');
  });

  test('tables for people', () => {
    const cases = [measured('small/one run', { 'jax-js, by hand, beforehand': 2000, other: 'it broke' })];
    const all = peersTable(cases);
    expect(all.rows[0]).toEqual([
      'small/one run',
      'jax-js, by hand, beforehand',
      '2.00 µs',
      '1.00 ns',
      'step',
      '2000',
      '1800 to 2200',
      'right',
    ]);
    expect(all.rows[1]).toEqual(['small/one run', 'other', 'no time', '1.00 ns', 'step', '', '', 'it broke']);
    const rows = rowsOf('swiftshader', cases, { libraries: [jaxJs], missing: [] }, full);
    const text = rowsTable(rows, (holds) => ({ true: 'yes', false: 'no', null: '-' })[String(holds)] ?? '').rows;
    expect(text[0].slice(0, 4)).toEqual(['yes', rows[0].row, '1000x', '2000x']);
    expect(text[1].at(-1)).toBe('not measured: TensorFlow.js: it was not looked for');
    const missing = [
      { name: 'jax-js', reason: 'not installed', install: 'npm ci' },
      { name: 'TensorFlow.js', reason: 'not installed', install: 'npm ci' },
    ];
    expect(missingLines(missing)).toEqual([
      'Not compared with jax-js: not installed.',
      'Not compared with TensorFlow.js: not installed.',
      'To install: npm ci',
    ]);
  });
});
