/** Instruments that evaluate more than once, while the weights move. */
import { expect, test } from 'vitest';
import {
  denseMatrix,
  eigenpairs,
  estimateTrace,
  frobeniusNorm,
  hutchPlusPlus,
  sharpness,
  spectralDensity,
  xTrace,
} from '../../../src/engine/geometry/index.ts';
import type { Problem } from '../../../src/engine/index.ts';
import { failure, made, openTestEngine } from '../runs/support.ts';

const engine = await openTestEngine();
const options = made({ n: 5, d: 7, m: 6 });
const instruments: Record<string, (problem: Problem) => Promise<unknown>> = {
  estimateTrace: (problem) => estimateTrace(problem, { probes: 2000 }),
  hutchPlusPlus: (problem) => hutchPlusPlus(problem, { products: 12 }),
  xTrace: (problem) => xTrace(problem, { products: 12 }),
  eigenpairs: (problem) => eigenpairs(problem),
  spectralDensity: (problem) => spectralDensity(problem, { probes: 2 }),
  denseMatrix: (problem) => denseMatrix(problem),
  frobeniusNorm: (problem) => frobeniusNorm(problem),
  sharpness: (problem) => sharpness(problem, { probes: 2 }),
};
const names = Object.keys(instruments);

test.each(names)('%s: weights that change meanwhile are an error, not a result', async (name) => {
  const problem = await engine.problem(options);
  const measured = failure(() => instruments[name](problem));
  problem.setWeights((await problem.weights()).map((w) => w / 2));
  expect(await measured).toMatchObject({ code: 'BAD_ARGUMENT', message: expect.stringContaining('moved while') });
  problem.dispose();
});

test('between two rows of a run they do not change, and the result is that of the same weights', async () => {
  const problem = await engine.problem(options);
  const run = problem.train({ stepSize: 1e-4, noise: 0.1, steps: 60, every: 20 });
  for await (const { step } of run) {
    if (step !== 40) continue;
    const other = await engine.problem({ ...options, weights: await problem.weights() });
    for (const name of names) expect(await instruments[name](problem), name).toEqual(await instruments[name](other));
    other.dispose();
  }
  problem.dispose();
});
