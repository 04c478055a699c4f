import { describe, expect, test, vi } from 'vitest';
import { comparePeers, type PeersResult } from '../../../bench/peers/compare.ts';
import type { Found, Library, Peer, PeerCase, Program } from '../../../bench/peers/peer.ts';
import { peersExitCode, reportPeers } from '../../../src/host/cli/peers.ts';
import { openTestEngine } from '../../engine/support.ts';
import '../../gpu.ts';
import { answer, type Mistake } from './answers.ts';

// Software adapters take their time to compile.
vi.setConfig({ testTimeout: 300_000 });

const engine = await openTestEngine();

/** A library that answers in float64, at once. */
function library(...peers: (Pick<Peer, 'name'> & Partial<Peer> & { mistake?: Mistake; program?: Partial<Program> })[]) {
  const log: string[] = [];
  const all = peers.map(({ mistake, program, ...rest }): Peer => {
    const prepare = async (one: PeerCase): Promise<Program> => ({
      unitsPerRun: 1,
      run: async () => {
        log.push(`${rest.name} ran`);
      },
      answer: async (question) => answer(one, mistake, question),
      dispose: () => void log.push(`${rest.name} disposed`),
      ...program,
    });
    const facts = { library: 'jax-js', form: 'by hand', noise: 'beforehand', suits: () => true } as const;
    return { ...facts, prepare, ...rest };
  });
  const opened: Library = { name: 'jax-js', version: '1.2.3', device: 'float64', peers: all, close: async () => {} };
  return { log, found: { libraries: [opened], missing: [] } satisfies Found };
}

const tiny = (found: Found, filter: string, context?: Parameters<typeof comparePeers>[3]) =>
  comparePeers(engine, found, { filter, effort: 'tiny' }, context);

describe('comparePeers', () => {
  test('a right peer has a time and a ratio; a wrong one, or one that breaks, has neither', async () => {
    const { found, log } = library(
      { name: 'right' },
      { name: 'wrong', mistake: 'no noise' },
      { name: 'broken', prepare: () => Promise.reject(new Error('it does not compile')) },
      { name: 'mute', program: { answer: () => Promise.reject(new Error('no answer')) } },
    );
    const result = await tiny(found, 'small/one run');
    expect(result).toMatchObject({ suite: 'peers', outcome: { kind: 'finished' }, adapter: engine.adapter });
    expect(result.libraries).toEqual([{ name: 'jax-js', version: '1.2.3', device: 'float64' }]);
    expect(result.cases).toHaveLength(1);
    const [{ peers, ours, check, ...one }] = result.cases;
    expect(one).toMatchObject({ case: 'small/one run', unit: 'step', how: expect.stringContaining('lane') });
    expect(check).toMatchObject({ passed: true });
    expect(ours).toBeGreaterThan(0);
    const { time, ratio } = peers.right;
    expect(time).toBeGreaterThan(0);
    expect(ratio).toEqual({ median: expect.any(Number), low: expect.any(Number), high: expect.any(Number) });
    const nothing = { time: null, ratio: null, verdict: null };
    expect(peers.wrong).toMatchObject({ ...nothing, check: { passed: false } });
    expect(peers.wrong.check.share).toBeGreaterThan(1);
    expect(peers.broken).toMatchObject({ ...nothing, check: { failure: 'it does not compile' } });
    expect(peers.mute).toMatchObject({ ...nothing, check: { failure: 'no answer' } });
    expect(log).not.toContain('wrong ran');
    expect(log.filter((line) => line.endsWith('disposed'))).toEqual([
      'right disposed',
      'wrong disposed',
      'mute disposed',
    ]);
    // Only what was right counts for the table of targets.
    expect(result.rows.find((row) => row.peer)).toMatchObject({ case: 'small/one run', peer: 'right', atLeast: 1000 });
    expect(peersExitCode(result)).toBe(0);
    const said: string[] = [];
    reportPeers(result, {
      say: (text) => said.push(text),
      table: (head, rows) => said.push(JSON.stringify([head, rows])),
    });
    expect(said.join('\n')).toContain('4 comparisons in');
  });

  test('replicas and probes are answered alike', async () => {
    const { found } = library({ name: 'right' }, { name: 'wrong', mistake: 'a number too few' });
    for (const filter of ['small/64 replicas', 'small/probe']) {
      const { cases } = await tiny(found, filter);
      expect(cases.map(({ check }) => check)).toEqual([expect.objectContaining({ passed: true })]);
      expect(cases[0].peers.right).toMatchObject({ check: { passed: true }, time: expect.any(Number) });
      expect(cases[0].peers.wrong).toMatchObject({ check: { passed: false }, time: null });
    }
  });

  test('what was measured is kept when it is stopped', async () => {
    const stop = new AbortController();
    const { found } = library(
      { name: 'first' },
      { name: 'second', program: { run: async () => stop.abort() } },
      { name: 'third' },
    );
    const result = await tiny(found, 'small/one run', { signal: stop.signal });
    expect(result.outcome).toEqual({ kind: 'aborted' });
    expect(Object.keys(result.cases[0].peers)).toEqual(['first']);
    expect(peersExitCode(result)).toBe(130);
  });

  test('without a peer, ours is measured alone and the rows say what is missing', async () => {
    const missing = [{ name: 'JAX', reason: 'it is not there' }];
    const { cases, rows } = await tiny({ libraries: [], missing }, 'small/one run');
    expect(cases).toEqual([expect.objectContaining({ case: 'small/one run', ours: expect.any(Number), peers: {} })]);
    const whys = rows.filter((row) => row.row.includes('JAX')).map((row) => row.why);
    expect(new Set(whys)).toEqual(new Set(['JAX: it is not there']));
  });

  test('a filter that fits nothing is refused', async () => {
    await expect(tiny(library({ name: 'right' }).found, 'no such case')).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  });

  test('a wrong answer of ours fails the command, and is told', () => {
    const check = { passed: false, share: 7 };
    const one = { case: 'small/probe', unit: 'probe', ours: null, estimate: null, check, how: '', peers: {} } as const;
    const head = { suite: 'peers', adapter: engine.adapter, libraries: [], missing: [], rows: [], seconds: 1 } as const;
    const result: PeersResult = { ...head, outcome: { kind: 'finished' }, cases: [one] };
    expect(peersExitCode(result)).toBe(1);
    const said: string[] = [];
    reportPeers(result, { say: (text) => said.push(text), table: () => {} });
    expect(said.join('\n')).toContain("FAILED: flatwalk's own answer to small/probe is wrong");
  });
});
