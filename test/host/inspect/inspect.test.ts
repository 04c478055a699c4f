/** What `inspect` finds, against the float64 values of the golden file; and what it says where there is nothing to find. */
import { describe, expect, test } from 'vitest';
import { sharpnessMeasures } from '../../../src/engine/geometry/index.ts';
import type { Engine } from '../../../src/engine/index.ts';
import { reportInspection } from '../../../src/host/cli/inspect-report.ts';
import { readFlags } from '../../../src/host/cli/instance.ts';
import { usualSteps } from '../../../src/host/tasks/inspect/spectrum.ts';
import type { InstanceOptions } from '../../../src/host/tasks/inspect/subject.ts';
import { type InspectOptions, type InspectResult, inspect } from '../../../src/host/tasks/inspect.ts';
import type { TaskEvent } from '../../../src/host/tasks/task.ts';
import { flat, golden, normError, openTestEngine } from '../../engine/support.ts';

const file = new URL('../../golden/golden.json', import.meta.url).pathname;
const wishes: Omit<InspectOptions, keyof InstanceOptions> = {
  vector: null,
  probes: 64,
  kind: 'rademacher',
  seed: 0,
  relativeError: null,
  largest: null,
  smallest: null,
  mostSteps: null,
  only: null,
  vectors: false,
  rankTolerance: 1e-3,
  products: 30,
  density: null,
  radius: 0.05,
};
const instanceOf = (id: string) => golden.instances.find((one: { id: string }) => one.id === id);
let engine: Engine | undefined;

async function inspected(o: Partial<InspectOptions> & Pick<InspectOptions, 'inputs'>): Promise<InspectResult> {
  engine ??= await openTestEngine();
  const small = { activation: 'cubic', width: 1, dimension: 1, labels: [1], weights: [0.5], secondLayer: null };
  return inspect.run(engine, { ...small, ...wishes, ...o }, { emit: () => {} });
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

const off = (found: number | null | undefined, want: number, scale = 0) =>
  normError([found ?? Number.NaN], [want], scale);

describe('the golden instances', () => {
  const noTangent = ['traceEstimate.z', 'features.leastCosine', 'features.meanCosine', 'manifold.hessian'];
  const instances: [id: string, notDefined: string[]][] = [
    ['m1n1d1_cube', [...noTangent, 'manifold.predictedRate']],
    ['m7n5d13_cubelin1', []],
    ['m5n9d4_cubelin0.1_n_gt_d', ['manifold.predictedRate']],
    ['m16n8d32_cubelin0.1', []],
  ];
  // Tolerances as in test/golden/checks.ts: f32 against float64, relative to the largest entry.
  test.each(instances)('%s', async (id, notDefined) => {
    const g = instanceOf(id);
    const { expect: e } = g;
    const found = await goldenInspection(id);
    expect(off(found.loss, e.loss)).toBeLessThan(5e-6);
    expect(normError(flat(found.gradient ?? []), flat(e.grad))).toBeLessThan(5e-6);
    expect([found.gradient?.length, found.gradient?.[0].length]).toEqual([g.m, g.d]);
    expect(off(found.gradientNorm, Math.hypot(...flat(e.grad)))).toBeLessThan(5e-6);
    expect(normError(flat(found.hvp ?? []), flat(e.hvp))).toBeLessThan(5e-6);
    expect([found.hvp?.length, found.hvp?.[0].length]).toEqual([g.m, g.d]);
    expect(off(found.trace, e.trace, e.trace_abs_terms)).toBeLessThan(3e-6);
    expect(off(found.manifoldTrace, e.F)).toBeLessThan(3e-6);
    expect(off(found.stableRank, e.stable_rank_Z)).toBeLessThan(5e-6);
    expect(off(found.disagreement, e.disagreement_Z, 1)).toBeLessThan(3e-6);
    if (e.Fstar_aligned !== null) expect(off(found.traceOptimum, e.Fstar_aligned)).toBeLessThan(1e-10);
    expect(found.singularValues?.length).toBe(Math.min(g.m, g.n));
    expect(off(found.probeVariance, e.hutchinson_var.rademacher, e.trace_abs_terms ** 2)).toBeLessThan(1e-5);
    const { perNeuron, perSample } = found.traceParts ?? {};
    for (const parts of [perNeuron, perSample]) {
      const sum = Array.from(parts ?? []).reduce((a, b) => a + b, 0);
      expect(off(sum, e.trace, e.trace_abs_terms)).toBeLessThan(3e-6);
    }
    expect(found.traceEstimate).toMatchObject({ probes: 64, kind: 'rademacher', stopped: 'budget' });
    // Whether an estimate that is exact has a z-score depends on the last bits of the adapter.
    const missing = Object.keys(found.notDefined).filter((name) => !/^(hutchPlusPlus|xTrace)\.z$|^density$/.test(name));
    expect(missing.sort()).toEqual(notDefined.sort());
  });

  test('estimates from a span, densities and measures of sharpness', async () => {
    const g = instanceOf('m7n5d13_cubelin1');
    const { options } = readFlags(file, { instance: g.id });
    const found = await inspected({
      ...options,
      weights: flat(g.on_M.theta),
      density: { probes: 4, steps: 20, always: false },
    });
    // On the manifold the Hessian has rank n = 5, less than a third of the products.
    for (const sketch of [found.hutchPlusPlus, found.xTrace]) {
      expect(off(sketch?.value, g.on_M.F)).toBeLessThan(1e-5);
      expect(sketch?.products).toBeLessThanOrEqual(30);
    }
    const { hessian, gaussNewton } = found.density ?? {};
    expect([hessian?.size, gaussNewton?.size]).toEqual([91, 91]);
    expect(off(hessian?.exactMean, g.on_M.F / 91)).toBeLessThan(1e-5);
    expect(hessian).not.toHaveProperty('rules');
    const values: Partial<Record<string, number | null>> = found.sharpness?.values ?? {};
    expect(Object.keys(values)).toEqual(Object.keys(sharpnessMeasures));
    expect(off(values.trace, g.on_M.F)).toBeLessThan(1e-5);
    expect(off(values.lambdaMax, found.spectrum?.hessian?.largest[0].value ?? 0)).toBeLessThan(1e-5);
    // The Riemannian Hessian from the device: its ends are those that float64 finds, or the zeros off the tangent space.
    const ends = found.manifold?.spectrum;
    const [low, high] = g.on_M.rhess_eig_min_max_in_span;
    expect(off(ends?.largest[0].value, Math.max(0, high))).toBeLessThan(1e-4);
    expect(off(ends?.smallest[0].value, Math.min(0, low))).toBeLessThan(1e-4);
  });

  test('features of more neurons than are compared are absent, and the rest is there', async () => {
    const width = 50_000;
    const weights = new Float32Array(width).fill(1);
    // Labels that no neuron can fit, so that there is no manifold to look at.
    const instance = { activation: 'square', inputs: [1], labels: [-1], width, weights };
    const { features, tangentKernel, notDefined } = await inspected({ ...instance, only: ['manifold'] });
    expect(features).toBeNull();
    expect(notDefined.features).toMatch(/pairs of 50000 neurons .*at most 23170 neurons/);
    expect(tangentKernel?.rank).toBe(1);
  });

  test('what float64 finds about the manifold', async () => {
    const g = instanceOf('m7n5d13_cubelin1');
    const { options } = readFlags(file, { instance: g.id });
    const found = await inspected({ ...options, weights: flat(g.on_M.theta) });
    const { on_M: e } = g;
    const { manifold, tangentKernel } = found;
    // The weights are on the manifold but for float32, which moves what is sensitive to them.
    expect(off(manifold?.gradientNorm, e.rgrad_norm)).toBeLessThan(1e-5);
    expect(off(manifold?.sharpness, e.F_retracted_f64)).toBeLessThan(1e-6);
    expect(normError(manifold?.lambda ?? [], e.lambda)).toBeLessThan(1e-5);
    expect(normError(manifold?.lambdaOfTrace ?? [], e.lambda_trace_convention)).toBeLessThan(1e-5);
    const { smallest, largest } = manifold?.hessian ?? {};
    expect(normError([smallest ?? 0, largest ?? 0], e.rhess_eig_min_max_in_span)).toBeLessThan(1e-5);
    expect(off(manifold?.predictedRate, g.expect.rho_aligned)).toBeLessThan(1e-9);
    expect(off(tangentKernel?.condition, e.cond_JJt)).toBeLessThan(1e-9);
    // On the manifold the Gauss-Newton matrix is the Hessian.
    const [hessian] = found.spectrum?.hessian?.largest ?? [];
    expect(hessian.converged).toBe(true);
    expect(off(hessian.value, 2 * (tangentKernel?.eigenvalues[g.n - 1] ?? 0))).toBeLessThan(1e-5);
    expect(off(found.spectrum?.gaussNewton?.largest[0].value, hessian.value)).toBeLessThan(1e-5);
  });
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
      expect.stringMatching(/relu has a kink at z = 0, .* 1 of 2 pre-activations lie exactly on the kink/),
    ]);
    expect((await inspected({ inputs: [1] })).notes).toEqual([]);
  });
});

describe('limits of what can be asked', () => {
  test('dependent data points: the rank, and what follows from it', async () => {
    // Twice the same point with different labels, which no weights fit.
    const inputs = [1, 2, 1, 2];
    const found = await inspected({ inputs, labels: [1, 2], dimension: 2, width: 2, weights: [1, 0, 0, 1] });
    expect(found.tangentKernel).toMatchObject({ condition: null });
    expect(found.notDefined['tangentKernel.condition']).toMatch(/Infinity: the rank is 1 of 2/);
    expect(found.notes).toEqual([expect.stringMatching(/rank 1 below n = 2: .* dependent.* need not exist/)]);
    expect(found.manifold).toBe(null);
    expect(found.notDefined.manifold).toMatch(/J J\^T is singular: its condition number is Infinity; the inputs are/);
    expect(found.loss).toBeGreaterThan(0);
  });

  test('nearly dependent data points: what the condition number costs', async () => {
    const inputs = [1, 2, 1, 2.0001];
    const { notes, tangentKernel } = await inspected({
      inputs,
      labels: [1, 2],
      dimension: 2,
      width: 1,
      weights: [1, 0],
    });
    expect(tangentKernel?.condition).toBeGreaterThan(1e8);
    expect(notes).toEqual([expect.stringMatching(/condition number [\d.]+e\+\d+: .* loses about \d+ of 16 digits/)]);
  });

  test('an accuracy that the probes do not reach says how many would', async () => {
    const g = instanceOf('m7n5d13_cubelin1');
    const { options } = readFlags(file, { instance: g.id });
    const { traceEstimate } = await inspected({ ...options, relativeError: 1e-4 });
    expect(traceEstimate?.stopped).toBe('budget');
    const { value = 0, standardError = 0, needed } = traceEstimate ?? {};
    expect(needed).toBe(Math.ceil(64 * (standardError / value / 1e-4) ** 2));
  });

  test('eigenvalues: as many as there are unless said, vectors only if wished', async () => {
    const one = { inputs: [1], width: 2, weights: [0.5, 0.6] };
    const { spectrum } = await inspected(one);
    expect(spectrum?.hessian?.largest.length).toBe(2);
    expect(spectrum?.hessian?.largest[0]).not.toHaveProperty('vector');
    const wished = await inspected({ ...one, vectors: true, largest: 1, smallest: 0 });
    expect(wished.spectrum?.hessian?.largest[0].vector).toHaveLength(2);
    expect(wished.spectrum?.hessian?.smallest).toEqual([]);
    await expect(inspected({ ...one, largest: 3 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('fewer Lanczos steps where vectors are long, but enough for what is asked', () => {
    const three = { largest: 3, smallest: 3 };
    expect([64, 8192, 16384, 65536, 1e7].map((length) => usualSteps(length, three))).toEqual([
      undefined,
      undefined,
      256,
      64,
      64,
    ]);
    expect(usualSteps(65536, { largest: 100, smallest: 0 })).toBe(202);
  });

  test('a density that takes long is left out with its cost, unless it is asked for', async () => {
    // 2^33 probes of one step, each of 3 n + 2 = 5 multiply-adds for the one weight.
    const small = { inputs: [1], only: ['density'] as const };
    const many = { probes: 2 ** 33, steps: 1, always: false };
    const { density, notDefined } = await inspected({ ...small, density: many });
    expect(density).toBe(null);
    expect(notDefined.density).toMatch(/about 4\.3e\+10 multiply-adds .* give --density/);
    for (const always of [false, true]) {
      const found = await inspected({ ...small, density: { probes: 2, steps: 1, always } });
      expect(found.density?.hessian?.size).toBe(1);
    }
  });

  test('only what is asked for, the rest with that reason', async () => {
    const { loss, trace, xTrace, stableRank, notDefined, ...rest } = await inspected({ inputs: [1], only: ['trace'] });
    expect([loss, trace, xTrace?.value].every((value) => typeof value === 'number')).toBe(true);
    expect([stableRank, rest.spectrum, rest.sharpness, rest.manifold]).toEqual([null, null, null, null]);
    for (const name of [
      'singularValues',
      'stableRank',
      'spectrum',
      'density',
      'sharpness',
      'tangentKernel',
      'manifold',
    ]) {
      expect(notDefined[name]).toBe('It was not asked for (--only)');
    }
  });

  test('more samples than float64 geometry takes', async () => {
    const n = 513;
    const x = Array.from({ length: n }, (_, i) => Math.fround(Math.cos(i)));
    const found = await inspected({ inputs: x, labels: x });
    expect(found).toMatchObject({ manifold: null, tangentKernel: null, features: null });
    for (const name of ['manifold', 'tangentKernel', 'features']) {
      expect(found.notDefined[name]).toMatch(/512 samples at most, not 513.*Use a subset of up to 512 samples/);
    }
    expect(found.stableRank).toBeCloseTo(1);
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
    const all = { ...options, ...wishes };
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
