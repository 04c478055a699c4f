import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PeerResult } from '../../../bench/peers/compare.ts';
import { figures } from '../../../bench/peers/figures.ts';
import { drawSteps } from '../../../bench/peers/picture.ts';
import { type PeersDocument, pairsTable, provenance, ratioTable } from '../../../bench/peers/report.ts';

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
    const lines = ratioTable({
      swiftshader: document,
      lavapipe: { ...document, rows: document.rows.slice(0, 1) },
    }).split('\n');
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
    const svg = drawSteps({ swiftshader: document });
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

test('what is committed is what the results say: npm run figures', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  for (const { path, is, shouldBe } of figures(root)) expect(is, path).toBe(shouldBe);
});
