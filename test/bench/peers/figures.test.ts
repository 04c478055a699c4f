import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { BenchCase, BenchDocument, Figure, SuiteName } from '../../../bench/document.ts';
import type { PeerResult } from '../../../bench/peers/compare.ts';
import { curveTable } from '../../../bench/peers/curves.ts';
import { figures } from '../../../bench/peers/figures.ts';
import { type Measured, measuredIn, splitBundle } from '../../../bench/peers/measured.ts';
import { ownTable } from '../../../bench/peers/own.ts';
import { drawSteps } from '../../../bench/peers/picture.ts';
import { type PeersDocument, pairsTable, provenance, ratioTable } from '../../../bench/peers/report.ts';

const software = <Document>(document: Document): Measured<Document> => ({
  kind: 'swiftshader',
  title: 'SwiftShader',
  document,
});
const check = { passed: true, share: 0.1 };
const around = (median: number) => ({ median, low: 0.9 * median, high: 1.1 * median });
const peer = (time: number, ours: number): PeerResult => ({
  time,
  ratio: around(time / ours),
  estimate: null,
  check,
  atLeast: 1000,
  verdict: 'met',
});

const document: PeersDocument = {
  suite: 'peers',
  outcome: { kind: 'finished' },
  date: '2026-11-25T12:00:00.000Z',
  environment: { flatwalk: '0.1.0', node: 'v20', dawn: '0.6', system: 'linux', cpu: 'one' },
  adapter: { name: 'swiftshader', driver: '5', description: 'A <B> & C', software: true } as PeersDocument['adapter'],
  libraries: [{ name: 'jax-js', version: '1', device: 'WebGPU' }],
  missing: [],
  cases: [
    {
      case: 'small/one run',
      unit: 'step',
      ours: 500,
      estimate: null,
      check,
      how: '',
      peers: {
        'jax-js': peer(1e6, 500),
        'TensorFlow.js': peer(2e7, 500),
        faster: peer(100, 500),
        broken: { ...peer(1, 1), time: null, ratio: null, check: { ...check, passed: false, failure: 'it broke' } },
      },
    },
  ],
  rows: [
    { row: 'a row', case: 'small/one run', atLeast: 1000, peer: 'jax-js', ratio: around(2000), verdict: 'met' },
    {
      row: 'another',
      case: 'mid/probe',
      atLeast: null,
      peer: null,
      ratio: null,
      verdict: 'not measured',
      why: 'no JAX',
    },
  ],
  seconds: 1,
};

describe('what documents show', () => {
  test('the ratio table has a line for each row of each adapter', () => {
    const lines = ratioTable([
      software(document),
      { kind: 'lavapipe', title: 'lavapipe', document: { ...document, rows: document.rows.slice(0, 1) } },
    ]).split('\n');
    expect(lines.slice(2)).toEqual([
      '| a row | SwiftShader | 1000x | 2000x | 1800 to 2200 | met | jax-js |',
      '| a row | lavapipe | 1000x | 2000x | 1800 to 2200 | met | jax-js |',
      '| another | SwiftShader | report |  |  | not measured: no JAX |  |',
    ]);
  });

  test('every pair, also one that failed', () => {
    const lines = pairsTable(document).split('\n');
    expect(lines[2]).toBe('| small/one run | jax-js | 1.00 ms a step | 500 ns a step | 2000x | 1800 to 2200 |');
    expect(lines.at(-1)).toBe('| small/one run | broken | no time | 500 ns a step | it broke |  |');
    expect(provenance(document)).toContain(
      'flatwalk 0.1.0 on swiftshader (5), Node v20, Dawn 0.6, linux, one; jax-js 1 (WebGPU)',
    );
  });

  test('the picture: a bar for each that has a time, the fastest first, longer where slower', () => {
    const svg = drawSteps([software(document)]);
    const bars = [...svg.matchAll(/<rect class="(ours|theirs)" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)];
    expect(bars.map(([, kind]) => kind)).toEqual(['theirs', 'ours', 'theirs', 'theirs']);
    const widths = bars.map(([, , width]) => Number(width));
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(svg).toContain('A &lt;B> &amp; C');
    expect(svg).toContain('>500 ns<');
    expect(svg).toContain('>20.0 ms, 40000x<');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toContain('broken');
  });
});

test('rows of our own: shares of the roofline, figures at each size, and what was not measured', () => {
  const found = { passed: true, error: 0, tolerance: 1, note: '' };
  const timed = (suite: SuiteName, name: string, ns: number, flops?: number): BenchCase => ({
    case: name,
    suite,
    unit: 'dispatch',
    check: found,
    time: { ...around(ns), spread: 0, count: 1, samples: [ns], unitsPerSample: 1 },
    ...(flops ? { work: { flops, bytes: 0 } } : {}),
  });
  const figure = (name: string, value: number, note = ''): Figure => ({ name, suite: 'probes', value, unit: '', note });
  const bench = {
    date: '2026-11-25T12:00:00.000Z',
    config: { effort: 'full' },
    noiseFloor: { share: 0.02, inTurn: 0.01, drift: 0.02 },
    cases: [
      timed('roofline', 'large/multiply-add, scalar', 100, 1000),
      timed('kernels', 'large/multiply', 100, 500),
      timed('kernels', 'large/residual', 100, 1),
      timed('end-to-end', 'small/first row of a new process', 1e9),
    ],
    figures: [
      figure('small/single over 64 together', 19),
      { ...figure('mid/cost of rows every 100 steps', 4), low: 3, high: 6 },
      figure('large/peak memory of a process', 300, 'within what is allowed'),
    ],
  } as unknown as BenchDocument;
  const lines = ownTable([software(bench)]).split('\n');
  const row = (start: string) =>
    lines
      .find((line) => line.startsWith(`| ${start}`))
      ?.split(' | ')
      .slice(2);
  expect(row('large, multiply')).toEqual(['40 %', '50 % (5.00 of 10.0 GFLOP/s)', '45 to 56 %', 'met |']);
  expect(row('large, residual')).toBeUndefined();
  expect(row('small, single over 64')?.at(-1)).toBe('**missed** |');
  expect(row('mid, cost of rows')?.at(-1)).toBe('undecided |');
  expect(row('large, peak memory')?.at(-1)).toBe('met |');
  expect(row('small, first row')?.at(-1)).toBe('met |');
  expect(row('small, peak memory')?.at(-1)).toBe('not measured |');
  expect(lines.at(-1)).toBe('SwiftShader: identical work differed by 2 % (2026-11-25).');
});

describe('what the bundle has measured on a card', () => {
  const root = mkdtempSync(join(tmpdir(), 'flatwalk-figures-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const card = { name: 'nvidia-h100-80gb', driver: '570', description: 'NVIDIA H100', device: 'h100', software: false };
  const environment = { ...document.environment, adapter: card };
  const libraries = [{ name: 'PyTorch', version: '2', device: 'cuda (NVIDIA H100)' }];
  const missing = [{ name: 'JAX', reason: 'none', install: '/home/user/bin/python3 -m pip install jax' }];
  const peers = { ...document, adapter: card, environment, libraries, missing };
  const file = join(root, 'card.json');
  const write = (change: object) => {
    const bundle = { schema: 1, command: 'bundle', adapter: 'NVIDIA H100 (80GB)', ...change };
    writeFileSync(file, JSON.stringify(bundle));
  };

  test('is put into a folder of its own, from which tables and picture are made beside those of the others', () => {
    write({ suites: { code: 'killed by SIGKILL', document: null }, peers: { code: 0, document: peers } });
    const folder = 'bench/results/nvidia-h100-80gb';
    expect(splitBundle(root, file)).toEqual([
      'left out: bench, which ended with killed by SIGKILL',
      `written: ${folder}/peers.json`,
    ]);
    expect(readFileSync(join(root, folder, 'peers.json'), 'utf8')).not.toContain('/home/user');
    const slow = { ...document, environment: { ...document.environment, adapter: { ...card, software: true } } };
    mkdirSync(join(root, 'bench/results/any-name'));
    writeFileSync(join(root, 'bench/results/any-name/peers.json'), JSON.stringify(slow));
    const found = measuredIn<PeersDocument>(root, 'peers');
    expect(found.map(({ kind, title }) => [kind, title])).toEqual([
      ['swiftshader', 'SwiftShader'],
      ['gpu', 'nvidia-h100-80gb'],
    ]);
    expect(measuredIn(root, 'bench')).toEqual([]);
    expect(ratioTable(found)).toContain('| a row | nvidia-h100-80gb | 1000x |');
    const svg = drawSteps(found);
    expect(svg).toContain('nvidia-h100-80gb (GPU); PyTorch and JAX native on the card');
    expect(svg.indexOf('(GPU)')).toBeLessThan(svg.indexOf('software adapter'));
  });

  test('is refused where it is of a software adapter, of another kind, or empty', () => {
    const software = { ...peers, environment: { adapter: { ...card, software: true } } };
    write({ suites: { code: 1, document: peers }, peers: { code: 0, document: software } });
    expect(() => splitBundle(root, file)).toThrow('of a software adapter');
    write({ suites: { code: 1, document: peers }, peers: { code: 3, document: null } });
    expect(() => splitBundle(root, file)).toThrow('no run that ended well');
    write({ command: 'bench' });
    expect(() => splitBundle(root, file)).toThrow('is not what the run.sh of a bundle writes');
  });
});

test('what is committed is what the results say: npm run figures', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  for (const { path, is, shouldBe } of figures(root)) expect(is, path).toBe(shouldBe);
});

test('curves: the time of all and of one, beside the point before of the same size', () => {
  const timed = (name: string, median: number) => ({ suite: 'steps', case: name, time: { median } });
  const cases = [
    timed('small/4 replicas', 200),
    timed('small/64 replicas', 100),
    timed('mid/4 replicas', 1000),
    timed('small/one run', 1),
    timed('small/run of 1000 steps', 50),
    { suite: 'steps', case: 'small/run of 10000 steps' },
  ];
  const lines = curveTable([
    { kind: 'lavapipe', title: 'lavapipe', document: { cases } as unknown as BenchDocument },
  ]).split('\n');
  expect(lines.slice(2)).toEqual([
    '| lavapipe | small, 4 replicas, a step of each | 800 ns | 200 ns a step of a replica |  |',
    '| lavapipe | small, 64 replicas, a step of each | 6.40 µs | 100 ns a step of a replica | 0.50x |',
    '| lavapipe | mid, 4 replicas, a step of each | 4.00 µs | 1.00 µs a step of a replica |  |',
    '| lavapipe | small, 1000 steps, a run | 50.0 µs | 50.0 ns a step |  |',
  ]);
});
