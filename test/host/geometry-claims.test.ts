import { describe, expect, test } from 'vitest';
import { predictWalk, residualLaws } from '../../src/engine/geometry/index.ts';
import { atZero, type ConstantFit, fitConstant, judgeConstant } from '../../src/host/experiments/claims/constant.ts';
import { judgeConvexity } from '../../src/host/experiments/claims/convexity.ts';
import { type MeasuredWalk, runWalk, walkAt } from '../../src/host/experiments/claims/device.ts';
import { judgeFlows } from '../../src/host/experiments/claims/flow.ts';
import { judgeResiduals, readResiduals } from '../../src/host/experiments/claims/residuals.ts';
import { judgeSpurious } from '../../src/host/experiments/claims/spurious.ts';
import { flowFrom, small, startPoint, theorem } from '../../src/host/experiments/claims/starts.ts';
import { judgeWalk } from '../../src/host/experiments/claims/walks.ts';
import { measureClaim } from '../../src/host/experiments/geometry.ts';
import { FlatwalkError } from '../../src/model/errors.ts';
import { openTestEngine } from '../engine/support.ts';

const engine = await openTestEngine();
const bench = { quick: true };
const sinh = startPoint(theorem[2], 1);
const fall = await flowFrom(sinh, bench, { hessian: true, points: 30 });

describe('claim 6', () => {
  const judge = (changed: Partial<typeof fall>) =>
    judgeFlows([{ name: 'sinh', result: { ...fall, ...changed } }]).holds;

  test('holds for a flow, with its curve', () => {
    const claim = judgeFlows([{ name: 'sinh', result: fall }]);
    expect(claim.holds).toBe(true);
    expect(claim.series?.sinh.gap).toEqual(fall.rows.map((row) => row.gap));
  });

  test('fails for a rise, another rate, or a tail that was not reached', () => {
    expect(judge({ monotone: false })).toBe(false);
    expect(judge({ predictedRate: 1.06 * (fall.predictedRate ?? 0) })).toBe(false);
    expect(judge({ decay: null })).toBe(false);
  });
});

describe('claim 7', () => {
  const from = fall.retraction.point;
  const walk = walkAt(from, 'single', 0.4);

  test('holds for a short run, and fails for a prediction that is 1 % off or too few replicas', async () => {
    const measured = await runWalk(engine, from, walk, fall.rows[8].time, 2, bench);
    const { corrected, plain } = await predictWalk(from, { ...walk, steps: measured.steps });
    expect(judgeWalk(walk, measured, corrected, plain)).toMatchObject({ id: '7.single', holds: true });
    const off = corrected.map((row) => ({ sharpness: row.sharpness * 1.02 }));
    expect(judgeWalk(walk, measured, off, plain).holds).toBe(false);
    const few = { ...measured, sharpness: measured.sharpness.map((row) => row.slice(0, 32)) };
    expect(judgeWalk(walk, few, corrected, plain).holds).toBe(false);
  });

  test('finds the constant of averages that lie on the flow, with the error of their scatter', async () => {
    const { rows } = await flowFrom(sinh, bench, { time: 0.2, points: 400, spacing: 'linear' });
    const constant = 0.54;
    // Steps as long as a row; F of every replica is that of the flow at c times them, and scatters by 1 %.
    const unit = rows[1].time;
    const steps = [100, 200, 300];
    const scatter = (r: number) => 0.01 * Math.sqrt(2) * Math.sin(2.399963 * r);
    const sharpness = steps.map((k) =>
      Array.from({ length: 192 }, (_, r) => rows[k * constant].sharpness * (1 + scatter(r))),
    );
    const exact: MeasuredWalk = {
      steps,
      sharpness: steps.map((k) => [1, 1.0000001].map((f) => rows[k * constant].sharpness * f)),
    };
    expect(fitConstant(rows, unit, exact).constant).toBeCloseTo(constant, 4);
    const { constant: c, error } = fitConstant(rows, unit, { steps, sharpness });
    expect(Math.abs(c - constant)).toBeLessThan(4 * error);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.1);
  });

  test('judges a line through constants', () => {
    expect(atZero([1, 2, 3], [2.5, 3, 3.5], [1, 2, 1])).toMatchObject({ value: expect.closeTo(2, 12) });
    const line = (at0: number, error = 0.003): ConstantFit => ({
      variant: 'single',
      points: [0.1, 0.2].map((share) => ({ share, constant: at0 + 0.3 * share, error, predicted: 0.5 + 0.3 * share })),
    });
    expect(judgeConstant([line(0.501)]).holds).toBe(true);
    expect(judgeConstant([line(0.501), line(0.53)]).holds).toBe(false);
    // Noise in which everything would hold.
    expect(judgeConstant([line(0.5, 0.03)]).holds).toBe(false);
    expect(judgeConstant([line(Number.NaN)]).holds).toBe(false);
  });
});

describe('claim 8', () => {
  const judge = (result: Pick<typeof fall, 'rows' | 'predictedRate'>, starts = [-1, 1]) =>
    judgeConvexity([{ name: 'sinh', result }], starts).holds;

  test('has what its figure and its rule need', () => {
    const { series } = judgeConvexity([{ name: 'sinh', result: fall }], [-1]);
    const { steepness, gradientNorm, sharpness } = series?.sinh ?? {};
    expect(steepness).toEqual(fall.rows.map((row, k) => (gradientNorm[k] * row.singularValues[0]) / sharpness[k]));
  });

  test('holds for a flow, and fails for another end, a negative row near it, or convex starts alone', () => {
    expect(judge(fall)).toBe(true);
    expect(judge({ ...fall, predictedRate: 1.02 * (fall.predictedRate ?? 0) })).toBe(false);
    const bent = fall.rows.map((row, k) => (k === fall.rows.length - 2 ? { ...row, smallestEigenvalue: -1 } : row));
    expect(judge({ ...fall, rows: bent })).toBe(false);
    expect(judge(fall, [1, 2])).toBe(false);
  });
});

describe('claim 9', () => {
  test('holds at the minimum, and fails for other laws, or when the mean is lost in noise', async () => {
    const { point } = await flowFrom(startPoint({ ...small, activation: 'cubic_linear:1' }, 1), bench);
    const walk = walkAt(point, 'fullSum', 0.2);
    const measured = await readResiduals(engine, point, walk, { replicas: 512, readings: 24 }, bench);
    const laws = residualLaws(point, walk);
    expect(judgeResiduals(walk, measured, laws)).toMatchObject({ id: '9.fullSum', holds: true });
    const judge = (changed: Partial<typeof laws>) => judgeResiduals(walk, measured, { ...laws, ...changed }).holds;
    expect(judge({ mean: laws.mean.map((value) => -value) })).toBe(false);
    expect(judge({ covariance: laws.covariance.map((value) => 1.1 * value) })).toBe(false);
    expect(judge({ mean: laws.mean.map(() => 0) })).toBe(false);
  });

  test('fails where the tolerance is so wide that no mean at all would do', async () => {
    const walk = walkAt(fall.retraction.point, 'single', 0.2);
    const laws = residualLaws(fall.retraction.point, walk);
    // Standard error of two replicas: half of their distance. The covariance is that of the law, whatever the mean.
    const judge = (centre: number, error: number) =>
      judgeResiduals(
        walk,
        { means: [[centre - error], [centre + error]], products: [[1 + centre ** 2], [1 + centre ** 2]], readings: 1 },
        { ...laws, mean: Float64Array.of(1), plainMean: Float64Array.of(1), covariance: Float64Array.of(1) },
      ).holds;
    expect(judge(1, 0.29)).toBe(true);
    expect(judge(0, 0.32)).toBe(false);
    expect(judge(1, 0.32)).toBe(false);
  });
});

describe('claim 10', () => {
  test('holds where x³ sticks and is freed, and fails otherwise', async () => {
    const start = (activation: string) => startPoint({ ...small, samples: 2, inputs: 'orthonormal', activation }, 2);
    const pure = await flowFrom(start('cubic'), bench, { time: 100, gradientTolerance: 1e-2 });
    const freed = [await flowFrom(start('cubic_linear:0.1'), bench)];
    const one = { seed: 2, inputs: 'orthonormal', wrong: 3, pure, freed } as const;
    expect(judgeSpurious([one]).holds).toBe(true);
    expect(judgeSpurious([{ ...one, pure: freed[0] }]).holds).toBe(false);
    expect(judgeSpurious([{ ...one, freed: [pure] }]).holds).toBe(false);
    expect(judgeSpurious([{ ...one, wrong: 0 }]).holds).toBe(false);
  });
});

test('what is not defined makes a claim fail, and says why; other errors are errors', async () => {
  const claim = (code: 'NOT_DEFINED' | 'ABORTED') => ({
    id: '7',
    question: 'Does it hold?',
    measure: () => Promise.reject(new FlatwalkError(code, '3 walks diverged', 'Look.')),
  });
  const [failed] = await measureClaim(claim('NOT_DEFINED'), engine, bench);
  expect(failed).toMatchObject({ id: '7', holds: false, measured: expect.stringContaining('3 walks diverged') });
  await expect(measureClaim(claim('ABORTED'), engine, bench)).rejects.toMatchObject({ code: 'ABORTED' });
});
