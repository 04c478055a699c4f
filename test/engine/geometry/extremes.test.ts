import { beforeAll, describe, expect, test } from 'vitest';
import {
  clusters,
  eigenpairs,
  estimateTrace,
  featureRanks,
  kernelCondition,
  makePoint,
  predictedRate,
  predictWalk,
  riemannianEigenvalues,
  riemannianGradient,
} from '../../../src/engine/geometry/index.ts';
import type { Engine } from '../../../src/engine/index.ts';
import { streamNormals } from '../../../src/model/draws.ts';
import { openTestEngine } from '../support.ts';

const numbers = (length: number, phase: number) =>
  Float64Array.from({ length }, (_, k) => Math.sin(phase + 2.3 * k * k));
const network = (more: object = {}) => ({
  inputs: numbers(12, 1),
  labels: numbers(3, 2),
  dimension: 4,
  width: 5,
  activation: 'cubic_linear:1',
  weights: numbers(20, 3),
  ...more,
});

describe('on the device', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine();
  });

  test('calls that are under way together give what they give alone', async () => {
    const problem = await engine.problem(network());
    const vectors = Array.from({ length: 6 }, (_, k) => numbers(20, k));
    const calls = [
      ...vectors.map((v) => () => problem.hvp(v)),
      () => eigenpairs(problem),
      () => eigenpairs(problem, { seed: 7 }),
      () => eigenpairs(problem, { of: 'riemannian' }),
    ];
    const alone: unknown[] = [];
    for (const call of calls) alone.push(await call());
    expect(await Promise.all(calls.map((call) => call()))).toEqual(alone);
  });

  test('outputs of replicas with labels of their own do not depend on the labels', async () => {
    const labels = numbers(6, 2);
    const problem = await engine.problem(network({ labels, replicas: 2 }));
    const outputs = await problem.outputs();
    // Residuals are rounded at the size of |r| + |y|, by 2^-24 each; so is their sum.
    const size = Math.max(...outputs.map(Math.abs), ...labels.map(Math.abs));
    for (let i = 0; i < 3; i++) expect(Math.abs(outputs[i] - outputs[3 + i])).toBeLessThan(8 * 2 ** -24 * size);
  });

  test('a replica out of range leaves the others their metrics', async () => {
    const weights = Float64Array.from({ length: 40 }, (_, k) => numbers(40, 3)[k] * (k < 20 ? 1 : 1e14));
    const problem = await engine.problem(network({ weights, replicas: 2 }));
    const names = [
      'riemannianGradientNorm',
      'riemannianEigenvalue',
      'kernelCondition',
      'gaussNewtonEigenvalue',
      'distinctNeurons',
    ] as const;
    const found = await problem.metrics(names);
    for (const name of names) {
      expect(found[name]![0], name).toSatisfy(Number.isFinite);
      expect(found[name]![1], name).toBeNaN();
    }
  });

  test('more probes than can be kept are refused with the number that can', async () => {
    const problem = await engine.problem(network());
    await expect(estimateTrace(problem, { probes: 2 ** 40 })).rejects.toMatchObject({
      code: 'LIMIT',
      message: expect.stringContaining('at most 16777216 probes'),
    });
  });
});

test('a data point that is much shorter than the others counts for the rank of the data', () => {
  const short = 1e-7;
  const given = { labels: [1, short], width: 3, activation: 'cubic_linear:1', weights: numbers(6, 3) };
  const point = makePoint({ inputs: [1, 0, 0, short], ...given });
  // Orthogonal data: the samples do not touch each other, and each has the eigenvalues of a problem of its own.
  const one = makePoint({ ...given, inputs: [1], labels: [1], weights: given.weights.filter((_, k) => k % 2 === 0) });
  const found = riemannianEigenvalues(point);
  expect(found).toHaveLength(4);
  const expected = riemannianEigenvalues(one);
  for (const k of [0, 1]) expect(found[2 + k]).toBeCloseTo(expected[k], 10);
  // 4 q² phi' phi''' at c of about 0, with q = short².
  expect(predictedRate(point) / (24 * short ** 4)).toBeCloseTo(1, 6);
});

test('more samples than directions are refused whatever the weights are', () => {
  for (let part = 0; part < 200; part++) {
    const draw = (length: number, of: number) => streamNormals('data', 5, part, of, length);
    const point = makePoint({
      inputs: draw(10, 0),
      labels: draw(5, 1),
      width: 2,
      activation: 'cubic_linear:1',
      weights: draw(4, 2),
    });
    expect(() => riemannianGradient(point), `network ${part}`).toThrow(/5 samples are more than m · rank\(X\) = 4/);
  }
});

test('feature matrices of any size, and without numbers that are not finite', () => {
  const n = 200_000;
  const Z = new Float64Array(2 * n).fill(2);
  expect(featureRanks({ m: 2, n, Z }).stableRank).toBe(1);
  expect(clusters({ m: 2, n, Z }).distinct).toBe(1);
  for (const bad of [
    [Number.NaN, 1, 2, 3],
    [0, Number.POSITIVE_INFINITY, 2, 3],
  ]) {
    expect(() => featureRanks({ m: 2, n: 2, Z: bad })).toThrow(/pre-activation/);
    expect(() => clusters({ m: 2, n: 2, Z: bad })).toThrow(/pre-activation/);
  }
});

test('slopes out of range of a large network are named', () => {
  const width = 1000;
  const n = 300;
  const given = { inputs: new Float64Array(n).fill(1), labels: numbers(n, 1), width, activation: 'exp' };
  const point = makePoint({ ...given, weights: new Float64Array(width).fill(800) });
  for (const call of [riemannianGradient, kernelCondition]) expect(() => call(point)).toThrow(/largest \|z\| 800/);
});

test('a walk from weights of 0 stays there; one that is aborted has the rows so far', async () => {
  const walk = { variant: 'single', stepSize: 1e-3, noise: 0.5 } as const;
  const shape = { width: 2, activation: 'cubic_linear:1' };
  const still = makePoint({ ...shape, inputs: [1, 0, 0, 1], labels: [0, 0], weights: [0, 0, 0, 0] });
  const { corrected, stopped } = await predictWalk(still, { ...walk, steps: [0, 10] });
  expect(stopped).toBeNull();
  expect(corrected.map(({ sharpness }) => sharpness)).toEqual([8, 8]);
  const moving = makePoint({ ...shape, inputs: [1, 0, 0, 1], labels: [2, 3], weights: [0.1, 0.2, 0.9, 0.7] });
  const control = new AbortController();
  setTimeout(() => control.abort());
  const steps = [0, 1e4, 1e12];
  const found = await predictWalk(moving, { ...walk, steps, tolerance: 1e-14, signal: control.signal });
  expect(found.stopped).toBe('aborted');
  expect(found.plain.length).toBeGreaterThan(0);
  expect(found.plain.length).toBeLessThan(3);
});
