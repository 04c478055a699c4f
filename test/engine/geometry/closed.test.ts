import { describe, expect, test } from 'vitest';
import {
  frobeniusNorm,
  hessianDiagonal,
  kinkNote,
  type LossCurvature,
  probeVariance,
  traceParts,
} from '../../../src/engine/geometry/index.ts';
import { makeWeights } from '../../../src/model/data.ts';
import * as oracle from '../../../src/reference/network.ts';
import { made, type Shape } from '../runs/made.ts';
import { failure, golden, normError, openTestEngine, reference } from '../runs/support.ts';

const engine = await openTestEngine();

const shapes: Shape[] = [
  { m: 1, n: 1, d: 1 },
  { m: 7, n: 5, d: 13, activation: 'sinh', secondLayer: [1, -0.5, 2, 1, 0.25, -1, 3] },
  { m: 3, n: 65, d: 2, activation: 'gelu' },
  { m: 67, n: 3, d: 2, activation: 'tanh' },
  { m: 5, n: 9, d: 4, activation: 'relu' },
  { m: 2, n: 4, d: 67, activation: 'sqp' },
];

/** The Gauss-Newton matrix is the Hessian where the labels are the outputs: there is no residual. */
const fitted = (p: oracle.Problem, of: LossCurvature) => (of === 'hessian' ? p : { ...p, y: oracle.outputs(p) });

describe.each(shapes)('m $m, n $n, d $d, $activation', (shape) => {
  test.each<LossCurvature>(['hessian', 'gaussNewton'])('%s: two replicas agree with the dense matrix', async (of) => {
    const weights = [0, 1].map((seed) => makeWeights({ m: shape.m, d: shape.d, std: 0.5, seed }));
    const options = { ...made(shape), weights: [...weights[0], ...weights[1]], replicas: 2 };
    const problem = await engine.problem(options);
    const parts = await traceParts(problem, { of });
    const diagonals = await hessianDiagonal(problem, { of });
    const norms = await frobeniusNorm(problem, { of });
    problem.dispose();
    for (const r of [0, 1]) {
      const p = fitted(reference({ ...options, weights: weights[r] }), of);
      // Pre-activations are sums of d terms in f32; everything else is float64.
      const terms = oracle.traceAbsTerms(p);
      expect(Math.abs(parts[r].trace - oracle.trace(p))).toBeLessThan(3e-6 * terms);
      const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
      expect(Math.abs(sum(parts[r].perNeuron) - parts[r].trace)).toBeLessThan(1e-12 * terms);
      expect(parts[r].perSample).toHaveLength(shape.n);
      const diagonal = oracle.hessianDiagonal(p);
      expect(normError(diagonals[r], diagonal)).toBeLessThan(5e-6);
      for (let j = 0; j < shape.m; j++) {
        const block = sum(diagonal.slice(j * shape.d, (j + 1) * shape.d));
        expect(Math.abs(parts[r].perNeuron[j] - block)).toBeLessThan(3e-6 * terms);
      }
      for (let i = 0; i < shape.n; i++) {
        const alone = { ...p, n: 1, X: oracle.sample(p, i), y: p.y.slice(i, i + 1) };
        expect(Math.abs(parts[r].perSample[i] - oracle.trace(alone))).toBeLessThan(3e-6 * terms);
      }
      expect(Math.abs(norms[r] / oracle.frobeniusNorm(p) - 1)).toBeLessThan(5e-6);
    }
  });
});

describe('golden variances of a probe', () => {
  test.each<{ id: string }>(golden.instances)('$id', async (g) => {
    const { X: inputs, y: labels, m: width, activation, theta, expect: want } = g as unknown as Golden;
    const problem = await engine.problem({ inputs, labels, width, activation, weights: theta.flat() });
    for (const kind of ['rademacher', 'gaussian'] as const) {
      const [variance] = await probeVariance(problem, { kind });
      // Quadratic in H, whose entries have the errors of f32 pre-activations: relative to the larger variance.
      const error = Math.abs(variance - want.hutchinson_var[kind]) / want.hutchinson_var.gaussian;
      expect(error, kind).toBeLessThan(1e-5);
    }
    // v = sqrt(N) u: with the Gaussian variance 2 |H|² it is 2 N/(N + 2) (|H|² − tr² / N).
    const size = width * inputs[0].length;
    const sphere = (2 * size * (want.hutchinson_var.gaussian / 2 - want.trace ** 2 / size)) / (size + 2);
    const [variance] = await probeVariance(problem, { kind: 'sphere' });
    expect(Math.abs(variance - sphere) / want.hutchinson_var.gaussian).toBeLessThan(1e-5);
    problem.dispose();
  });
});

interface Golden {
  readonly X: number[][];
  readonly y: number[];
  readonly theta: number[][];
  readonly m: number;
  readonly activation: string;
  readonly expect: { readonly hutchinson_var: Record<'rademacher' | 'gaussian', number>; readonly trace: number };
}

test('too many samples for the host are refused with the number that fits', async () => {
  const [n, m] = [40_000, 2];
  const problem = await engine.problem(made({ n, d: 2, m, activation: 'tanh' }));
  const error = (await failure(() => frobeniusNorm(problem))) as { code: string; fix: string };
  expect(error.code).toBe('LIMIT');
  const fitting = Number(/at most (\d+) samples/.exec(error.fix)?.[1]);
  expect(fitting).toBeLessThan(n);
  expect(fitting ** 2 * (5 * m + 2)).toBeLessThanOrEqual(2 ** 34);
  expect((fitting + 1) ** 2 * (5 * m + 2)).toBeGreaterThan(2 ** 34);
  // What takes n m operations alone still goes.
  expect((await traceParts(problem))[0].perSample).toHaveLength(n);
  problem.dispose();
});

test('a diagonal that takes too long on the host is refused with the number of samples that fits', async () => {
  const [n, d, m, replicas] = [16_400, 64, 8, 1024];
  const fitting = 2 ** 33 / (d * m * replicas);
  const problem = await engine.problem({ ...made({ n, d, m }), replicas });
  const error = await failure(() => hessianDiagonal(problem));
  expect(error).toMatchObject({ code: 'LIMIT', fix: expect.stringContaining(`at most ${fitting} samples`) });
  problem.dispose();
});

test('several blocks of samples are one sum', async () => {
  // 2^22 pre-activations fit at once: 300 x 16,000 are two blocks.
  const options = made({ n: 16_000, d: 3, m: 300, activation: 'tanh' });
  const problem = await engine.problem(options);
  const [parts] = await traceParts(problem);
  const p = reference(options);
  expect(Math.abs(parts.trace - oracle.trace(p))).toBeLessThan(3e-6 * oracle.traceAbsTerms(p));
  problem.dispose();
});

test('outputs that are not finite are an error', async () => {
  const problem = await engine.problem({ inputs: [[1]], labels: [1], width: 1, activation: 'exp', weights: [1e4] });
  expect(await failure(() => traceParts(problem))).toMatchObject({ code: 'NOT_DEFINED' });
  problem.dispose();
});

test('kinked activations say what they take at the kink, smooth ones say nothing', async () => {
  const note = async (activation: string) => {
    const problem = await engine.problem(made({ n: 2, d: 2, m: 2, activation }));
    const text = kinkNote(problem);
    problem.dispose();
    return text;
  };
  expect(await note('relu')).toMatch(/z = 0.*taken as 0/);
  expect(await note('leaky_relu:0.1')).toMatch(/slope 0\.1.*z = 0/);
  expect(await note('gelu')).toBeNull();
});
