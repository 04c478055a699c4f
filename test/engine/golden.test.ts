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
      expect(normError(await problem.loss(), [e.loss]), 'loss').toBeLessThan(2 * OUTPUT);
      expect(normError(await problem.gradient(), flat(e.grad)), 'gradient').toBeLessThan(PRODUCT);
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
      expect(Math.abs(form - e.signv_H_signv) / Math.max(e.trace_abs_terms, Math.abs(e.signv_H_signv))).toBeLessThan(1e-5);
      problem.dispose();
    });
  }
});
