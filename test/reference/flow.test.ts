import { describe, expect, test } from 'vitest';
import {
  alignmentRate,
  dataGram,
  disagreement,
  flow,
  gradient,
  hvp,
  loss,
  makeProblem,
  metrics,
  multipliers,
  optimalPreactivations,
  optimalSharpness,
  type Problem,
  residual,
  retract,
  riemannianGradient,
  riemannianHvp,
  sharpness,
  sharpnessGradient,
  symmetricEigenvalues,
  tangent,
  trace,
  withTheta,
} from '../../src/reference/index.ts';
import { cholesky, choleskySolve, dot, norm, plus, product } from '../../src/reference/matrix.ts';
import { flat, golden, relativeError } from './golden.ts';

describe.each(golden.flow)('the golden flow of $activation, m = $m, n = $n, d = $d', (run) => {
  const problem = makeProblem({
    X: flat(run.X),
    y: run.y,
    theta: flat(run.theta0),
    m: run.m,
    activation: run.activation,
  });

  test('start, optimum and rate', () => {
    expect(relativeError([sharpness(problem)], [run.F0])).toBeLessThan(1e-6);
    expect(relativeError([optimalSharpness(problem)], [run.Fstar])).toBeLessThan(1e-12);
    expect(relativeError([alignmentRate(problem)], [run.rho])).toBeLessThan(1e-10);
  });

  test('sharpness, rank and disagreement along the way', () => {
    let p = problem;
    let now = 0;
    for (const point of run.points) {
      p = withTheta(p, flow(p, point.t - now, 300));
      now = point.t;
      expect(norm(residual(p))).toBeLessThan(1e-9);
      expect(relativeError([sharpness(p)], [point.F]), `F at ${point.t}`).toBeLessThan(1e-6);
      expect(relativeError([metrics.stableRank(p)], [point.stable_rank_Z])).toBeLessThan(1e-5);
      expect(Math.abs(disagreement(p) - point.disagreement_Z)).toBeLessThan(1e-5);
    }
  });
});

/** The central difference of a function of Θ along v. */
function slope(p: Problem, v: Float64Array, f: (p: Problem) => number, h = 1e-5): number {
  return (f(withTheta(p, plus(p.theta, h, v))) - f(withTheta(p, plus(p.theta, -h, v)))) / (2 * h);
}

/** Equal up to what a difference over 1e-5 can show: its truncation and rounding are each about 1e-10 of the values. */
function close(actual: number, estimate: number): void {
  expect(Math.abs(actual - estimate)).toBeLessThan(2e-8 * Math.max(1, Math.abs(estimate)));
}

describe.each(['cubic_linear:0.5', 'sinh', 'sqp', 'tanh', 'softplus', 'sigmoid', 'silu', 'gelu', 'leaky_relu', 'exp'])(
  'with unequal second-layer weights, %s: derivatives against differences',
  (activation) => {
    const [m, n, d] = [4, 3, 5];
    const numbers = (length: number, phase: number) =>
      Float64Array.from({ length }, (_, k) => Math.sin(phase + 2.3 * k * k));
    const problem = makeProblem({
      X: numbers(n * d, 1),
      y: numbers(n, 2),
      theta: numbers(m * d, 3),
      m,
      secondLayer: [1.5, -0.7, 0.4, 1.1],
      activation,
    });
    const v = numbers(m * d, 4);
    const w = numbers(m * d, 5);

    test('gradient, Hessian-vector product, tangent, gradient of F', () => {
      close(dot(gradient(problem), v), slope(problem, v, loss));
      close(
        dot(hvp(problem, v), w),
        slope(problem, v, (p) => dot(gradient(p), w)),
      );
      close(
        tangent(problem, v)[1],
        slope(problem, v, (p) => residual(p)[1]),
      );
      close(dot(sharpnessGradient(problem), v), slope(problem, v, sharpness));
      expect(relativeError([dot(hvp(problem, v), w)], [dot(hvp(problem, w), v)])).toBeLessThan(1e-12);
    });

    test('trace is the sum of the diagonal', () => {
      let sum = 0;
      for (let k = 0; k < m * d; k++) {
        const unit = new Float64Array(m * d);
        unit[k] = 1;
        sum += hvp(problem, unit)[k];
      }
      expect(trace(problem)).toBeCloseTo(sum, 11);
    });

    test('the Hessian on the manifold is the slope of F minus the multipliers times the outputs', () => {
      if (activation === 'leaky_relu') {
        expect(norm(riemannianHvp(problem, v))).toBe(0); // F is piecewise constant
        return;
      }
      const lambda = multipliers(problem);
      // P_T applied to both sides: B v = D(∇F − Jᵀλ)·v with λ held fixed.
      const left = dot(riemannianHvp(problem, v), w);
      const project = (u: ArrayLike<number>) => projected(problem, u);
      const lagrangian = (p: Problem) => dot(sharpnessGradient(p), project(w)) - dot(lambda, tangent(p, project(w)));
      close(left, slope(problem, project(v), lagrangian));
    });
  },
);

function projected(p: Problem, u: ArrayLike<number>): Float64Array {
  // u − Jᵀ(JJᵀ)⁻¹Ju by Gram–Schmidt on the rows of J, independently of the code under test.
  const rows: Float64Array[] = [];
  for (let i = 0; i < p.n; i++) {
    let row: Float64Array = new Float64Array(p.m * p.d);
    for (let k = 0; k < row.length; k++) {
      const unit = new Float64Array(row.length);
      unit[k] = 1;
      row[k] = tangent(p, unit)[i];
    }
    for (let pass = 0; pass < 2; pass++) for (const other of rows) row = plus(row, -dot(row, other), other);
    const length = norm(row);
    rows.push(row.map((value) => value / length));
  }
  let out: Float64Array = Float64Array.from(u);
  for (const row of rows) out = plus(out, -dot(out, row), row);
  return out;
}

/** The instance's problem at its aligned state: every row is c·G⁻¹·X. */
function aligned(id: string): Problem {
  const instance = golden.instances.find((candidate) => candidate.id === id);
  if (!instance) throw new Error(`no golden instance ${id}`);
  const { X, y, m, n, d, activation, theta } = instance;
  const p = makeProblem({ X: flat(X), y, theta: flat(theta), m, activation });
  const coefficients = choleskySolve(cholesky(dataGram(p), n, 'G'), n, optimalPreactivations(p));
  const row = product(coefficients, p.X, 1, n, d);
  return withTheta(
    p,
    Float64Array.from({ length: m * d }, (_, k) => row[k % d]),
  );
}

describe.each(['m7n5d13_cubelin1', 'm7n5d13_sinh', 'm7n5d13_sqp', 'm7n5d13_softplus', 'm7n5d13_tanh'])(
  'the aligned state of %s',
  (id) => {
    const p = aligned(id);

    test('lies on the manifold, is stationary, and its sharpness is F*', () => {
      expect(norm(residual(p))).toBeLessThan(1e-12 * norm(p.y));
      expect(norm(riemannianGradient(p))).toBeLessThan(1e-11 * norm(sharpnessGradient(p)));
      expect(relativeError([sharpness(p)], [optimalSharpness(p)])).toBeLessThan(1e-12);
      expect(disagreement(p)).toBe(0);
      expect(retract(p, { iterations: 1 }).residuals[0]).toBeLessThan(1e-12 * norm(p.y));
    });

    test('the smallest eigenvalue of the Hessian there is ρ, m − 1 times', () => {
      const size = p.m * p.d;
      const dense = new Float64Array(size * size);
      for (let k = 0; k < size; k++) {
        const unit = new Float64Array(size);
        unit[k] = 1;
        dense.set(riemannianHvp(p, unit), k * size);
      }
      const rho = alignmentRate(p);
      // The rest of the space, normal or orthogonal to the data, has eigenvalue 0.
      const others = symmetricEigenvalues(dense, size).filter((value) => Math.abs(value) > 1e-9);
      expect(others).toHaveLength(p.n * (p.m - 1));
      for (let k = 0; k < p.m - 1; k++) expect(others[k] / rho).toBeCloseTo(1, 8);
      expect(others[p.m - 1] / rho).not.toBeCloseTo(1, 3);
    });
  },
);
