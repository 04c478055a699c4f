import { describe, expect, test, vi } from 'vitest';
import { eigenpairs, type SharpnessReport, sharpness, sharpnessMeasures } from '../../../src/engine/geometry/index.ts';
import type { ProblemOptions } from '../../../src/engine/index.ts';
import { probeVector } from '../../../src/model/draws.ts';
import {
  gradient,
  hessian,
  jacobianGram,
  loss,
  sharpness as manifoldTrace,
  outputs,
  type Problem,
  symmetricEigenvalues,
  tangent,
  trace,
  withTheta,
} from '../../../src/reference/index.ts';
import { failure, made, reference } from '../runs/support.ts';
import { openTestEngine } from '../support.ts';

vi.setConfig({ testTimeout: 120_000 });

const engine = await openTestEngine();
/** f32 products, relative to the norm. */
const PRODUCT = 5e-6;

async function sharpnessOf(options: ProblemOptions, wish: Parameters<typeof sharpness>[1]): Promise<SharpnessReport[]> {
  const problem = await engine.problem(options);
  try {
    return await sharpness(problem, wish);
  } finally {
    problem.dispose();
  }
}

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) => Array.from(u).reduce((sum, x, k) => sum + x * v[k], 0);
const change = (p: Problem, step: ArrayLike<number>) =>
  loss(
    withTheta(
      p,
      p.theta.map((t, k) => t + step[k]),
    ),
  ) - loss(p);
const scaledTo = (length: number, v: Float64Array) => v.map((x) => (x * length) / Math.sqrt(dot(v, v)));

/** Everything that can be had by plain loops in float64, at finite perturbations. */
function expectReference(
  { values, standardErrors, radius, converged }: SharpnessReport,
  p: Problem,
  replica: number,
  probes: number,
  seed: number,
): void {
  const size = p.m * p.d;
  const h = hessian(p);
  const all = symmetricEigenvalues(h, size);
  const norm = Math.max(Math.abs(all[0]), all[size - 1]);
  const theta = Float64Array.from(p.theta);
  const [square, g] = [dot(theta, theta), gradient(p)];
  const J = tangent(p, theta);
  expect(converged).toEqual({ hessian: true, gaussNewton: true });
  const near = (name: keyof typeof values, want: number, tolerance: number) => {
    expect(Math.abs(values[name]! - want), `${name} ${values[name]}, not ${want}`).toBeLessThanOrEqual(tolerance);
  };
  near('lambdaMax', all[size - 1], PRODUCT * norm);
  near('lambdaMin', all[0], PRODUCT * norm);
  near('trace', trace(p), PRODUCT * size * norm);
  near('gaussNewtonTrace', manifoldTrace(p), PRODUCT * manifoldTrace(p));
  const kernel = symmetricEigenvalues(jacobianGram(p), p.n);
  near('gaussNewtonLambdaMax', 2 * kernel[p.n - 1], PRODUCT * 2 * kernel[p.n - 1]);
  near('scaledTrace', square * trace(p), PRODUCT * size * norm * square);
  near('scaledLambdaMax', square * all[size - 1], PRODUCT * norm * square);
  // From here on both are float64, but for pre-activations of f32 in the diagonal.
  near('fisherRao', 2 * dot(J, J), 1e-10 * dot(J, J));
  const diagonal = theta.reduce((sum, t, k) => sum + t * t * h[k * size + k], 0);
  near('adaptiveTrace', diagonal, PRODUCT * norm * square);
  let flatness = 0;
  for (let j = 0; j < p.m; j++) {
    for (let k = 0; k < p.m; k++) {
      const own = (r: number) => theta.subarray(r * p.d, (r + 1) * p.d);
      let block = 0;
      for (let l = 0; l < p.d; l++) block += h[(j * p.d + l) * size + k * p.d + l];
      flatness += dot(own(j), own(k)) * block;
    }
  }
  near('relativeFlatness', flatness, 1e-10 * norm * square * size);
  const largest = Math.abs(values.worstCase!) + Math.abs(values.adaptiveWorstCase!);
  near('ascentStep', change(p, scaledTo(radius, g)), 1e-10 * largest);
  const scaled = g.map((x, k) => x * Math.abs(theta[k]));
  const up = scaledTo(radius, scaled).map((x, k) => x * Math.abs(theta[k]));
  near('adaptiveAscentStep', change(p, up), 1e-10 * largest);
  const directions = Array.from({ length: probes }, (_, k) =>
    scaledTo(radius, probeVector(seed, k, replica, size, 'gaussian')),
  );
  for (const [name, scales] of [
    ['averageCase', theta.map(() => 1)],
    ['adaptiveAverageCase', theta.map(Math.abs)],
  ] as const) {
    const samples = directions.map((u) => {
      const step = u.map((x, k) => x * scales[k]);
      return (
        (change(p, step) +
          change(
            p,
            step.map((x) => -x),
          )) /
        2
      );
    });
    const mean = samples.reduce((a, b) => a + b, 0) / probes;
    near(name, mean, 1e-9 * largest);
    const spread = Math.sqrt(samples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (probes - 1) / probes);
    expect(Math.abs(standardErrors[name] - spread)).toBeLessThan(1e-8 * largest);
  }
  // The worst case is no better than what any other way up has found.
  expect(values.worstCase).toBeGreaterThanOrEqual(Math.max(0, values.ascentStep!, values.eigenvectorStep!));
  for (const u of directions) expect(values.worstCase).toBeGreaterThanOrEqual(change(p, u));
  expect(values.adaptiveWorstCase).toBeGreaterThanOrEqual(Math.max(0, values.adaptiveAscentStep!));
}

describe('every measure against float64', () => {
  test.each([
    { n: 5, d: 6, m: 4, radius: 0.05 },
    { n: 3, d: 2, m: 1, radius: 0.5 },
    { n: 9, d: 4, m: 5, activation: 'gelu', radius: 0.1 },
  ])('n $n, d $d, m $m, radius $radius', async ({ radius, ...shape }) => {
    const one = made(shape);
    const other = made({ ...shape, seed: 2 });
    const weights = [one, other].flatMap((o) => Array.from(o.weights as Float32Array));
    const found = await sharpnessOf({ ...one, weights, replicas: 2 }, { radius, probes: 30, seed: 5 });
    for (const [r, o] of [one, other].entries())
      expectReference(found[r], reference({ ...one, weights: o.weights }), r, 30, 5);
  });
});

test('the worst case of two weights is what a search over all directions finds', async () => {
  const options = made({ n: 4, d: 2, m: 1 });
  const radius = 0.3;
  const [{ values }] = await sharpnessOf(options, { radius, probes: 1 });
  const p = reference(options);
  let most = 0;
  for (let k = 0; k < 3600; k++) {
    const angle = (k * Math.PI) / 1800;
    most = Math.max(most, change(p, [radius * Math.cos(angle), radius * Math.sin(angle)]));
  }
  // From below; and the search misses the top by the square of half its spacing.
  expect(values.worstCase! - most).toBeLessThan(1e-6 * most);
  expect(values.worstCase! - most).toBeGreaterThan(-1e-3 * most);
});

describe('a linear network at a minimum, where the loss is a quadratic', () => {
  // Outputs w1·x + w2·x; labels fit.
  const X = [1, 0, 2, 0, 1, -1];
  const weights = [1, 0, 0.5, 0, 1, -0.5];
  const options = { inputs: X, labels: [0, 0], width: 2, activation: 'identity', weights };
  const fitting = async () => {
    const problem = await engine.problem(options);
    const labels = Array.from(await problem.outputs());
    problem.dispose();
    return { ...options, labels };
  };

  test('no first-order step; worst case ρ² λ_max / 2, average case ρ² tr H / (2N)', async () => {
    const radius = 0.7;
    const [{ values, standardErrors, note }] = await sharpnessOf(await fitting(), { radius, probes: 2000 });
    const lambda = values.lambdaMax!;
    expect(note).toBeNull();
    expect(values.ascentStep).toBeNull();
    expect(values.adaptiveAscentStep).toBeNull();
    expect(values.gaussNewtonLambdaMax).toBeCloseTo(lambda, 4);
    // The vector is one of f32, and what it misses enters as its square.
    expect(Math.abs(values.eigenvectorStep! / ((radius ** 2 * lambda) / 2) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(values.worstCase! / ((radius ** 2 * lambda) / 2) - 1)).toBeLessThan(1e-6);
    const average = (radius ** 2 * values.trace!) / (2 * 6);
    expect(Math.abs(values.averageCase! - average)).toBeLessThan(4 * standardErrors.averageCase);
    expect(standardErrors.averageCase).toBeLessThan(0.03 * average);
    const adaptive = (radius ** 2 * values.adaptiveTrace!) / (2 * 6);
    expect(Math.abs(values.adaptiveAverageCase! - adaptive)).toBeLessThan(4 * standardErrors.adaptiveAverageCase);
  });

  test('normal directions have the same mean', async () => {
    const [{ values, standardErrors }] = await sharpnessOf(await fitting(), { probes: 2000, kind: 'gaussian' });
    const average = (0.05 ** 2 * values.trace!) / 12;
    expect(Math.abs(values.averageCase! - average)).toBeLessThan(4 * standardErrors.averageCase);
  });
});

test('rescaled neurons compute the same, and the measures that claim so do not see it', async () => {
  const one = made({ n: 4, d: 5, m: 3, activation: 'cubic' });
  const scales = [2, 0.5, 1];
  const weights = Array.from(one.weights as Float32Array, (w, k) => w * scales[Math.floor(k / 5)]);
  const rescaled = { ...one, weights, secondLayer: scales.map((s) => s ** -3) };
  const wish = { radius: 0.1, probes: 20 };
  const [[a], [b]] = [await sharpnessOf(one, wish), await sharpnessOf(rescaled, wish)];
  const invariant = [
    'fisherRao',
    'relativeFlatness',
    'adaptiveTrace',
    'adaptiveAscentStep',
    'adaptiveAverageCase',
  ] as const;
  for (const name of invariant) {
    expect(sharpnessMeasures[name].definition.length).toBeGreaterThan(10);
    // Weights and scales are f32, powers of two change no bit.
    expect(Math.abs(b.values[name]! / a.values[name]! - 1), name).toBeLessThan(name === 'adaptiveTrace' ? 1e-4 : 1e-8);
  }
  for (const name of ['lambdaMax', 'trace', 'ascentStep', 'worstCase', 'averageCase'] as const) {
    expect(Math.abs(b.values[name]! / a.values[name]! - 1), name).toBeGreaterThan(0.1);
  }
  // φ = z³ is of degree 3, so that Jθ = 3 r.
  const r = outputs(reference(one));
  expect(Math.abs(a.values.fisherRao! / (18 * dot(r, r)) - 1)).toBeLessThan(1e-12);
});

test('kinked activations say where they have no curvature', async () => {
  const [{ note }] = await sharpnessOf(made({ n: 3, d: 3, m: 3, activation: 'relu' }), { probes: 2 });
  expect(note).toContain('kink at z = 0');
});

describe('measures as data', () => {
  test('each has a symbol, a definition and a source, and a value', async () => {
    const [{ values }] = await sharpnessOf(made({ n: 2, d: 2, m: 2 }), { probes: 2 });
    expect(Object.keys(values).sort()).toEqual(Object.keys(sharpnessMeasures).sort());
    for (const { symbol, definition, source } of Object.values(sharpnessMeasures)) {
      expect(symbol).not.toBe('');
      expect(definition).toMatch(/\.$/);
      expect(source).not.toBe('');
    }
  });
});

test.each([
  [{ radius: 0 }, 'BAD_ARGUMENT', 'radius'],
  [{ radius: Number.POSITIVE_INFINITY }, 'BAD_ARGUMENT', 'radius'],
  [{ probes: 0 }, 'BAD_ARGUMENT', 'probes'],
  [{ kind: 'rademacher' as 'sphere' }, 'BAD_ARGUMENT', "kind is 'rademacher'"],
  [{ probes: 1e9 }, 'LIMIT', 'fit'],
  [{ radius: 1e60 }, 'NOT_DEFINED', 'The loss is'],
])('%o is refused', async (wish, code, message) => {
  const error = await failure(() => sharpnessOf(made({ n: 2, d: 2, m: 2 }), wish));
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
});

test('the event loop goes round between the pieces of work on the host, which changes no bit', async () => {
  const options = made({ n: 2, d: 2, m: 2 });
  const want = await sharpnessOf(options, { probes: 7 });
  const clock = vi.spyOn(performance, 'now');
  const timer = vi.spyOn(globalThis, 'setTimeout');
  try {
    // A clock by which everything takes long.
    let time = 0;
    clock.mockImplementation(() => {
      time += 1000;
      return time;
    });
    expect(await sharpnessOf(options, { probes: 7 })).toEqual(want);
    // Two averages, of which each probe is a piece.
    expect(timer.mock.calls.filter(([, delay]) => delay === 0).length).toBeGreaterThanOrEqual(2 * 7);
  } finally {
    clock.mockRestore();
    timer.mockRestore();
  }
});

test('eigenpairs that are known already are not looked for again, and must be those that it needs', async () => {
  const problem = await engine.problem(made({ n: 4, d: 5, m: 3 }));
  const hessian = await eigenpairs(problem);
  const gaussNewton = await eigenpairs(problem, { of: 'gaussNewton', smallest: 0 });
  expect(await sharpness(problem, { known: { hessian, gaussNewton } })).toEqual(await sharpness(problem));
  const onlyLargest = await eigenpairs(problem, { smallest: 0 });
  await expect(sharpness(problem, { known: { hessian: onlyLargest } })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  problem.dispose();
});
