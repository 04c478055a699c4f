import { describe, expect, test } from 'vitest';
import { FlatwalkError } from '../../src/model/errors.ts';
import * as reference from '../../src/reference/index.ts';
import { singularValues } from '../../src/reference/matrix.ts';
import { stableRank } from '../../src/reference/metrics.ts';
import { makeProblem, type Problem } from '../../src/reference/network.ts';
import { type Expected, flat, golden, type Instance, relativeError } from './golden.ts';

function problemOf(instance: Instance, theta: Expected = instance.theta): Problem {
  const { X, y, m, activation } = instance;
  return makeProblem({ X: flat(X), y, theta: flat(theta), m, activation });
}

/** v with its entries replaced by their signs, the sign of 0 being +1. */
const signs = (v: readonly number[]) => v.map((value) => (value < 0 ? -1 : 1));

/** Each golden quantity as the reference computes it, at a point of the instance. */
const quantities: Record<string, (p: Problem, v: number[]) => ArrayLike<number>> = {
  z: reference.preactivations,
  r: reference.outputs,
  loss: (p) => [reference.loss(p)],
  hvp: reference.hvp,
  trace_abs_terms: (p) => [reference.traceAbsTerms(p)],
  F: (p) => [reference.sharpness(p)],
  JJt: reference.jacobianGram,
  grad_norm_sq_per_sample: (p) => reference.jacobianGram(p).filter((_, k) => k % (p.n + 1) === 0),
  stable_rank_Z: (p) => [reference.metrics.stableRank(p)],
  stable_rank_theta: (p) => [stableRank(singularValues(p.theta, p.m, p.d))],
  disagreement_Z: (p) => [reference.disagreement(p)],
  gradF_norm: (p) => [Math.hypot(...reference.sharpnessGradient(p))],
  v_H_v: (p, v) => [reference.quadraticForm(p, v)],
  signv_H_signv: (p, v) => [reference.quadraticForm(p, signs(v))],
  hutchinson_var: (p) => Object.values(reference.hutchinsonVariances(p)),
  hessian: reference.hessian,
  Fstar_aligned: (p) => [reference.optimalSharpness(p)],
  c_aligned: reference.optimalPreactivations,
  // The golden program cuts weights below 0 to 0; the tests of the optimum check the true value there.
  rho_aligned: (p) => [Math.max(0, reference.alignmentRate(p))],
};

/** Quantities whose sum may cancel, or that need the inverse of JJᵀ: their error is relative to something larger. */
const scaled: Record<string, (p: Problem, v: number[]) => { actual: ArrayLike<number>; scale: number }> = {
  grad: (p) => ({
    actual: reference.gradient(p),
    scale: labelScale(p) * Math.sqrt(Math.max(...reference.jacobianGram(p))),
  }),
  max_abs_residual: (p) => ({ actual: [Math.max(...reference.residual(p).map(Math.abs))], scale: labelScale(p) }),
  trace: (p) => ({ actual: [reference.trace(p)], scale: reference.traceAbsTerms(p) }),
  lambda: (p) => ({ actual: reference.multipliers(p), scale: multiplierScale(p) }),
  lambda_trace_convention: (p) => ({ actual: traceMultipliers(p), scale: multiplierScale(p) }),
  rgrad: (p) => ({ actual: reference.riemannianGradient(p), scale: gradientScale(p) }),
  rgrad_norm: (p) => ({ actual: [Math.hypot(...reference.riemannianGradient(p))], scale: gradientScale(p) }),
  rhess_times_v: (p, v) => ({ actual: reference.riemannianHvp(p, v), scale: hessianScale(p) }),
  cond_JJt: (p) => ({ actual: [condition(p)], scale: condition(p) ** 2 }),
};

function condition(p: Problem): number {
  const eigenvalues = reference.symmetricEigenvalues(reference.jacobianGram(p), p.n);
  return eigenvalues[p.n - 1] / eigenvalues[0];
}

const labelScale = (p: Problem) => Math.max(...p.y.map(Math.abs));
const gradientScale = (p: Problem) => Math.sqrt(condition(p)) * Math.hypot(...reference.sharpnessGradient(p));
const multiplierScale = (p: Problem) => condition(p) * Math.hypot(...reference.multipliers(p));
/** ‖B‖ is at most the largest weight times the trace of G; v has entries of order 1. */
const hessianScale = (p: Problem) => condition(p) * Math.max(1, Math.hypot(...reference.multipliers(p))) * 10;

/** The multiplier of tr D²L, λ_i + 2 q_i Σ_j φ''(z_ij). */
function traceMultipliers(p: Problem): Float64Array {
  const bends = reference.neuronSums(p, (z, _i, a) => a * p.activation.d2phi(z));
  const q = reference.squaredNorms(p);
  return reference.multipliers(p).map((lambda, i) => lambda + 2 * q[i] * bends[i]);
}

function check(name: string, p: Problem, v: number[], value: Expected | null): void {
  if (value === null) {
    checkMissing(name, p);
    return;
  }
  const expected = flat(value);
  if (name in scaled) {
    const { actual, scale } = scaled[name](p, v);
    expect(relativeError(actual, expected, scale), name).toBeLessThan(1e-12);
  } else {
    const scale = expected.every((number) => Math.abs(number) < 1e-12) ? 1 : 0;
    expect(relativeError(quantities[name](p, v), expected, scale), name).toBeLessThan(1e-11);
  }
}

/** The golden program knows no optimum where φ has no inverse, nor where n > d, where ours is a bound without a rate. */
function checkMissing(name: string, p: Problem): void {
  if (p.n > p.d && name === 'Fstar_aligned') {
    expect(reference.optimalSharpness(p)).toBeGreaterThan(0);
  } else if (p.n > p.d && name === 'c_aligned') {
    const c = reference.optimalPreactivations(p);
    c.forEach((z, i) => {
      expect(p.m * p.activation.phi(z)).toBeCloseTo(p.y[i], 12);
    });
  } else {
    expect(() => quantities[name](p, [])).toThrow(FlatwalkError);
  }
}

/** Golden keys that are checked elsewhere, or not by the reference at all. */
const elsewhere = ['theta', 'retraction_of_theta_f64', 'F_retracted_f64', 'rhess_eig_min_max_in_span'];

describe.each(golden.instances)('$id', (instance) => {
  const v = flat(instance.v);

  test.each(Object.keys(instance.expect).filter((key) => !elsewhere.includes(key)))('%s', (name) => {
    check(name, problemOf(instance), v, instance.expect[name]);
  });

  const onM = instance.on_M;
  if (!onM) return;

  test.each(Object.keys(onM).filter((key) => !elsewhere.includes(key)))('on the manifold: %s', (name) => {
    check(name, problemOf(instance, onM.theta), v, onM[name]);
  });

  test('retraction', () => {
    const { theta, residuals } = reference.retract(problemOf(instance), { iterations: 60, halving: true });
    const expected = flat(onM.retraction_of_theta_f64);
    expect(residuals[60]).toBeLessThan(1e-13 * Math.max(1, Math.hypot(...instance.y)));
    expect(relativeError(theta, expected)).toBeLessThan(1e-10);
    const flatness = reference.sharpness(problemOf(instance, [...theta]));
    expect(relativeError([flatness], flat(onM.F_retracted_f64))).toBeLessThan(1e-11);
  });

  test('near the manifold, plain steps fall quadratically', () => {
    const near = problemOf(
      instance,
      flat(onM.theta).map((w, k) => w + 1e-4 * Math.sin(k)),
    );
    const { residuals } = reference.retract(near);
    expect(residuals).toHaveLength(5);
    expect(residuals[4]).toBeLessThan(1e-12 * Math.max(1, Math.hypot(...instance.y)));
  });
});

test('the Gauss-Newton product is the Hessian’s where there is no residual, and 2 Jᵀ J v everywhere', () => {
  const instance = golden.instances.find(({ id }) => id === 'm7n5d13_sinh') as (typeof golden.instances)[number];
  const p = problemOf(instance);
  const v = flat(instance.v);
  const product = reference.gaussNewtonProduct(p, v);
  expect(relativeError(product, reference.hvp({ ...p, y: reference.outputs(p) }, v))).toBeLessThan(1e-14);
  const along = reference.tangent(p, v);
  const form = product.reduce((sum, value, k) => sum + value * v[k], 0);
  expect(form / along.reduce((sum, s) => sum + 2 * s * s, 0)).toBeCloseTo(1, 12);
});

test.each(golden.instances.filter(({ id }) => /m7n5d13/.test(id)))(
  '$id: diagonal and norm of the dense Hessian',
  (g) => {
    const p = problemOf(g);
    const diagonal = reference.hessianDiagonal(p);
    expect(diagonal.reduce((sum, value) => sum + value, 0) / reference.trace(p)).toBeCloseTo(1, 12);
    const { rademacher, gaussian } = g.expect.hutchinson_var as { rademacher: number; gaussian: number };
    expect((2 * reference.frobeniusNorm(p) ** 2) / gaussian).toBeCloseTo(1, 12);
    const squares = diagonal.reduce((sum, value) => sum + value * value, 0);
    expect((gaussian - 2 * squares) / rademacher).toBeCloseTo(1, 12);
  },
);

test('the instances hold what is claimed to be checked', () => {
  const names = new Set(golden.instances.flatMap((instance) => Object.keys(instance.expect)));
  for (const name of [...Object.keys(quantities), ...Object.keys(scaled)]) expect(names).toContain(name);
});
