import { describe, expect, test } from 'vitest';
import { golden, meanAndError, openTestEngine } from './support.ts';

/**
 * How fast label noise lowers the sharpness: F, after retraction onto the zero-loss manifold, averaged over replicas,
 * against runs of an independent float64 program and against the flow with the correction for finite step sizes.
 */
const engine = await openTestEngine();
const { X, y, m, activation, theta0, runs, Fstar } = golden.timescale;
const REPLICAS = 192;

const options = {
  single: { batch: 1 },
  mini: { batch: 2 },
  full_mean: { batch: 'full' },
  full_sum: { batch: 'full', loss: 'sum' },
} as const;

describe('the mean sharpness of 192 label-noise runs falls as predicted', () => {
  for (const g of runs) {
    const mode: keyof typeof options = g.mode;
    test(`${mode}, step size ${g.eta}: after ${g.steps[0]} and ${g.steps[1]} steps`, async () => {
      const problem = await engine.problem({
        inputs: X,
        labels: y,
        width: m,
        activation,
        weights: theta0.flat(),
        replicas: REPLICAS,
      });
      const run = problem.train({
        stepSize: g.eta,
        noise: g.sigma,
        ...options[mode],
        steps: g.steps[1],
        every: g.steps[0],
        seed: 2024,
        metrics: ['retractedTrace', 'retractedResidual'],
      });
      const rows = [];
      for await (const row of run) rows.push(row);
      problem.dispose();
      expect((await run.outcome).kind).toBe('finished');
      for (const k of [0, 1]) {
        const row = rows.find(({ step }) => step === g.steps[k]);
        if (!row) throw new Error(`there is no row of step ${g.steps[k]}`);
        expect(Math.max(...(row.values.retractedResidual as number[]))).toBeLessThan(1e-5);
        const { mean, error } = meanAndError(row.values.retractedTrace as number[]);
        const room = 4 * Math.hypot(error, g.F_sgd_sem[k]) + 0.005 * mean;
        expect(Math.abs(mean - g.F_sgd_mean[k]), 'from the float64 runs').toBeLessThan(room);
        expect(Math.abs(mean - g.F_corrected[k]), 'from the corrected flow').toBeLessThan(room);
        // The room is small beside what has been, and what remains to be, descended.
        expect(room).toBeLessThan(0.2 * (mean - Fstar));
      }
    }, 120_000);
  }
});
