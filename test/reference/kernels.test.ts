/** The oracles of the kernels give the quantities of the reference, and bounds that are neither empty nor useless. */
import { describe, expect, test } from 'vitest';
import { rightSteps, tileVariant } from '../../src/engine/products.ts';
import { activation, activationNames } from '../../src/model/activations.ts';
import { packSettings, streamNormals } from '../../src/model/draws.ts';
import { roundedActivation } from '../../src/reference/accuracy.ts';
import {
  dataGram,
  generatedDraws,
  gradient,
  hvp,
  jacobianGram,
  loss,
  makeProblem,
  preactivations,
  quadraticForm,
  residual,
  type Schedule,
  scheduleFactor,
  sharpness,
  squaredNorms,
  trace,
  train,
  trainInDataSpace,
} from '../../src/reference/index.ts';
import type { Choices } from '../../src/reference/kernels/oracle.ts';
import { oracles } from '../../src/reference/kernels.ts';
import { product } from '../../src/reference/matrix.ts';
import {
  add,
  blockSum,
  chainSum,
  divide,
  multiply,
  root,
  Sum,
  subtract,
  TINY,
  ULP,
} from '../../src/reference/rounding.ts';

const [n, d, m] = [5, 4, 3];
const normals = (part: number, length: number) => Float32Array.from(streamNormals('data', 3, part, 0, length));
const p = makeProblem({
  X: normals(1, n * d).map((x) => Math.fround(x / 2)),
  y: normals(2, n),
  theta: normals(3, m * d),
  m,
  secondLayer: normals(4, m),
  activation: 'gelu',
});
const z = preactivations(p);
const targets = [...p.y, ...squaredNorms(p), ...new Float64Array(n), ...p.secondLayer];
const choices: Choices = { activation: p.activation, space: 'weight', draws: 'sampled', law: 'gaussian' };
const block = { replicas: 1, width: m, samples: n, first: 0, count: n };
const RUNNING = 0xffff_ffff;

function close(got: ArrayLike<number>, want: ArrayLike<number>): void {
  const size = Math.max(...Array.from(want, Math.abs));
  expect(got.length).toBe(want.length);
  for (let k = 0; k < want.length; k++) expect(Math.abs(got[k] - want[k])).toBeLessThan(1e-13 * size);
}

const shared = { OWN_TARGETS: 0 };
const tile = tileVariant('quads 4x4').constants;
const e = oracles.residual(
  { preactivations: z, targets, status: [RUNNING], residuals: new Float64Array(n) },
  { ...block, step: 0 },
  shared,
  choices,
).residuals.values;

describe('oracles', () => {
  test('residual and gradient', () => {
    close(e, residual(p));
    const { coefficients } = oracles.gradient_coefficients(
      { preactivations: z, targets, weights: e, status: [RUNNING], coefficients: new Float64Array(m * n) },
      { ...block, scale: 2, accumulate: 0, keep: 0, step: 0 },
      shared,
      choices,
    );
    close(product(coefficients.values, p.X, m, n, d), gradient(p));
  });

  test('Hessian-vector products and their forms', () => {
    const v = Float64Array.from(normals(5, m * d));
    const projections = preactivations({ ...p, theta: v });
    const shape = { vectors: 1, per_replica: 1, width: m, samples: n, first: 0, count: n };
    const inputs = { preactivations: z, projections, targets };
    const s = oracles.tangent({ ...inputs, tangents: new Float64Array(n) }, shape, shared, choices).tangents.values;
    const given = { ...inputs, tangents: s, residuals: e };
    const curved = { ...given, coefficients: new Float64Array(m * n) };
    const { coefficients } = oracles.curvature_coefficients(curved, shape, shared, choices);
    close(product(coefficients.values, p.X, m, n, d), hvp(p, v));
    const { forms } = oracles.probe_forms(
      { ...inputs, residuals: e, forms: [0] },
      { ...block, vectors: 1, first_vector: 0, taken: 1, chunk: 0 },
      { LANES: 64, ...shared },
      choices,
    );
    close(forms.values, [quadraticForm(p, v)]);
  });

  test('observe: loss, sharpness, trace', () => {
    const { partials } = oracles.observe(
      { preactivations: z, targets, partials: new Float64Array(8) },
      { ...block, chunk: 0 },
      { LANES: 64, ...shared },
      choices,
    );
    const [sum, steepness, bend, , , broken, largest] = partials.values;
    close([sum, 2 * steepness, 2 * steepness + 2 * bend], [loss(p), sharpness(p), trace(p)]);
    expect(broken).toBe(0);
    close([largest], [Math.max(...residual(p).map(Math.abs))]);
  });

  test('Jacobian Gram matrix, and its system solved', () => {
    const ones = new Float64Array(n).fill(1);
    const slopes = oracles.gradient_coefficients(
      { preactivations: z, targets, weights: ones, status: [RUNNING], coefficients: new Float64Array(m * n) },
      { ...block, scale: 1, accumulate: 0, keep: 0, step: 0 },
      shared,
      choices,
    ).coefficients.values;
    const gram = oracles.gram_matrix(
      { left: slopes, right: slopes, factors: dataGram(p), status: [RUNNING], gram: new Float64Array(n * n) },
      { replicas: 1, rows: m, columns: n, skip: 0, side: 0, weighted: 1, accumulate: 0, step: 0 },
      tile,
      choices,
    ).gram.values;
    close(gram, jacobianGram(p));
    const blank = { factor: new Float64Array(n * n), pivots: new Float64Array(4) };
    const panel = { replicas: 1, samples: n, column: 0, step: 0 };
    const { factor } = oracles.cholesky_panel({ gram, status: [RUNNING], ...blank }, panel, { LANES: 1 }, choices);
    const { solution } = oracles.cholesky_solve(
      { factor: factor.values, rhs: e, status: [RUNNING], solution: new Float64Array(n) },
      panel,
      { LANES: 1 },
      choices,
    );
    for (let i = 0; i < n; i++) {
      const back = solution.values.reduce((sum, mu, k) => sum + gram[i * n + k] * mu, 0);
      expect(back).toBeCloseTo(e[i], 9);
    }
    // A step of the pre-activations is the step of the weights, -J^T mu.
    const pulled = slopes.map((slope, cell) => -slope * solution.values[cell % n]);
    const gramSteps = { first: 0, ...rightSteps('terms', n) };
    const step = oracles.multiply(
      { left: pulled, right: dataGram(p), status: [RUNNING], product: z },
      { replicas: 1, rows: m, columns: n, terms: n, ...gramSteps, accumulate: 1, step: 0 },
      tile,
      choices,
    );
    const moved = product(pulled, p.X, m, n, d).map((change, cell) => p.theta[cell] + change);
    close(step.product.values, preactivations({ ...p, theta: moved }));
  });

  test.each([
    ['weight', 'constant'],
    ['data', 'constant'],
    ['weight', 'varying'],
    ['data', 'varying'],
  ] as const)('label-noise SGD in %s space, %s', (space, schedule) => {
    const [stepSize, sigma, batch, seed, steps] = [2 ** -7, 0.5, 2, 12, 6];
    // All factors are exact in f32.
    const schedules: Schedule[] = [
      { kind: 'step', every: 3, factor: 0.5 },
      { kind: 'constant', warmup: 8 },
    ];
    const [stepSizeSchedule, noiseSchedule] = schedule === 'varying' ? schedules : [];
    const options = { mode: 'mini' as const, stepSize, sigma, steps, firstStep: 3, stepSizeSchedule, noiseSchedule };
    // Behind the settings, at the step's number modulo 8: steps 8 to 10 come first.
    const factors = [8, 9, 10, 3, 4, 5, 6, 7].map((step) => schedules.map((s) => scheduleFactor(s, step)));
    const draws = generatedDraws({ mode: 'mini', n, batch, seed });
    const trained = (count: number) => {
      const o = { ...options, draws, steps: count };
      return space === 'weight' ? train(p, o) : trainInDataSpace(p, o).coefficients;
    };
    const want = trained(steps);
    const { state, status, kept } = oracles.sgd_lane(
      {
        features: space === 'weight' ? p.X : dataGram(p),
        start: z,
        targets,
        settings: [
          ...packSettings((-2 * stepSize) / batch, sigma, seed),
          ...factors.flatMap(([ofStep, ofNoise]) => [...packSettings(ofStep, ofNoise, 0)]),
        ],
        recorded: [],
        state: space === 'weight' ? p.theta : new Float64Array(m * n),
        status: [RUNNING],
        kept: new Float64Array(2 * m * (space === 'weight' ? d : n)),
      },
      { replicas: 1, first_step: 3, steps, every: 4, first_row: 1 },
      {
        WIDTH: m,
        SAMPLES: n,
        STATE: space === 'weight' ? d : n,
        BATCH: batch,
        LANES: 1,
        RUNNING,
        SCHEDULED: 8,
        ...shared,
      },
      { ...choices, space, schedule },
    );
    close(state.values, want);
    close(kept.values.slice(state.values.length), trained(5)); // After step 8.
    expect([...status.values]).toEqual([RUNNING]);
    for (const error of state.errors) expect(error).toBeLessThan(1e-5);
  });
});

describe('rounding', () => {
  const f = Math.fround;
  const xs = [0.1, -3.7, 1e-3, 12345.678, 2 / 3, -1e6].map(f);

  test('single operations of correctly rounded f32 are within their bounds', () => {
    for (const x of xs) {
      for (const y of xs) {
        const pairs = [
          [f(x + y), add(x, y)],
          [f(x - y), subtract(x, y)],
          [f(x * y), multiply(x, y)],
          [f(x / y), divide(x, y)],
          [f(Math.sqrt(Math.abs(x))), root(Math.abs(x))],
        ] as const;
        for (const [got, { value, error }] of pairs) expect(Math.abs(got - value)).toBeLessThanOrEqual(error);
      }
    }
  });

  test('errors are carried through, and a bound is not far above what happens', () => {
    const terms = normals(9, 1000);
    let running = 0;
    for (const x of terms) running = f(running + f(x * x));
    const exact = terms.reduce((sum, x) => sum + x * x, 0);
    const { value, error } = chainSum(terms.length, (k) => multiply(terms[k], terms[k]));
    expect(value).toBeCloseTo(exact, 9);
    expect(Math.abs(running - value)).toBeLessThanOrEqual(error);
    expect(error).toBeLessThan(1000 * 2 * ULP * exact);
    expect(blockSum(1000, (k) => terms[k]).error).toBeLessThan(chainSum(1000, (k) => terms[k]).error / 10);
  });

  test('what may be flushed to 0 is allowed for', () => {
    expect(add(1e-39, 0).error).toBeGreaterThanOrEqual(1e-39);
    expect(multiply(1e-20, 1e-20).error).toBeGreaterThanOrEqual(TINY);
    expect(new Sum().after(0)).toEqual({ value: 0, error: 0 });
  });
});

test.each(activationNames)('%s: bounds in f32, for most arguments some units of the last place', (name) => {
  const exact = activation(name);
  const bounded = roundedActivation(exact);
  for (const order of ['phi', 'dphi', 'd2phi', 'd3phi'] as const) {
    for (const z of [-3, -1.5, -0.7, -0.2, 0.1, 0.6, 1.1, 2.3].map(Math.fround)) {
      const { value, error } = bounded[order](z);
      expect(value).toBe(exact[order](z));
      // 64 units of the value, or of 1 where the value is one of a zero's neighbours.
      expect(error).toBeLessThan(64 * ULP * Math.max(1, Math.abs(value)));
    }
  }
  // An error in z is carried on by the slope.
  const { error } = bounded.phi({ value: 0.4, error: 1e-3 });
  expect(error / (1e-3 * Math.abs(exact.dphi(0.4)) + 1e-12)).toBeGreaterThan(0.9);
});
