import type { Problem } from '../../problem.ts';
import { atOnePoint } from '../steady.ts';
import { dot, orthonormalise } from './orthonormal.ts';
import { prepareSketch, type SketchOptions, type SketchReport, sketchReport } from './sketch.ts';

/**
 * Hutch++ (Meyer, Musco, Musco, Woodruff, "Hutch++: optimal stochastic trace estimation", SOSA 2021), for every replica:
 *   tr H = tr QᵀHQ + tr (1 − QQᵀ)H(1 − QQᵀ),   Q an orthonormal basis of H S,
 * the first term exactly, the second by Hutchinson's method with probes of entries ±1; a third of the products goes into each of
 * HS, HQ and the probes. S is normal: signs may all be orthogonal to the few eigenvectors there are, normal vectors never are.
 * Exact, up to f32, where H has a rank of no more than a third of the budget, as on the zero-loss manifold with n samples.
 * S has the Gaussian probes 0, ..., k − 1 of `estimateTrace`, k = products / 3, and the second term the signs from k on.
 * Products are f32 on the device, bases float64 on the host. A budget above 3 N, N = m d, is not used up.
 * @throws BAD_ARGUMENT for less than 3 products; LIMIT with the budget that fits; NOT_DEFINED where H is not finite
 */
export const hutchPlusPlus = /* @__PURE__ */ atOnePoint(measureHutchPlusPlus);

async function measureHutchPlusPlus(problem: Problem, options: SketchOptions): Promise<SketchReport[]> {
  const sketch = await prepareSketch(problem, options, 3);
  const { each, network, exact } = sketch;
  const size = network.cells;
  const sets = await sketch.multiply(sketch.draw('gaussian', 0));
  const bases = sets.map((set) => orthonormalise(set, each, size));
  const turned = await sketch.multiply(bases.map(({ basis }) => basis));
  const probes = bases.every(({ rank }) => rank === size) ? null : sketch.draw('rademacher', each);
  probes?.forEach((set, r) => {
    for (let k = 0; k < each; k++) removeSpan(set.subarray(k * size, (k + 1) * size), bases[r].basis, size);
  });
  const pulled = probes ? await sketch.multiply(probes) : [];
  return bases.map(({ rank, basis }, r) => {
    const part = (set: Float64Array, k: number) => set.subarray(k * size, (k + 1) * size);
    const whole = rank === size;
    let trace = 0;
    let terms = 0;
    for (let a = 0; a < rank; a++) {
      const term = dot(part(basis, a), part(turned[r], a));
      trace += term;
      terms += Math.abs(term);
    }
    const samples = Float64Array.from({ length: whole ? 1 : each }, (_, k) =>
      whole || !probes ? trace : trace + dot(part(probes[r], k), part(pulled[r], k)),
    );
    const products = each + rank + (whole ? 0 : each);
    return sketchReport({ samples, rank, products, terms }, exact[r], whole);
  });
}

/** v − QQᵀv, in place; twice, so that the rest is orthogonal to rounding. */
function removeSpan(vector: Float64Array, basis: Float64Array, size: number): void {
  for (let pass = 0; pass < 2; pass++) {
    for (let a = 0; a < basis.length; a += size) {
      const row = basis.subarray(a, a + size);
      const share = dot(row, vector);
      for (let k = 0; k < size; k++) vector[k] -= share * row[k];
    }
  }
}
