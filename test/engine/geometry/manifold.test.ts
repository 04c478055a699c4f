import { describe, expect, test } from 'vitest';
import {
  alignedState,
  kernelCondition,
  makePoint,
  manifoldPoint,
  pointAt,
  predictedRate,
  projectTangent,
  residualsOf,
  retract,
  riemannianEigenvalues,
  riemannianGradient,
  riemannianHessian,
  riemannianHessianProduct,
  sharpnessOf,
  toWeights,
  weightsOf,
} from '../../../src/engine/geometry/index.ts';
import {
  riemannianGradient as referenceGradient,
  residual as referenceResidual,
  retract as referenceRetract,
  projectTangent as referenceTangent,
  riemannianHvp,
  sharpness,
  withTheta,
} from '../../../src/reference/index.ts';
import { flat, normError, openTestEngine } from '../support.ts';
import { instance, instances, plainPoint, pointOf } from './points.ts';

/**
 * Both sides are float64 with different orders of summation; what solves with J J^T loses a factor of its condition number,
 * which in these instances is up to 5e3, so 1e-16 becomes 1e-12 and a bit.
 */
const CLOSE = 1e-11;

describe.each(instances)('the golden instance $id', (g) => {
  const { point } = pointOf(g, g.on_M.theta);
  // Three instances have no tangent space within the span of the data: gradients there are rounding.
  const isPoint = g.m * Math.min(g.n, g.d) === g.n;

  test('sharpness, kernel, gradient, multipliers', () => {
    expect(normError([sharpnessOf(point)], [g.on_M.F])).toBeLessThan(CLOSE);
    expect(normError([kernelCondition(point)], [g.on_M.cond_JJt])).toBeLessThan(1e-9);
    const { coefficients, norm, lambda, lambdaOfTrace } = riemannianGradient(point);
    const scale = g.on_M.gradF_norm;
    expect(normError(lambda, g.on_M.lambda, 1e-3)).toBeLessThan(CLOSE);
    expect(normError(lambdaOfTrace, g.on_M.lambda_trace_convention, 1e-3)).toBeLessThan(CLOSE);
    expect(normError(toWeights(point, coefficients), flat(g.on_M.rgrad), scale)).toBeLessThan(CLOSE);
    expect(normError([norm], [g.on_M.rgrad_norm], scale)).toBeLessThan(CLOSE);
  });

  test('eigenvalues of the Hessian on the tangent space', () => {
    const eigenvalues = riemannianEigenvalues(point);
    expect(eigenvalues).toHaveLength(g.m * Math.min(g.n, g.d) - g.n);
    const wanted = g.on_M.rhess_eig_min_max_in_span;
    if (isPoint || !wanted) return;
    expect(normError([eigenvalues[0], eigenvalues[eigenvalues.length - 1]], wanted, 1)).toBeLessThan(CLOSE);
  });
});

describe.each(['cubic_linear:0.5', 'sinh', 'sqp', 'tanh', 'softplus', 'exp'])(
  'with unequal second-layer weights, %s: as the reference in weight space',
  (activation) => {
    const { point, problem, C } = plainPoint(activation);

    test('gradient, projection, Hessian', () => {
      const at = (coefficients: Float64Array) => toWeights(point, coefficients);
      expect(normError(at(riemannianGradient(point).coefficients), referenceGradient(problem))).toBeLessThan(CLOSE);
      expect(normError(at(projectTangent(point, C)), referenceTangent(problem, at(C)))).toBeLessThan(CLOSE);
      expect(normError(at(riemannianHessianProduct(point, C)), riemannianHvp(problem, at(C)))).toBeLessThan(CLOSE);
    });

    test('the dense Hessian has the trace of its products over the whole space', () => {
      const { matrix, dimension } = riemannianHessian(point);
      let dense = 0;
      for (let k = 0; k < dimension; k++) dense += matrix[k * dimension + k];
      let sum = 0;
      const size = problem.m * problem.d;
      for (let k = 0; k < size; k++) sum += riemannianHvp(problem, unit(size, k))[k];
      expect(Math.abs(dense - sum)).toBeLessThan(CLOSE * Math.max(...matrix.map(Math.abs)) * dimension);
    });

    test('retraction', () => {
      const ours = retract(point, { iterations: 3 });
      const theirs = referenceRetract(problem, { iterations: 3, halving: true });
      expect(normError(weightsOf(ours.point), theirs.theta)).toBeLessThan(CLOSE);
      expect(ours.residuals).toHaveLength(4);
    });
  },
);

const unit = (size: number, k: number) => Float64Array.from({ length: size }, (_, l) => (l === k ? 1 : 0));

describe('retraction', () => {
  const g = instance('m16n8d32_cubelin0.1');

  test('converges quadratically and reaches rounding', () => {
    const { point, residuals, converged } = retract(pointOf(g, g.theta).point);
    expect(converged).toBe(true);
    expect(Math.max(...residualsOf(point).map(Math.abs))).toBeLessThan(1e-13);
    const near = residuals.findIndex((e) => e < 1e-2);
    // e' <= c e² with c about 1 here: phi'' over phi' squared.
    expect(residuals[near + 1]).toBeLessThan(10 * residuals[near] ** 2);
  });

  test('agrees with the golden one', () => {
    const { point } = retract(pointOf(g, g.theta).point);
    // on_M.theta is rounded to f32; the exact one is stored beside it.
    expect(normError([sharpnessOf(point)], [g.on_M.F_retracted_f64])).toBeLessThan(1e-10);
    expect(normError(weightsOf(point), flat(g.on_M.retraction_of_theta_f64))).toBeLessThan(1e-10);
  });

  test('says so where labels cannot be met', () => {
    const input = { inputs: [1, 0], labels: [-1], weights: [0.5, 0.5], width: 1, activation: 'softplus' };
    const { converged, residuals } = retract(makePoint(input), { iterations: 2 });
    expect(converged).toBe(false);
    // softplus has positive values alone, so that at least 1 is left.
    expect(residuals[residuals.length - 1]).toBeGreaterThan(1);
  });
});

describe('the aligned state', () => {
  const g = instance('m6n4d7_cubelin1_aligned_minimum');
  const { point } = pointOf(g, g.on_M.theta);

  test('F* and rho', () => {
    expect(normError([alignedState(point).sharpness], [g.expect.Fstar_aligned])).toBeLessThan(CLOSE);
    expect(normError([predictedRate(point)], [g.expect.rho_aligned])).toBeLessThan(CLOSE);
  });

  test('rho is the smallest eigenvalue there, m - 1 times', () => {
    // The state is aligned up to f32: eigenvalues are off by about 1e-7 of the largest.
    const [first, ...others] = riemannianEigenvalues(point);
    for (const value of [first, ...others.slice(0, g.m - 2)]) expect(value / predictedRate(point)).toBeCloseTo(1, 5);
    expect(others[g.m - 2] / predictedRate(point)).toBeGreaterThan(1.01);
  });

  test('rho is refused for activations and data without such a minimum', () => {
    const tanh = instance('m7n5d13_tanh');
    expect(() => predictedRate(pointOf(tanh, tanh.theta).point)).toThrow(/φ''' > 0/);
    const dependent = instance('m5n9d4_cubelin0.1_n_gt_d');
    // All of F lies in how neurons differ: one alone has the same F everywhere.
    const alone = makePoint({
      inputs: [1, 0, 0, 1],
      labels: [1, 2],
      width: 1,
      activation: 'cubic_linear',
      weights: [1, 2],
    });
    expect(() => predictedRate(alone)).toThrow(expect.objectContaining({ code: 'NOT_DEFINED' }));
    expect(() => predictedRate(alone)).toThrow(/single neuron/);
    expect(() => predictedRate(pointOf(dependent, dependent.theta).point)).toThrow(/rank 4 of 9/);
    expect(() => alignedState(plainPoint('tanh').point)).toThrow(/second-layer/);
  });
});

describe('where there is no tangent space', () => {
  const base = { labels: [1, 2], width: 2, activation: 'cubic' };

  test("phi' = 0 in every neuron", () => {
    const point = makePoint({ ...base, inputs: [1, 0, 0, 1], weights: [1, 0, 2, 0] });
    expect(kernelCondition(point)).toBe(Number.POSITIVE_INFINITY);
    expect(() => riemannianGradient(point)).toThrow(/condition number is Infinity; φ' = 0 in every neuron at sample 1/);
  });

  test('a repeated sample', () => {
    const point = makePoint({ ...base, inputs: [1, 0.5, 1, 0.5], weights: [1, 0, 2, 1] });
    expect(() => retract(point)).toThrow(/dependent \(rank 1 of 2 samples\)/);
  });

  test('more samples than directions', () => {
    const point = makePoint({ inputs: [1, 2, 3], labels: [1, 2, 3], width: 2, activation: 'sinh', weights: [1, 0.4] });
    expect(() => riemannianHessian(point)).toThrow(/3 samples are more than m · rank\(X\) = 2/);
  });

  test('slopes beyond float64', () => {
    const point = makePoint({ ...base, activation: 'exp', inputs: [1, 0, 0, 1], weights: [800, 0, 2, 0] });
    expect(() => riemannianGradient(point)).toThrow(/leave the range of float64/);
  });
});

describe('points', () => {
  test('of the device: the replica asked for, with its own labels', async () => {
    const engine = await openTestEngine();
    const { X: inputs, m: width, activation, theta, on_M, y } = instance('m7n5d13_sinh');
    const labels = [y, y.map((label) => label + 0.25)];
    const weights = [...flat(theta), ...flat(on_M.theta)];
    using problem = await engine.problem({ inputs, labels, width, activation, weights, replicas: 2 });
    const point = await manifoldPoint(problem, 1);
    expect(Array.from(point.y)).toEqual(labels[1].map(Math.fround));
    expect(Array.from(weightsOf(point))).toEqual(flat(on_M.theta).map(Math.fround));
    await expect(manifoldPoint(problem, 2)).rejects.toThrow(/no replica 2/);
  });

  test('move by coefficients as weights do', () => {
    const { point, problem, C } = plainPoint('sqp');
    const moved = pointAt(point, C);
    expect(normError(residualsOf(moved), referenceResidual(withTheta(problem, weightsOf(moved))))).toBeLessThan(CLOSE);
    expect(normError([sharpnessOf(moved)], [sharpness(withTheta(problem, weightsOf(moved)))])).toBeLessThan(CLOSE);
  });

  test('are refused when they are too large, and the Hessian with the width that fits', () => {
    const n = 513;
    const large = { inputs: new Float64Array(n), labels: new Float64Array(n), weights: [1], width: 1 };
    expect(() => makePoint({ ...large, activation: 'sinh' })).toThrow(/512 samples at most, not 513/);
    const wide = { inputs: [1, 0, 0, 1], labels: [1, 1], width: 513, activation: 'sinh' };
    const weights = Float64Array.from({ length: 1026 }, (_, k) => Math.sin(k));
    expect(() => riemannianHessian(makePoint({ ...wide, weights }))).toThrow(/up to 512 neurons/);
  });

  test('are refused with numbers that do not fit or are not finite', () => {
    const good = { inputs: [1, 0, 0, 1], labels: [1, 1], width: 1, activation: 'sinh', weights: [1, 1] };
    expect(() => makePoint({ ...good, weights: [1] })).toThrow(/do not fit a width of 1/);
    expect(() => makePoint({ ...good, weights: [1, Number.NaN] })).toThrow(/weights: the value at index 1 is NaN/);
  });
});
