import { describe, expect, test } from 'vitest';
import {
  kernelCondition,
  kernelEigenvalues,
  manifoldPoint,
  riemannianEigenvalues,
  riemannianGradient,
} from '../../../src/engine/geometry/index.ts';
import { type MetricName, metricNames, type ProblemOptions } from '../../../src/engine/index.ts';
import * as exact from '../../../src/reference/metrics.ts';
import { sharpness, withTheta } from '../../../src/reference/network.ts';
import { optimalSharpness } from '../../../src/reference/optimum.ts';
import { retract } from '../../../src/reference/retraction.ts';
import { failure, made, normError, openTestEngine, reference } from './support.ts';

const engine = await openTestEngine();
const measured = async (options: ProblemOptions, names: readonly MetricName[]) => {
  const problem = await engine.problem(options);
  const values = await problem.metrics(names);
  problem.dispose();
  return values;
};

/** Metrics of flatwalk and their names in the reference. */
const twins = {
  loss: 'loss',
  residualNorm: 'residualNorm',
  gradientNorm: 'gradientNorm',
  trace: 'trace',
  manifoldTrace: 'sharpness',
  stableRank: 'stableRank',
  entropyRank: 'entropyRank',
  topEnergy: 'topEnergy',
  disagreement: 'disagreement',
  thresholdRank: 'thresholdRank',
} as const;
const twinNames = Object.keys(twins) as (keyof typeof twins)[];

describe('metrics are those of the float64 reference', () => {
  const shapes = [
    { n: 1, d: 1, m: 1 },
    { n: 1, d: 5, m: 7 },
    { n: 7, d: 3, m: 1 },
    { n: 3, d: 17, m: 33 },
    { n: 33, d: 17, m: 3 },
    { n: 65, d: 4, m: 33 },
    { n: 257, d: 9, m: 31 },
    { n: 40, d: 2, m: 70 },
  ];
  test.each(shapes)('$n samples of $d dimensions, $m neurons with a second layer', async (shape) => {
    const secondLayer = Array.from({ length: shape.m }, (_, j) => (j % 3) - 0.75 + j / (8 * shape.m));
    const options = made({ ...shape, seed: 5, secondLayer });
    const values = await measured(options, [...twinNames, 'singularValues']);
    const p = reference(options);
    for (const name of twinNames) {
      expect(normError(values[name] as number[], [exact.metrics[twins[name]](p)]), name).toBeLessThan(2e-5);
    }
    const [sigma] = values.singularValues as number[][];
    expect(sigma).toHaveLength(Math.min(shape.n, shape.m));
    const want = exact.metrics.singularValues(p);
    // Those that vanish stay below the square root of the last digit.
    expect(normError(sigma, want)).toBeLessThan(5e-4);
    expect(
      normError(
        sigma.filter((_, k) => want[k] > 0.03 * want[0]),
        want.filter((s) => s > 0.03 * want[0]),
      ),
    ).toBeLessThan(2e-5);
  });

  test('around the optimum, and after retraction', async () => {
    const options = made({ n: 4, d: 6, m: 5 });
    const p = reference(options);
    const retracted = withTheta(p, retract(p, { iterations: 8 }).theta);
    const values = await measured(options, [
      'optimumDistance',
      'retractedTrace',
      'retractedDistance',
      'gap',
      'retractedResidual',
    ]);
    expect(normError(values.optimumDistance as number[], [exact.optimumDistance(p)])).toBeLessThan(1e-5);
    expect(normError(values.retractedTrace as number[], [sharpness(retracted)])).toBeLessThan(1e-4);
    expect(normError(values.retractedDistance as number[], [exact.optimumDistance(retracted)])).toBeLessThan(1e-4);
    const gap = sharpness(retracted) - optimalSharpness(p);
    expect(normError(values.gap as number[], [gap], sharpness(retracted))).toBeLessThan(1e-4);
    expect((values.retractedResidual as number[])[0]).toBeLessThan(1e-5);
  });

  test('of the zero matrix', async () => {
    const options = { ...made({ n: 3, d: 4, m: 2 }), weights: new Float32Array(8) };
    const values = await measured(options, [...twinNames, 'singularValues']);
    const p = reference(options);
    for (const name of twinNames)
      expect((values[name] as number[])[0], name).toBeCloseTo(exact.metrics[twins[name]](p), 4);
    expect(values.singularValues).toEqual([[0, 0]]);
  });

  test('of many replicas at once', async () => {
    const one = made({ n: 5, d: 4, m: 3 });
    const weights = Array.from({ length: 7 }, (_, seed) => made({ n: 5, d: 4, m: 3, seed }).weights as Float32Array);
    const all = Float32Array.from(weights.flatMap((w) => Array.from(w)));
    const values = await measured({ ...one, weights: all, replicas: 7 }, twinNames);
    for (const name of twinNames) {
      const want = weights.map((w) => exact.metrics[twins[name]](reference({ ...one, weights: w })));
      expect(normError(values[name] as number[], want), name).toBeLessThan(2e-5);
    }
  });
});

describe('near the aligned state', () => {
  // Data points that are unit vectors, so that the features are the weights and only the measurement rounds.
  const aligned = (m: number, n: number, spread: number): ProblemOptions => {
    const inputs = new Float32Array(n * n);
    for (let i = 0; i < n; i++) inputs[i * n + i] = 1;
    const weights = Float32Array.from({ length: m * n }, (_, k) => {
      const [j, i] = [Math.floor(k / n), k % n];
      return 1 + i / 4 + spread * Math.sin(1 + 3 * j + 5 * i * j);
    });
    return { inputs, labels: new Float32Array(n).fill(1), width: m, activation: 'cubic_linear', weights };
  };

  test.each([
    [8, 3],
    [3, 8],
    [40, 24],
  ])('%i neurons on %i samples: the second singular value at 1e-5 of the first is exact', async (m, n) => {
    const options = aligned(m, n, 2e-5);
    const { singularValues, stableRank, disagreement } = await measured(options, [
      'singularValues',
      'stableRank',
      'disagreement',
    ]);
    const [sigma] = singularValues as number[][];
    const p = reference(options);
    const want = exact.metrics.singularValues(p);
    expect(want[1] / want[0]).toBeLessThan(3e-5);
    expect(Math.abs(sigma[0] / want[0] - 1)).toBeLessThan(1e-6);
    expect(Math.abs(sigma[1] / want[1] - 1)).toBeLessThan(1e-2);
    expect((stableRank as number[])[0] - 1).toBeLessThan(1e-8);
    expect(normError(disagreement as number[], [exact.metrics.disagreement(p)])).toBeLessThan(1e-6);
  });

  test('neurons that are equal have rank one and no disagreement', async () => {
    const { singularValues, stableRank, disagreement } = await measured(aligned(6, 4, 0), [
      'singularValues',
      'stableRank',
      'disagreement',
    ]);
    expect((singularValues as number[][])[0].slice(1).every((s) => s < 1e-6)).toBe(true);
    expect((stableRank as number[])[0]).toBeCloseTo(1, 12);
    expect(disagreement).toEqual([0]);
  });
});

describe('metrics that do not exist are refused by name', () => {
  test.each([
    ['an activation without an inverse', { activation: 'gelu' }],
    ['labels out of its range', { activation: 'tanh', labels: [9, 1, 1] }],
    ['another second layer', { secondLayer: [1, 2] }],
  ])('%s', async (_, change) => {
    const options = { ...made({ n: 3, d: 4, m: 2 }), ...change };
    for (const name of ['gap', 'optimumDistance', 'retractedDistance'] as const) {
      const error = await failure(() => measured(options, [name]));
      expect(error).toMatchObject({ code: 'NOT_DEFINED', message: expect.stringContaining(name) });
    }
    const problem = await engine.problem(options);
    expect(() => problem.traceOptimum()).toThrow('no closed form');
    expect(() => problem.optimumPreactivations()).toThrow('no optimum');
    problem.dispose();
  });

  test('and so are options that make no sense', async () => {
    const problem = await engine.problem(made({ n: 3, d: 4, m: 2 }));
    for (const options of [{ probes: 0 }, { probes: 2.5 }, { probeSeed: -1 }, { rankThreshold: Number.NaN }]) {
      expect(await failure(() => problem.metrics(['traceEstimate', 'thresholdRank'], options))).toMatchObject({
        code: 'BAD_ARGUMENT',
      });
    }
    expect(await failure(() => problem.metrics(['accuracy' as MetricName]))).toMatchObject({
      message: expect.stringContaining(metricNames.join(', ')),
    });
    const kind = 'uniform' as 'gaussian';
    expect(await failure(() => problem.traceEstimate({ probes: 1, kind }))).toMatchObject({ code: 'BAD_ARGUMENT' });
    // Left out is not the same as wrong.
    const { traceEstimate } = await problem.metrics(['traceEstimate'], { probes: undefined });
    expect(traceEstimate).toEqual([expect.any(Number)]);
    problem.dispose();
  });
});

describe('the manifold around a run', () => {
  const names = [
    'riemannianGradientNorm',
    'riemannianEigenvalue',
    'kernelCondition',
    'gaussNewtonEigenvalue',
    'distinctNeurons',
  ] as const;

  test('is what the instruments say of the retracted weights', async () => {
    const options = made({ n: 4, d: 6, m: 5, replicas: 2 });
    const problem = await engine.problem(options);
    const values = await problem.metrics(names);
    await problem.retract();
    for (const replica of [0, 1]) {
      const point = await manifoldPoint(problem, replica);
      const [gradient, eigenvalue, condition, largest, distinct] = names.map((name) => Number(values[name]?.[replica]));
      // Pre-activations in f32, of a retraction in f32: its error, 1e-6 at such conditions, and what derivatives make of it.
      expect(normError([gradient], [riemannianGradient(point).norm])).toBeLessThan(1e-4);
      expect(normError([eigenvalue], [riemannianEigenvalues(point)[0]])).toBeLessThan(1e-3);
      expect(normError([condition], [kernelCondition(point)])).toBeLessThan(1e-4);
      expect(normError([largest], [2 * kernelEigenvalues(point)[3]])).toBeLessThan(1e-4);
      expect(distinct).toBe(5);
    }
    problem.dispose();
  });

  test('is not a number where there is no tangent space, and is refused where it is too large', async () => {
    const twice = {
      inputs: [
        [1, 2],
        [1, 2],
      ],
      labels: [2, 2],
      width: 1,
      activation: 'cubic_linear:1',
      weights: [0.5, 0.25],
    };
    const values = await measured(twice, names);
    expect(values.riemannianGradientNorm).toEqual([Number.NaN]);
    expect(values.kernelCondition).toEqual([Number.POSITIVE_INFINITY]);
    const wide = made({ n: 20, d: 20, m: 60 });
    expect(await failure(() => measured(wide, ['riemannianEigenvalue']))).toMatchObject({ code: 'LIMIT' });
    expect((await measured(wide, ['riemannianGradientNorm'])).riemannianGradientNorm).toHaveLength(1);
    // All pairs of 20,000 neurons.
    const many = made({ n: 2, d: 2, m: 20_000 });
    expect(await failure(() => measured(many, ['distinctNeurons']))).toMatchObject({ code: 'LIMIT' });
    expect((await measured(many, ['kernelCondition'])).kernelCondition).toHaveLength(1);
  });
});
