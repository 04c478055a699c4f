import { describe, expect, test } from 'vitest';
import {
  kernelEigenvalues,
  predictWalk,
  residualLaws,
  retract,
  riemannianGradient,
  stepSizeBound,
  timePerStep,
  toWeights,
  type Walk,
  type WalkVariant,
} from '../../../src/engine/geometry/index.ts';
import { fluctuationForce, fluctuations } from '../../../src/engine/geometry/manifold/noise.ts';
import { kernelOf, normalSpace, slopesOf } from '../../../src/engine/geometry/manifold/normal.ts';
import { product } from '../../../src/model/linear.ts';
import { jacobianGram } from '../../../src/reference/index.ts';
import { golden, normError } from '../support.ts';
import { plainPoint, pointOf } from './points.ts';

interface GoldenRun {
  readonly mode: 'single' | 'mini' | 'full_mean' | 'full_sum';
  readonly b: number;
  readonly eta: number;
  readonly sigma: number;
  readonly time_per_step: number;
  readonly steps: number[];
  readonly F_flow: number[];
  readonly F_corrected: number[];
  readonly F_sgd_mean: number[];
  readonly F_sgd_sem: number[];
}

const variants = { single: 'single', mini: 'minibatch', full_mean: 'fullMean', full_sum: 'fullSum' } as const;
const g = golden.timescale;
const { point } = pointOf(g, g.theta0);
const runs: readonly GoldenRun[] = g.runs;

function walkOf({ mode, b, eta, sigma }: GoldenRun): Walk {
  return { variant: variants[mode], ...(mode === 'mini' && { batch: b }), stepSize: eta, noise: sigma };
}

describe.each(runs)('the golden walk $mode, b = $b, eta = $eta', (run) => {
  test('flow and corrected drift at its steps, and the averages that were measured', async () => {
    const {
      plain,
      corrected,
      stopped,
      timePerStep: t,
    } = await predictWalk(point, { ...walkOf(run), steps: run.steps });
    expect(stopped).toBe(null);
    expect(normError([t], [run.time_per_step])).toBeLessThan(1e-12);
    run.steps.forEach((step, k) => {
      expect([plain[k].step, corrected[k].step]).toEqual([step, step]);
      expect(plain[k].time).toBeCloseTo(step * t, 14);
      // Golden curves were read at the nearest of their own steps, which is up to 1e-5 of F away.
      expect(normError([plain[k].sharpness], [run.F_flow[k]]), `flow at ${step}`).toBeLessThan(1e-5);
      expect(normError([corrected[k].sharpness], [run.F_corrected[k]]), `drift at ${step}`).toBeLessThan(1e-5);
      // Four standard errors of an average over 192 walks, and 0.1 % for what is of higher order in sigma.
      const off = Math.abs(corrected[k].sharpness - run.F_sgd_mean[k]);
      expect(off).toBeLessThan(4 * run.F_sgd_sem[k] + 1e-3 * run.F_sgd_mean[k]);
    });
  });
});

const walks: readonly Walk[] = [
  { variant: 'single', stepSize: 2e-3, noise: 0.7 },
  { variant: 'minibatch', batch: 3, stepSize: 3e-3, noise: 0.7 },
  { variant: 'fullMean', stepSize: 5e-3, noise: 0.7 },
  { variant: 'fullSum', stepSize: 1e-3, noise: 0.7 },
];

describe.each(walks)('fluctuations, $variant', (walk) => {
  const { point: at } = plainPoint('sinh');
  const { n } = at;
  const K = kernelOf(at, slopesOf(at));
  const { KM, covariance } = fluctuations(at, walk, { kernel: K });

  test('satisfy their equation', () => {
    const eta = walk.stepSize * (walk.variant === 'fullSum' ? n : 1);
    const full = walk.variant.startsWith('full');
    const b = full ? n : (walk.batch ?? 1);
    const own = full ? 0 : 2 * eta;
    const shared = full ? (2 * eta) / n : (2 * eta * (1 - 1 / b)) / n;
    const left = KM.map((value, k) => value + KM[(k % n) * n + Math.floor(k / n)]);
    const right = covariance.map((value, k) => {
      const diagonal = k % n === Math.floor(k / n) ? (own / b) * value + (2 * eta * 0.49) / b : 0;
      return diagonal + shared * value;
    });
    // The iteration stops at changes of 1e-13; what is left is of that order.
    expect(normError(left, right)).toBeLessThan(1e-11);
    expect(normError(product(KM, K, n, n, n), covariance)).toBeLessThan(1e-11);
  });

  test('tend to eta sigma² / b times the identity, the force to a quarter of the gradient, the mean to lambda', () => {
    const small = { ...walk, stepSize: walk.stepSize * 1e-6 };
    const normal = normalSpace(at);
    const { KM: limit } = fluctuations(at, small, normal);
    const b = walk.variant === 'fullSum' ? 1 : walk.variant === 'fullMean' ? n : (walk.batch ?? 1);
    const size = (small.stepSize * 0.49) / b;
    // Terms of the next order are a millionth.
    expect(
      normError(
        limit,
        Float64Array.from(limit, (_, k) => (k % n === Math.floor(k / n) ? size : 0)),
      ),
    ).toBeLessThan(1e-4);
    const force = toWeights(at, fluctuationForce(at, normal.slopes, limit));
    const {
      q,
      secondLayer: a,
      activation: { dphi, d2phi },
    } = at;
    const gradient = at.Z.map((z, k) => q[k % n] * a[Math.floor(k / n)] ** 2 * dphi(z) * d2phi(z) * size);
    expect(normError(force, toWeights(at, gradient))).toBeLessThan(1e-4);
    const { mean, plainMean } = residualLaws(at, small);
    expect(normError(mean, plainMean)).toBeLessThan(1e-4);
    const lambda = riemannianGradient(at).lambda;
    expect(
      normError(
        plainMean,
        lambda.map((l) => (-size * l) / 4),
      ),
    ).toBeLessThan(1e-12);
  });
});

describe('the bound of the step size', () => {
  const { point: at, problem } = plainPoint('sinh');
  const K = jacobianGram(problem);
  const { n } = at;
  const top = kernelEigenvalues(at)[n - 1];
  const of = (variant: WalkVariant, batch?: number) => stepSizeBound(at, { variant, batch, stepSize: 1, noise: 1 });

  test('is that of the kernel', () => {
    const steepest = Math.max(...Array.from({ length: n }, (_, i) => K[i * n + i]));
    expect(of('single') * steepest).toBeCloseTo(1, 12);
    expect((of('fullMean') * top) / n).toBeCloseTo(1, 12);
    expect(of('fullSum') * top).toBeCloseTo(1, 12);
    expect(of('minibatch', 2) * (steepest / 2 + top / n / 2)).toBeCloseTo(1, 12);
  });

  test.each(walks)('predictions from it on are refused, $variant', async (walk) => {
    const start = retract(at).point;
    const bound = stepSizeBound(start, walk);
    const beyond = { ...walk, stepSize: bound * 1.001, steps: [1] };
    await expect(predictWalk(start, beyond)).rejects.toThrow(/beyond stability in mean square: steps below/);
    const below = await predictWalk(start, { ...walk, stepSize: bound * 0.5, steps: [1] });
    expect(below.corrected).toHaveLength(1);
  });
});

test('what is not a walk is refused', () => {
  const walk = { stepSize: 1, noise: 1 };
  expect(() => timePerStep(point, { ...walk, variant: 'other' as WalkVariant })).toThrow(/no walk 'other'/);
  expect(() => timePerStep(point, { ...walk, variant: 'single', batch: 2 })).toThrow(/no batch/);
  expect(() => timePerStep(point, { ...walk, variant: 'minibatch' })).toThrow(/batch/);
  expect(() => timePerStep(point, { ...walk, variant: 'single', stepSize: 0 })).toThrow(/leads nowhere/);
});
