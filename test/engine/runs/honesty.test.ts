import { expect, test } from 'vitest';
import type { FlatwalkError } from '../../../src/engine/index.ts';
import { makeProblem, optimalPreactivations, optimalSharpness } from '../../../src/reference/index.ts';
import { normError, openTestEngine } from '../support.ts';

const engine = await openTestEngine();

/** Gradients so small that one Gauss-Newton step leaves the range of f32. */
const vanishing = { inputs: [[1]], labels: [2], width: 1, activation: 'cubic', weights: [1e-8] };

test('no metric of a point that is not finite looks like a number', async () => {
  const problem = await engine.problem(vanishing);
  const found = await problem.metrics([
    'retractedTrace',
    'retractedResidual',
    'retractedDistance',
    'gap',
    'disagreement',
  ]);
  for (const name of ['retractedTrace', 'retractedResidual', 'retractedDistance', 'gap'] as const) {
    expect(found[name]?.[0], name).toBeNaN();
  }
  // The point itself is finite.
  expect(found.disagreement).toEqual([0]);
  problem.dispose();
});

test('a retraction that fails says so and leaves the weights as they were', async () => {
  const problem = await engine.problem(vanishing);
  const before = await problem.weights();
  const error = await problem.retract().then(
    () => null,
    (e: FlatwalkError) => e,
  );
  expect(error?.code).toBe('NOT_DEFINED');
  expect(error?.message).toContain('the weights are unchanged');
  expect(await problem.weights()).toEqual(before);
  problem.dispose();
});

test('a run and a retraction keep out of each other’s way', async () => {
  const problem = await engine.problem({ ...vanishing, activation: 'cubic_linear', weights: [0.5] });
  const settings = { stepSize: 0.01, steps: 10 };
  const retracting = problem.retract();
  expect(() => problem.train(settings)).toThrow('has not ended');
  await retracting;
  expect((await problem.train(settings).finish()).kind).toBe('finished');
  problem.dispose();
});

test('a run that is never iterated over is in nobody’s way', async () => {
  const problem = await engine.problem({ ...vanishing, weights: [0.5] });
  problem.train({ stepSize: 0.01, steps: 10 });
  problem.setWeights([0.25]);
  const [first, second] = [problem.train({ stepSize: 0, steps: 1 }), problem.train({ stepSize: 0, steps: 1 })];
  expect((await first.finish()).kind).toBe('finished');
  expect((await second.finish()).kind).toBe('finished');
  expect(await problem.weights()).toEqual(Float32Array.of(0.25));
  problem.dispose();
});

test('of two runs iterated at once, the second is refused', async () => {
  const problem = await engine.problem({ ...vanishing, weights: [0.5] });
  const [first, second] = [problem.train({ stepSize: 0, steps: 1 }), problem.train({ stepSize: 0, steps: 1 })];
  const running = first.finish();
  await expect(second.finish()).rejects.toThrow('has not ended');
  expect((await running).kind).toBe('finished');
  problem.dispose();
});

test('F* with a common second layer is the reference’s, and is called least only where that is proven', async () => {
  const X = [1, 0, 0, 1, 0.6, 0.8];
  const y = [2, -1, 1.5];
  const theta = [0.5, 0.2, -0.1, 0.3];
  for (const [activation, optimal] of [
    ['cubic_linear:0.5', true],
    ['sinh', true],
    ['tanh', false],
    ['cubic', false],
  ] as const) {
    const secondLayer = [1.5, 1.5];
    const problem = await engine.problem({ inputs: X, labels: y, width: 2, activation, weights: theta, secondLayer });
    const p = makeProblem({ X, y, theta, m: 2, activation, secondLayer });
    expect(normError(problem.optimumPreactivations(), optimalPreactivations(p))).toBeLessThan(1e-12);
    expect(normError([problem.traceOptimum()], [optimalSharpness(p)])).toBeLessThan(1e-6);
    expect(problem.traceIsOptimal).toBe(optimal);
    problem.dispose();
  }
  const uneven = { inputs: X, labels: y, width: 2, activation: 'sinh', weights: theta, secondLayer: [1, 2] };
  const problem = await engine.problem(uneven);
  expect(() => problem.traceOptimum()).toThrow('the weights of the second layer are not all equal');
  expect(problem.traceIsOptimal).toBe(false);
  problem.dispose();
});

test('plans that would hang are refused', async () => {
  const wide = { inputs: [new Array(64).fill(0.1)], labels: [1], width: 64, activation: 'tanh' };
  const problem = await engine.problem({ ...wide, weights: new Array(64 * 64).fill(0.1) });
  const plan = { strategy: 'lane', space: 'weight' } as const;
  expect(() => problem.train({ stepSize: 0.1, steps: 1, plan })).toThrow('would compile for minutes');
  problem.dispose();
});
