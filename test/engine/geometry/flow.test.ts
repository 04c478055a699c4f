import { describe, expect, test } from 'vitest';
import { flow, makePoint, retract, riemannianGradient, weightsOf } from '../../../src/engine/geometry/index.ts';
import { dormandPrince, integrate } from '../../../src/engine/geometry/manifold/integrate.ts';
import { plus, pointAt } from '../../../src/engine/geometry/manifold/point.ts';
import { FlatwalkError } from '../../../src/model/errors.ts';
import { flow as referenceFlow } from '../../../src/reference/index.ts';
import { normError } from '../support.ts';
import { flows, instance, plainPoint, pointOf } from './points.ts';

describe.each(flows)('the golden flow of $activation, m = $m, n = $n, d = $d', (g) => {
  const { point } = pointOf(g, g.theta0);

  test('sharpness, rank and disagreement at its times', async () => {
    const times = g.points.map((p) => p.t);
    const { rows, stopped } = await flow(point, { times });
    expect(stopped).toBe('time');
    expect(rows.map((row) => row.time)).toEqual([0, ...times]);
    // The golden curve is good to about 1e-8, the change when its step was halved; an error of the tolerance in each of a
    // hundred steps makes 1e-6 at most. The start's weights are rounded to f32, which moves F0 by 1e-7.
    for (const [k, p] of g.points.entries()) {
      expect(normError([rows[k + 1].sharpness], [p.F])).toBeLessThan(1e-6);
      expect(normError([rows[k + 1].stableRank], [p.stable_rank_Z])).toBeLessThan(1e-6);
      expect(Math.abs(rows[k + 1].disagreement - p.disagreement_Z)).toBeLessThan(1e-6);
      expect(rows[k + 1].residual).toBeLessThan(1e-13 * Math.max(...g.y.map(Math.abs)) * 100);
    }
  });

  test('falls all the way, and in the end at twice the predicted rate', async () => {
    const { rows, decay, predictedRate, optimum, monotone } = await flow(point);
    expect(normError([predictedRate ?? 0], [g.rho])).toBeLessThan(1e-10);
    expect(normError([optimum?.sharpness ?? 0], [g.Fstar])).toBeLessThan(1e-12);
    expect(monotone).toBe(true);
    for (const [k, row] of rows.entries())
      if (k > 0) expect(row.sharpness).toBeLessThan(rows[k - 1].sharpness * (1 + 1e-13));
    expect(decay?.points).toBeGreaterThanOrEqual(8);
    expect(Math.abs((decay?.rate ?? 0) / (2 * g.rho) - 1)).toBeLessThan(0.05);
  });
});

test('a start with unequal second-layer weights follows the reference in weight space', async () => {
  const { point, problem } = plainPoint('cubic_linear:0.5');
  const start = await flow(point, { times: [0] });
  const { point: end } = await flow(point, { times: [0.02], tolerance: 1e-10 });
  const theirs = referenceFlow({ ...problem, theta: weightsOf(start.point) }, 0.02, 400);
  // 400 steps of order 4 leave about 1e-10.
  expect(normError(weightsOf(end), theirs)).toBeLessThan(1e-8);
});

describe('the integrator', () => {
  const g = flows[0];
  const { point } = pointOf(g, g.theta0);
  const velocity = (p: typeof point) => riemannianGradient(p).coefficients.map((c) => -c);
  const time = 8e-4;
  const walk = (steps: number) => {
    let p = point;
    for (let k = 0; k < steps; k++) p = pointAt(p, dormandPrince(p, velocity(p), time / steps, velocity).A);
    return p.Z;
  };

  test('is of order 5', () => {
    const exact = walk(64);
    const [coarse, fine] = [4, 8].map((steps) => normError(walk(steps), exact));
    const order = Math.log2(coarse / fine);
    // Asymptotically 5; higher terms are a step's length smaller.
    expect(order).toBeGreaterThan(4.5);
    expect(order).toBeLessThan(5.8);
  });

  test('estimates an error of order 5 in a step, and interpolates to order 4', () => {
    const of = (h: number) => {
      const step = dormandPrince(point, velocity(point), h, velocity);
      let p = point;
      for (let k = 0; k < 16; k++) p = pointAt(p, dormandPrince(p, velocity(p), (0.6 * h) / 16, velocity).A);
      const error = pointAt({ ...point, Z0: new Float64Array(point.Z.length) }, step.error).Z;
      const off = plus(pointAt(point, step.at(0.6)).Z, -1, p.Z);
      return [error, off].map((values) => Math.max(...values.map(Math.abs)));
    };
    const [coarse, fine] = [of(time / 4), of(time / 8)];
    // Both are of order h^5 in one step: a factor of 32 for half the length.
    for (const k of [0, 1]) expect(Math.abs(Math.log2(coarse[k] / fine[k]) - 5)).toBeLessThan(0.6);
  });

  test('its interpolant ends at the step', () => {
    const step = dormandPrince(point, velocity(point), time / 4, velocity);
    expect(normError(step.at(1), step.A)).toBeLessThan(1e-13);
    expect(Array.from(step.at(0))).toEqual(Array.from(point.A));
  });

  test('is stuck where the velocity is not defined further on, and says why', async () => {
    const start = retract(point).point;
    const moved = (p: typeof point) => normError(p.Z, start.Z);
    const fenced = (p: typeof point) => {
      if (moved(p) > 0.01) throw new FlatwalkError('NOT_DEFINED', 'beyond the fence', 'Stay.');
      return velocity(p).map((c) => -c);
    };
    const ways = { tolerance: 1e-8, mostSteps: 1e4, step: () => false, output: () => {} };
    const end = await integrate(start, fenced, { ...ways, times: [1] });
    expect(end.reason).toBe('stuck');
    expect(end.obstacle?.message).toContain('beyond the fence');
    expect(moved(end.point)).toBeCloseTo(0.01, 9);
  });

  test('errors follow the tolerance', async () => {
    const times = [g.points[1].t];
    const at = async (tolerance: number) => (await flow(point, { times, tolerance })).rows[1].sharpness;
    const exact = await at(1e-12);
    const [coarse, fine] = [Math.abs((await at(1e-4)) - exact), Math.abs((await at(1e-8)) - exact)];
    expect(coarse / exact).toBeLessThan(1e-3);
    expect(fine).toBeLessThan(coarse / 100);
  });
});

describe('a flow ends', () => {
  const g = flows[1];
  const { point } = pointOf(g, g.theta0);

  test('at its gradient tolerance, with a row there', async () => {
    const { stopped, rows } = await flow(point, { gradientTolerance: 1 });
    expect(stopped).toBe('gradient');
    const last = rows[rows.length - 1];
    expect(last.gradientNorm).toBeLessThanOrEqual(1);
    expect(rows[1].gradientNorm).toBeGreaterThan(1);
  });

  test('when its steps are used up', async () => {
    const { stopped, steps, rows, decay } = await flow(point, { mostSteps: 5 });
    expect({ stopped, steps, decay }).toEqual({ stopped: 'budget', steps: 5, decay: null });
    expect(rows[rows.length - 1].time).toBeGreaterThan(0);
  });

  test('when it is aborted, with the rows so far', async () => {
    const controller = new AbortController();
    const long = flow(point, { time: 1e6, points: 2, signal: controller.signal, mostSteps: 1e7 });
    setTimeout(() => controller.abort(), 0);
    expect((await long).stopped).toBe('aborted');
    await expect(flow(point, { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('at once where F is constant on the manifold, as for squares', async () => {
    const square = instance('m7n5d13_square');
    const { stopped, rows } = await flow(pointOf(square, square.on_M.theta).point);
    expect({ stopped, rows: rows.length }).toEqual({ stopped: 'gradient', rows: 1 });
  });

  test('at once where it starts at the minimum', async () => {
    const aligned = instance('m6n4d7_cubelin1_aligned_minimum');
    const { stopped, rows } = await flow(pointOf(aligned, aligned.on_M.theta).point, { gradientTolerance: 1e-3 });
    expect(stopped).toBe('gradient');
    expect(rows).toHaveLength(1);
  });

  test('with an error where its start cannot be retracted, and for bad options', async () => {
    await expect(flow(point, { times: [1, 0.5] })).rejects.toThrow(/Time 1 is 0.5/);
    await expect(flow(point, { times: [] })).rejects.toThrow(/no times/);
    await expect(flow(point, { tolerance: 0 })).rejects.toThrow(/tolerance/);
    const lost = pointOf({ ...g, activation: 'softplus', y: g.y.map(() => -1) }, g.theta0).point;
    await expect(flow(lost)).rejects.toThrow(/did not reach the zero-loss manifold/);
  });
});

test('the default grid: logarithmic, linear on wish, with the smallest eigenvalue tending to rho', async () => {
  const g = flows[1];
  const { point } = pointOf(g, g.theta0);
  const { rows, predictedRate } = await flow(point, { points: 4, hessian: true });
  const end = 16 / (predictedRate ?? 0);
  expect(rows.map((row) => row.time / end)).toEqual([0, 1e-3, 1e-2, 1e-1, 1].map((share) => expect.closeTo(share, 12)));
  // The Hessian differs from that at the minimum by the distance to it, e^-16 of a pre-activation.
  expect((rows[4].smallestEigenvalue ?? 0) / (predictedRate ?? 0)).toBeCloseTo(1, 5);
  const linear = await flow(point, { points: 4, time: 1, spacing: 'linear' });
  expect(linear.rows.map((row) => row.time)).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test('a single neuron stays where it is, and has no rate', async () => {
  const given = { width: 1, activation: 'cubic_linear', weights: [1, 2] };
  const point = makePoint({ inputs: [1, 0, 0, 1], labels: [1, 2], ...given });
  const { stopped, predictedRate, decay, rows, optimum } = await flow(point);
  expect({ stopped, predictedRate, decay }).toEqual({ stopped: 'gradient', predictedRate: null, decay: null });
  expect(rows[0].sharpness / (optimum?.sharpness ?? 0)).toBeCloseTo(1, 12);
});
