import type { Problem } from '../../problem.ts';
import { atOnePoint } from '../steady.ts';
import { dot, missingDirections, type Orthonormal, orthonormalise } from './orthonormal.ts';
import { prepareSketch, type SketchOptions, type SketchReport, sketchReport } from './sketch.ts';

/**
 * XTrace (Epperly, Tropp, Webber, "XTrace: making the most of every sample in stochastic trace estimation", SIAM J. Matrix Anal.
 * Appl. 45, 2024), for every replica: with k = products / 2 normal vectors ω_i and Q_i an orthonormal basis of the span of all
 * H ω_l but the i-th,
 *   tr_i = tr Q_iᵀHQ_i + (N − rank Q_i) pᵀHp / |p|²,   p = (1 − Q_iQ_iᵀ) ω_i,
 * and the estimate is the mean of tr_i: each vector serves both as a probe and in the bases of the others. The length of p is
 * divided out (their section 2.3), which keeps it unbiased, as the direction of p is uniform. The standard error is theirs,
 * sd / sqrt(k); the tr_i share their bases and so are not independent, and it runs low: by a fifth with a dozen vectors. Exact, up to f32,
 * where H has a rank below k. The ω_i are the Gaussian probes 0, ..., k − 1 of `estimateTrace`.
 * Products are f32 on the device, bases float64 on the host. A budget above 2 N, N = m d, is not used up.
 * @throws BAD_ARGUMENT for less than 2 products; LIMIT with the budget that fits; NOT_DEFINED where H is not finite
 */
export const xTrace = /* @__PURE__ */ atOnePoint(measureXTrace);

async function measureXTrace(problem: Problem, options: SketchOptions): Promise<SketchReport[]> {
  const sketch = await prepareSketch(problem, options, 2);
  const { each, network, exact } = sketch;
  const draws = sketch.draw('gaussian', 0);
  const images = await sketch.multiply(draws);
  const bases = images.map((set) => orthonormalise(set, each, network.cells));
  const turned = await sketch.multiply(bases.map(({ basis }) => basis));
  return bases.map((span, r) => {
    const found = leaveOneOut({
      draws: draws[r],
      images: images[r],
      turned: turned[r],
      span,
      each,
      size: network.cells,
    });
    const whole = span.rank === network.cells;
    return sketchReport({ ...found, rank: span.rank, products: each + span.rank }, exact[r], whole);
  });
}

interface Parts {
  /** ω_i and H ω_i, each x size. */
  readonly draws: Float64Array;
  readonly images: Float64Array;
  /** H Q, rank x size. */
  readonly turned: Float64Array;
  readonly span: Orthonormal;
  readonly each: number;
  readonly size: number;
}

/** The tr_i, and the size of what is added up in them. */
function leaveOneOut({ draws, images, turned, span, each, size }: Parts): { samples: Float64Array; terms: number } {
  const { rank, basis } = span;
  const row = (set: Float64Array, k: number) => set.subarray(k * size, (k + 1) * size);
  const middle = Float64Array.from({ length: rank * rank }, (_, cell) =>
    dot(row(basis, Math.floor(cell / rank)), row(turned, cell % rank)),
  );
  let trace = 0;
  let terms = 0;
  for (let a = 0; a < rank; a++) {
    trace += middle[a * rank + a];
    terms += Math.abs(middle[a * rank + a]);
  }
  // The whole space leaves nothing to estimate.
  if (rank === size) return { samples: Float64Array.of(trace), terms };
  const directions = missingDirections(span, each);
  const samples = Float64Array.from(directions, (missing, i) => {
    const rest = row(draws, i).slice();
    const image = row(images, i).slice();
    // Coefficients of ω_i in the basis, without the direction that the others do not reach.
    const shares = Float64Array.from({ length: rank }, (_, a) => dot(row(basis, a), rest));
    const along = missing ? dot(missing, shares) : 0;
    for (let a = 0; a < rank; a++) {
      const share = shares[a] - (missing ? along * missing[a] : 0);
      for (let k = 0; k < size; k++) {
        rest[k] -= share * basis[a * size + k];
        image[k] -= share * turned[a * size + k];
      }
    }
    const left = size - (missing ? rank - 1 : rank);
    return trace - (missing ? form(middle, missing) : 0) + (left * dot(rest, image)) / dot(rest, rest);
  });
  return { samples, terms };
}

/** sᵀ M s */
function form(matrix: Float64Array, s: Float64Array): number {
  let sum = 0;
  for (let a = 0; a < s.length; a++) {
    for (let b = 0; b < s.length; b++) sum += s[a] * matrix[a * s.length + b] * s[b];
  }
  return sum;
}
