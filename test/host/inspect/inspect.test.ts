/** What `inspect` finds, against the float64 values of the golden file; and what it says where there is nothing to find. */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/index.ts';
import { reportInspection } from '../../../src/host/cli/inspect-report.ts';
import { readFlags } from '../../../src/host/cli/instance.ts';
import { type InspectOptions, type InspectResult, inspect } from '../../../src/host/tasks/inspect.ts';
import type { TaskEvent } from '../../../src/host/tasks/task.ts';
import { flat, golden, normError, openTestEngine } from '../../engine/support.ts';

const file = new URL('../../golden/golden.json', import.meta.url).pathname;
let engine: Engine | undefined;

async function inspected(o: Partial<InspectOptions> & Pick<InspectOptions, 'inputs'>): Promise<InspectResult> {
  engine ??= await openTestEngine();
  const small = { activation: 'cubic', width: 1, dimension: 1, labels: [1], weights: [0.5], secondLayer: null };
  return inspect.run(engine, { ...small, vector: null, probes: 64, seed: 0, ...o }, { emit: () => {} });
}

async function goldenInspection(id: string, activation?: string): Promise<InspectResult> {
  const { options, instance } = readFlags(file, { instance: id, activation });
  return inspected({ ...options, vector: instance.vector });
}

/** Every number in it. */
function numbersIn(found: unknown): number[] {
  if (typeof found === 'number') return [found];
  return found && typeof found === 'object' ? Object.values(found).flatMap(numbersIn) : [];
}

describe('the golden instances', () => {
  // Tolerances as in test/golden/checks.ts: f32 against float64, relative to the largest entry.
  test.each(['m1n1d1_cube', 'm7n5d13_cubelin1', 'm5n9d4_cubelin0.1_n_gt_d', 'm16n8d32_cubelin0.1'])(
    '%s',
    async (id) => {
      const g = golden.instances.find((one: { id: string }) => one.id === id);
      const { expect: e, v } = g;
      const found = await goldenInspection(id);
      const largest = Math.max(...flat(e.grad).map(Math.abs));
      expect(Math.abs((found.loss ?? Number.NaN) / e.loss - 1)).toBeLessThan(5e-6);
      expect(normError(flat(found.gradient ?? []), flat(e.grad))).toBeLessThan(5e-6);
      expect(found.gradient?.length).toBe(g.m);
      expect(found.gradientNorm).toBeCloseTo(Math.hypot(...flat(e.grad)), -Math.log10(2e-5 * largest));
      expect(normError(flat(found.hvp ?? []), flat(e.hvp))).toBeLessThan(5e-6);
      expect(found.hvp?.[0].length).toBe(v[0].length);
      expect(normError([found.trace ?? Number.NaN], [e.trace], e.trace_abs_terms)).toBeLessThan(3e-6);
      expect(normError([found.manifoldTrace ?? Number.NaN], [e.F])).toBeLessThan(3e-6);
      expect(normError([found.stableRank ?? Number.NaN], [e.stable_rank_Z])).toBeLessThan(5e-6);
      expect(normError([found.disagreement ?? Number.NaN], [e.disagreement_Z], 1)).toBeLessThan(3e-6);
      if (e.Fstar_aligned !== null) {
        expect(normError([found.traceOptimum ?? Number.NaN], [e.Fstar_aligned])).toBeLessThan(1e-10);
      }
      expect(found.singularValues?.length).toBe(Math.min(g.m, g.n));
      expect(found.traceEstimate?.probes).toBe(64);
      expect(found.notDefined).toEqual({});
    },
  );
});

describe('what is not defined is null, with a reason, and never a NaN', () => {
  test('an activation without an inverse, one probe, and no vector', async () => {
    const found = await inspected({ activation: 'gelu', inputs: [1], probes: 1 });
    expect(found).toMatchObject({ traceOptimum: null, optimumDistance: null, hvp: null });
    expect(found.traceEstimate?.standardError).toBe(null);
    expect(found.notDefined).toMatchObject({
      traceOptimum: 'gelu has no inverse',
      optimumDistance: 'gelu has no inverse',
      hvp: expect.stringContaining('no vector v'),
      'traceEstimate.standardError': expect.stringContaining('One probe'),
    });
  });

  test('labels outside the range of the activation', async () => {
    const { traceOptimum, notDefined } = await inspected({ activation: 'exp', inputs: [1], labels: [-2] });
    expect(traceOptimum).toBe(null);
    expect(notDefined.traceOptimum).toMatch(/No z has φ\(z\) = -2 for the activation exp/);
  });

  test('outputs beyond float32', async () => {
    const found = await inspected({ inputs: [1], weights: [1e20] });
    expect(found.loss).toBe(null);
    expect(found.notDefined.loss).toMatch(/Infinity: it leaves the range of float32/);
    expect(numbersIn(found).filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  test('a kink, and how many pre-activations lie on it', async () => {
    const { notes } = await inspected({ activation: 'relu', inputs: [1], weights: [0, 2], width: 2 });
    expect(notes).toEqual([
      expect.stringMatching(/relu has a kink at z = 0: .* 1 of 2 pre-activations lie exactly on it/),
    ]);
    expect((await inspected({ inputs: [1] })).notes).toEqual([]);
  });
});

describe('told to a person', () => {
  test('every reason is told, and a number that is not there is a dash', async () => {
    const found = await inspected({ activation: 'gelu', inputs: [1] });
    const said: string[] = [];
    const table = (head: readonly string[], rows: readonly (readonly string[])[]) => {
      for (const row of [head, ...rows]) said.push(row.join(' | '));
    };
    reportInspection(found, { say: (text) => said.push(text), table });
    const text = said.join('\n');
    expect(text).toContain('F* | – | F where all neurons agree');
    for (const [name, why] of Object.entries(found.notDefined)) expect(text).toContain(`- ${name}: ${why}.`);
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test('progress goes on, and an interruption is one', async () => {
    const events: TaskEvent[] = [];
    engine ??= await openTestEngine();
    const { options } = readFlags(file, { instance: 'm1n1d1_cube' });
    const all = { ...options, vector: null, probes: 2, seed: 0 };
    await inspect.run(engine, all, { emit: (event) => events.push(event) });
    const shares = events.flatMap((event) => (event.kind === 'progress' ? [event.share] : []));
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    const signal = AbortSignal.abort();
    await expect(inspect.run(engine, all, { emit: () => {}, signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the activation', () => {
  const plain = new URL('../npz/plain.npz', import.meta.url).pathname;

  test('is needed, and may be given beside the file', () => {
    expect(() => readFlags(plain, {})).toThrow(/does not say which activation\n {2}Give --activation NAME/);
    expect(readFlags(plain, { activation: 'tanh' })).toMatchObject({ options: { activation: 'tanh' }, notes: [] });
    const { options, notes } = readFlags(file, { instance: 'm1n1d1_cube', activation: 'tanh' });
    expect(options.activation).toBe('tanh');
    expect(notes).toEqual(['The activation is tanh, as asked for; the file says cube.']);
  });

  test('that is not known is met with what was meant', () => {
    expect(() => readFlags(plain, { activation: 'softpluss' })).toThrow(
      /no activation 'softpluss'\.\n {2}Did you mean softplus\?/,
    );
    expect(() => readFlags(plain, { activation: 'cubic_linaer:2' })).toThrow(/Did you mean cubic_linear\?/);
  });
});
