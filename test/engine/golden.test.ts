import { describe, expect, test } from 'vitest';
import { flat, golden, normError, openTestEngine } from './support.ts';

// Tolerances for f32 against float64, norm-wise: about four times the largest error that float32 arithmetic gives on these
// formulas (relative to the largest entry). The trace is measured against the sum of its absolute terms.
const OUTPUT = 3e-6;
const PRODUCT = 5e-6;
const TRACE = 3e-6;

const engine = await openTestEngine();

describe('golden instances', () => {
  for (const g of golden.instances) {
    test(g.id, async () => {
      const problem = await engine.problem({
        inputs: g.X,
        labels: g.y,
        width: g.m,
        activation: g.activation,
        weights: flat(g.theta),
      });
      const e = g.expect;
      expect(normError(await problem.preactivations(), flat(e.z)), 'z').toBeLessThan(OUTPUT);
      expect(normError(await problem.outputs(), e.r, Math.max(...g.y.map(Math.abs))), 'r').toBeLessThan(OUTPUT);
      // Where labels and outputs cancel, what is left carries the rounding of the outputs.
      const largestLabel = Math.max(...g.y.map(Math.abs));
      const rounding = OUTPUT * largestLabel;
      const [loss] = await problem.loss();
      const room = 2 * Math.sqrt(g.n * e.loss) * rounding + g.n * rounding ** 2;
      expect(Math.abs(loss - e.loss), 'loss').toBeLessThan(room);
      const steepest = 2 * largestLabel * Math.sqrt(Math.max(...e.grad_norm_sq_per_sample));
      expect(normError(await problem.gradient(), flat(e.grad), steepest), 'gradient').toBeLessThan(PRODUCT);
      expect(normError(await problem.hvp(flat(g.v)), flat(e.hvp)), 'hvp').toBeLessThan(PRODUCT);
      expect(normError(await problem.trace(), [e.trace], e.trace_abs_terms), 'trace').toBeLessThan(TRACE);
      expect(normError(await problem.manifoldTrace(), [e.F]), 'F').toBeLessThan(TRACE);
      expect(normError(await problem.jacobianGram(), flat(e.JJt)), 'JJt').toBeLessThan(PRODUCT);
      const found = await problem.metrics(['stableRank', 'disagreement']);
      expect(normError(found.stableRank as number[], [e.stable_rank_Z]), 'stable rank').toBeLessThan(PRODUCT);
      expect(normError(found.disagreement as number[], [e.disagreement_Z], 1), 'disagreement').toBeLessThan(OUTPUT);
      if (e.Fstar_aligned !== null) {
        expect(problem.traceOptimum()).toBeCloseTo(e.Fstar_aligned, 8);
        expect(normError(problem.optimumPreactivations(), e.c_aligned)).toBeLessThan(1e-12);
      }
      const signs = flat(g.v).map((v) => (v < 0 ? -1 : 1));
      const product = await problem.hvp(signs);
      const form = product.reduce((sum, h, k) => sum + h * signs[k], 0);
      expect(Math.abs(form - e.signv_H_signv) / Math.max(e.trace_abs_terms, Math.abs(e.signv_H_signv))).toBeLessThan(
        1e-5,
      );
      problem.dispose();
    });
  }
});

const spaces = ['weight', 'data'] as const;
const strategies = ['lane', 'group', 'tiled'] as const;

/** The weights after `steps` steps of a golden trajectory with recorded draws. */
async function replay(
  g: { X: number[][]; y: number[]; m: number; activation: string; theta0: number[][]; eta: number },
  run: {
    samples: number[];
    noises: number[];
    batch: number | 'full';
    loss?: 'mean' | 'sum';
    eta?: number;
    steps: number;
  },
  plan: { space: 'weight' | 'data'; strategy: 'lane' | 'group' | 'tiled' },
): Promise<Float32Array> {
  const problem = await engine.problem({
    inputs: g.X,
    labels: g.y,
    width: g.m,
    activation: g.activation,
    weights: flat(g.theta0),
  });
  const { samples, noises, batch, loss, eta, steps } = run;
  const each = batch === 'full' ? g.y.length : batch;
  const training = problem.train({
    stepSize: eta ?? g.eta,
    noise: 1,
    batch,
    loss,
    steps,
    plan,
    draws: { samples: samples.slice(0, steps * each), noises: noises.slice(0, steps * each) },
  });
  expect(await training.finish()).toEqual({ kind: 'finished', step: steps });
  const weights = await problem.weights();
  problem.dispose();
  return weights;
}

describe('golden trajectories with recorded draws', () => {
  for (const [k, g] of golden.sgd.entries()) {
    for (const space of spaces) {
      for (const strategy of strategies) {
        test(`${k} ${g.activation} ${g.m}x${g.d}, ${space} space, ${strategy}`, async () => {
          const tolerance = 1e-5;
          if (strategy !== 'tiled' && !(strategy === 'lane' && g.m * Math.max(g.n, g.d) > 256)) {
            for (const steps of Object.keys(g.theta_after).map(Number)) {
              const run = { samples: g.idx, noises: g.zeta, batch: 1, steps };
              const got = await replay(g, run, { space, strategy });
              expect(normError(got, flat(g.theta_after[steps]), 1), `after ${steps}`).toBeLessThan(tolerance);
            }
            if (!g.minibatch_mean_b3) return;
            const { idx, zeta, theta_after_10 } = g.minibatch_mean_b3;
            const run = { samples: flat(idx), noises: flat(zeta), batch: 3, steps: 10 };
            expect(normError(await replay(g, run, { space, strategy }), flat(theta_after_10), 1)).toBeLessThan(
              tolerance,
            );
          }
          if (!g.full_mean || (strategy === 'lane' && g.m * Math.max(g.n, g.d) > 256)) return;
          const order = g.full_mean.zeta.flatMap((row: number[]) => row.map((_, i) => i));
          for (const [loss, data] of [
            ['mean', g.full_mean],
            ['sum', g.full_sum],
          ] as const) {
            const run = {
              samples: order,
              noises: flat(data.zeta),
              batch: 'full' as const,
              loss,
              eta: data.eta,
              steps: 10,
            };
            const got = await replay(g, run, { space, strategy });
            expect(normError(got, flat(data.theta_after_10), 1), loss).toBeLessThan(tolerance);
          }
        });
      }
    }
  }
});

describe('golden trajectories with drawn noise', () => {
  const g = golden.philox_sgd;
  for (const space of spaces) {
    for (const strategy of ['lane', 'group'] as const) {
      test(`${space} space, ${strategy}`, async () => {
        const replicas = 1 + Math.max(...g.runs.map((r: { replica: number }) => r.replica));
        const problem = await engine.problem({
          inputs: g.X,
          labels: g.y,
          width: g.m,
          activation: g.activation,
          weights: flat(g.theta0),
          replicas,
        });
        const run = problem.train({
          stepSize: g.eta,
          noise: g.sigma,
          steps: 200,
          seed: g.seed,
          metrics: ['loss'],
          plan: { space, strategy },
        });
        let loss: number[] = [];
        await run.finish((row) => {
          loss = row.values.loss as number[];
        });
        const weights = await problem.weights();
        for (const r of g.runs) {
          const size = g.m * g.d;
          const one = weights.subarray(r.replica * size, (r.replica + 1) * size);
          expect(normError(one, flat(r.theta_after_200), 1)).toBeLessThan(1e-5);
          expect(loss[r.replica]).toBeCloseTo(r.loss, 4);
        }
        problem.dispose();
      });
    }
  }
});

describe('retraction', () => {
  for (const g of golden.instances) {
    test(g.id, async () => {
      const problem = await engine.problem({
        inputs: g.X,
        labels: g.y,
        width: g.m,
        activation: g.activation,
        weights: flat(g.on_M.theta),
      });
      const { largestResidual } = await problem.retract();
      const largestLabel = Math.max(...g.y.map(Math.abs));
      expect(largestResidual[0]).toBeLessThan(4e-6 * largestLabel);
      const condition = g.on_M.cond_JJt;
      expect(normError(await problem.weights(), flat(g.on_M.retraction_of_theta_f64), 1)).toBeLessThan(
        1e-5 * Math.sqrt(condition),
      );
      expect(normError(await problem.manifoldTrace(), [g.on_M.F_retracted_f64])).toBeLessThan(
        1e-5 * Math.sqrt(condition),
      );
      problem.dispose();
    });
  }
});
