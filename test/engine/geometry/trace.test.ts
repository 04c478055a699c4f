import { describe, expect, test } from 'vitest';
import { estimateTrace, type ProbeKind, probeVariance } from '../../../src/engine/geometry/index.ts';
import { makeWeights } from '../../../src/model/data.ts';
import { probeVector } from '../../../src/model/draws.ts';
import { gaussNewtonProduct, hvp, type Problem as Reference } from '../../../src/reference/network.ts';
import { made, type Shape } from '../runs/made.ts';
import { failure, meanAndError, openTestEngine, reference } from '../runs/support.ts';

const engine = await openTestEngine();
const kinds: ProbeKind[] = ['rademacher', 'gaussian', 'sphere'];

/** vᵀHv of a probe in float64. */
function form(p: Reference, probe: number, replica: number, seed: number, kind: ProbeKind, of: string): number {
  const v = probeVector(seed, probe, replica, p.m * p.d, kind === 'sphere' ? 'gaussian' : kind);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, k) => sum + value * b[k], 0);
  const raw = dot(v, of === 'hessian' ? hvp(p, v) : gaussNewtonProduct(p, v));
  return kind === 'sphere' ? (raw * v.length) / dot(v, v) : raw;
}

const shapes: Shape[] = [
  { m: 1, n: 1, d: 1 },
  { m: 7, n: 5, d: 13, activation: 'sinh' },
  { m: 3, n: 65, d: 2, activation: 'gelu' },
  { m: 131, n: 3, d: 11, activation: 'tanh' },
  { m: 5, n: 9, d: 4, activation: 'relu' },
];

describe.each(shapes)('m $m, n $n, d $d, $activation', (shape) => {
  test.each(kinds)('%s probes of two replicas are those of float64', async (kind) => {
    const weights = [0, 1].map((seed) => makeWeights({ m: shape.m, d: shape.d, std: 0.5, seed }));
    const options = { ...made(shape), weights: [...weights[0], ...weights[1]], replicas: 2 };
    const problem = await engine.problem(options);
    for (const of of ['hessian', 'gaussNewton'] as const) {
      const reports = await estimateTrace(problem, { probes: 5, kind, seed: 2 ** 33 + 5, of });
      for (const [r, { samples, probes, stopped, needed }] of reports.entries()) {
        expect({ probes, stopped, needed }).toEqual({ probes: 5, stopped: 'budget', needed: null });
        const p = reference({ ...options, weights: weights[r] });
        const want = Array.from(samples, (_, k) => form(p, k, r, 2 ** 33 + 5, kind, of));
        const size = Math.max(...want.map(Math.abs));
        // Forms and draws are f32: normals are off by 2e-6, forms by a few units of sums.
        samples.forEach((sample, k) => {
          expect(Math.abs(sample - want[k])).toBeLessThan(2e-5 * size);
        });
      }
    }
    problem.dispose();
  });
});

describe('the report', () => {
  test('a probe does not depend on the budget, the looks or the batch', async () => {
    // 4,096 numbers and five samples a probe: 128 probes fit in 16 MiB with two replicas, so these are three batches.
    const problem = await engine.problem(made({ n: 5, d: 64, m: 64, replicas: 2 }));
    for (const kind of kinds) {
      const all = await estimateTrace(problem, { probes: 300, kind, seed: 3 });
      const few = await estimateTrace(problem, { probes: 7, kind, seed: 3 });
      const looked = await estimateTrace(problem, { probes: 300, kind, seed: 3, relativeError: 1e-9 });
      for (const r of [0, 1]) {
        expect(few[r].samples).toEqual(all[r].samples.slice(0, 7));
        expect(looked[r].samples).toEqual(all[r].samples);
      }
    }
    problem.dispose();
  });

  test('mean, standard error, interval and z follow from the values', async () => {
    const problem = await engine.problem(made({ n: 3, d: 4, m: 3 }));
    const [report] = await estimateTrace(problem, { probes: 10, kind: 'gaussian', seed: 1 });
    const [trace] = await problem.trace();
    problem.dispose();
    const { mean, error } = meanAndError(report.samples);
    expect(report.value).toBeCloseTo(mean, 10);
    expect(report.standardError).toBeCloseTo(error, 10);
    expect(report.exact).toBe(trace);
    expect(report.z).toBeCloseTo((mean - trace) / error, 8);
    // t of 9 degrees of freedom.
    expect((report.interval[1] - report.value) / error).toBeCloseTo(2.262157, 5);
    expect((report.value - report.interval[0]) / error).toBeCloseTo(2.262157, 5);
  });

  test('a single probe has neither a standard error nor an interval', async () => {
    const problem = await engine.problem(made({ n: 3, d: 4, m: 3 }));
    const [report] = await estimateTrace(problem, { probes: 1, relativeError: 0.1 });
    problem.dispose();
    expect(report).toMatchObject({ standardError: Number.NaN, z: Number.NaN, needed: Number.NaN, stopped: 'budget' });
    expect(report.interval).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test('probes without variance give no z', async () => {
    // One weight: v² H = H for a sign v.
    const problem = await engine.problem(made({ n: 3, d: 1, m: 1 }));
    const [report] = await estimateTrace(problem, { probes: 100 });
    problem.dispose();
    expect(Math.abs(report.value / report.exact - 1)).toBeLessThan(1e-6);
    expect(report.z).toBeNaN();
  });

  test('of a zero matrix: two probes would do', async () => {
    const problem = await engine.problem({ ...made({ n: 3, d: 2, m: 2, activation: 'relu' }), weights: [0, 0, 0, 0] });
    const wish = { relativeError: 0.1 };
    const [few] = await estimateTrace(problem, { ...wish, probes: 10 });
    const [more] = await estimateTrace(problem, { ...wish, probes: 64 });
    problem.dispose();
    expect(few).toMatchObject({ value: 0, needed: 2, stopped: 'budget', probes: 10 });
    // The budget itself is looked at.
    expect(more).toMatchObject({ value: 0, needed: 2, stopped: 'accuracy', probes: 64 });
  });

  test('wrong arguments are refused', async () => {
    const problem = await engine.problem(made({ n: 3, d: 1, m: 1 }));
    const refused = { code: 'BAD_ARGUMENT' };
    expect(await failure(() => estimateTrace(problem, { probes: 0 }))).toMatchObject(refused);
    expect(await failure(() => estimateTrace(problem, { probes: 9, relativeError: 0 }))).toMatchObject(refused);
    expect(await failure(() => estimateTrace(problem, { probes: 9, kind: 'ball' as 'sphere' }))).toMatchObject(refused);
    expect(await failure(() => estimateTrace(problem, { probes: 9, of: 'riemannian' as 'hessian' }))).toMatchObject(
      refused,
    );
    problem.dispose();
  });
});

describe('stopping', () => {
  test('at the first look with the wished accuracy, each replica for itself', async () => {
    const weights = [0.5, 1].flatMap((std, seed) => [...makeWeights({ m: 5, d: 6, std, seed })]);
    const problem = await engine.problem({ ...made({ n: 4, d: 6, m: 5 }), weights, replicas: 2 });
    const relativeError = 0.04;
    const reports = await estimateTrace(problem, { probes: 100_000, kind: 'gaussian', seed: 5, relativeError });
    problem.dispose();
    for (const { stopped, probes, samples, standardError, value, needed } of reports) {
      expect(stopped).toBe('accuracy');
      expect(samples).toHaveLength(probes);
      expect(standardError).toBeLessThanOrEqual(relativeError * value);
      expect(needed).toBeLessThanOrEqual(probes);
      // Of the looks at 64, 96, 128, 192, ... it is the first such one.
      const looks = Array.from({ length: 40 }, (_, k) => (k % 2 ? 96 : 64) * 2 ** Math.floor(k / 2));
      expect(looks).toContain(probes);
      for (const look of looks.filter((k) => k < probes)) {
        const { mean, error } = meanAndError(samples.slice(0, look));
        expect(error).toBeGreaterThan(relativeError * mean);
      }
    }
  });

  test('hardly biases the mean', async () => {
    // Gaussian probes, whose law is skewed: 2,000 estimates, each stopping where it will.
    const problem = await engine.problem(made({ n: 3, d: 4, m: 3, replicas: 400 }));
    const errors: number[] = [];
    let standardErrors = 0;
    for (let seed = 0; seed < 5; seed++) {
      const options = { probes: 20_000, kind: 'gaussian', seed, relativeError: 0.06 } as const;
      for (const { value, exact, standardError } of await estimateTrace(problem, options)) {
        errors.push(value - exact);
        standardErrors += standardError / 2000;
      }
    }
    problem.dispose();
    const { mean, error } = meanAndError(errors);
    expect(Math.abs(mean) + 2 * error).toBeLessThan(0.1 * standardErrors);
  });

  test('at the budget, saying how many probes the wish would take', async () => {
    const problem = await engine.problem(made({ n: 4, d: 6, m: 5 }));
    const [report] = await estimateTrace(problem, { probes: 1000, kind: 'gaussian', relativeError: 1e-3 });
    const [variance] = await probeVariance(problem, { kind: 'gaussian' });
    problem.dispose();
    expect(report).toMatchObject({ stopped: 'budget', probes: 1000 });
    const predicted = variance / (1e-3 * report.exact) ** 2;
    expect(Math.abs((report.needed as number) / predicted - 1)).toBeLessThan(0.25);
    // Fewer than the least number of probes are never good enough.
    const looser = await engine.problem(made({ n: 3, d: 1, m: 1 }));
    const [few] = await estimateTrace(looser, { probes: 63, relativeError: 1 });
    expect(few.stopped).toBe('budget');
    looser.dispose();
  });
});

describe('1,000 probes', () => {
  // Odd and even sizes, a tall and a wide one, at and far from a minimum: none chosen for its result.
  test.each<Shape>([
    { n: 4, d: 6, m: 5 },
    { n: 7, d: 3, m: 11, activation: 'tanh' },
    { n: 16, d: 20, m: 8, activation: 'sinh' },
  ])('m $m, n $n, d $d: the standard error is within 10 % of the formula', async (shape) => {
    const problem = await engine.problem(made(shape));
    for (const kind of kinds) {
      const [variance] = await probeVariance(problem, { kind });
      const [{ standardError, z }] = await estimateTrace(problem, { probes: 1000, kind, seed: 0 });
      expect(Math.abs(standardError / Math.sqrt(variance / 1000) - 1), kind).toBeLessThan(0.1);
      expect(Math.abs(z), kind).toBeLessThan(4);
    }
    problem.dispose();
  });

  // Replicas of the same weights draw as independently as seeds do, and are cheaper by the dozen.
  test.each(kinds)(
    '%s: two standard errors cover the trace in 94 to 97 of 100 cases, of 2,000',
    async (kind) => {
      const replicas = 20;
      const problem = await engine.problem(made({ n: 3, d: 4, m: 3, replicas }));
      let covered = 0;
      for (let seed = 0; seed < 2000 / replicas; seed++) {
        for (const { z } of await estimateTrace(problem, { probes: 1000, kind, seed })) {
          if (Math.abs(z) <= 2) covered++;
        }
      }
      problem.dispose();
      expect(covered).toBeGreaterThanOrEqual(1880);
      expect(covered).toBeLessThanOrEqual(1940);
    },
    120_000,
  );
});

test('however many numbers of probes are asked for, buffers stay few', async () => {
  const problem = await engine.problem(made({ n: 3, d: 4, m: 3 }));
  for (const kind of ['rademacher', 'sphere'] as const) {
    await estimateTrace(problem, { probes: 128, kind });
    const before = engine.held.buffers;
    for (let probes = 65; probes <= 128; probes += 9) await estimateTrace(problem, { probes, kind });
    expect(engine.held.buffers - before, kind).toBeLessThanOrEqual(4);
  }
  problem.dispose();
});
