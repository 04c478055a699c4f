import type { kernels } from '../../engine/kernels.ts';
import { roundedActivation } from '../accuracy.ts';
import { rowProducts } from '../matrix.ts';
import { add, blockSum, chainSum, multiply, subtract, TINY, ULP } from '../rounding.ts';
import { Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

/** Gram matrix of the centred feature matrix D, or of [mean; D]. */
export const featureGram: Oracle<Kernels['feature_gram']> = ({ preactivations, means, gram }, p) => {
  const out = new Expected(gram);
  const centred = (r: number, j: number, i: number) =>
    subtract(preactivations[(r * p.width + j) * p.count + i], means[r * p.count + i]);
  const augmented = (r: number, row: number, i: number) =>
    row === 0 ? means[r * p.count + i] : centred(r, row - 1, i);
  for (let r = 0; r < p.replicas; r++) {
    for (let a = 0; a < p.size; a++) {
      for (let b = 0; b < p.size; b++) {
        const cell = (r * p.size + a) * p.size + b;
        const total =
          p.side === 0
            ? blockSum(p.width, (j) => multiply(centred(r, j, a), centred(r, j, b)))
            : blockSum(p.count, (i) => multiply(augmented(r, a, i), augmented(r, b, i)));
        out.set(cell, p.accumulate === 1 ? add(out.get(cell), total) : total);
      }
    }
  }
  return { gram: out };
};

/** K_il = G_il Σ_j a_j² φ'(z_ij) φ'(z_lj) */
export const jacobianGram: Oracle<Kernels['jacobian_gram']> = (buffers, p, c, choices) => {
  const { preactivations, targets, data_gram, gram } = buffers;
  const { dphi } = roundedActivation(choices.activation);
  const n = p.samples;
  const out = new Expected(gram);
  for (let r = 0; r < p.replicas; r++) {
    const own = ownTargets(c, targets, r);
    const slopes = Array.from({ length: p.width * n }, (_, k) => dphi(preactivations[r * p.width * n + k]));
    for (let i = 0; i < n; i++) {
      for (let l = 0; l < n; l++) {
        const total = chainSum(p.width, (j) => {
          const a = own[3 * n + j];
          return multiply(a, a, slopes[j * n + i], slopes[j * n + l]);
        });
        out.set((r * n + i) * n + l, multiply(data_gram[i * n + l], total));
      }
    }
  }
  return { gram: out };
};

/**
 * K μ = e by Cholesky, directions without a pivot left out. The factor found is the exact one of K + ΔK, and so is the
 * solution, with |ΔK| <= c |L||L|ᵀ, c = n + 10 units for the factor and 3n + 10 for the solution (Higham, Accuracy and
 * Stability of Numerical Algorithms, theorems 10.3 and 10.4; the 10 are for inverse roots). To first order
 * |Δμ| <= |K⁻¹||ΔK||μ|, which is the condition number at work, and |ΔL| <= |L| tril(|L⁻¹||ΔK||L⁻ᵀ|).
 */
export const solve: Oracle<Kernels['solve']> = ({ gram, rhs, solution, pivots }, p) => {
  const n = p.samples;
  const out = { gram: new Expected(gram), solution: new Expected(solution), pivots: new Expected(pivots) };
  for (let r = 0; r < p.replicas; r++) {
    const base = r * n * n;
    const { factor, found } = factorise(
      Float64Array.from({ length: n * n }, (_, k) => gram[base + k]),
      n,
    );
    const inverse = invertLower(factor, n);
    const change = product(factor.map(Math.abs), factor.map(Math.abs), 'transposed', n);
    const inverseSize = inverse.map(Math.abs);
    const spread = product(product(inverseSize, change, 'plain', n), inverseSize, 'transposed', n);
    const factorChange = product(factor.map(Math.abs), lower(spread, n), 'plain', n);
    const factorUnits = (n + 10) * ULP;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) {
        out.gram.set(base + i * n + k, {
          value: factor[i * n + k],
          error: factorChange[i * n + k] * factorUnits + TINY,
        });
      }
      // The diagonal holds 1/L_ii, or 0 where the direction is left out.
      const reciprocal = inverse[i * n + i];
      const error = (factorChange[i * n + i] * factorUnits * reciprocal + 2 * ULP) * reciprocal;
      out.gram.set(base + i * n + i, { value: reciprocal, error });
    }
    const pivotError = found.map((_, i) => 2 * factor[i * n + i] * factorChange[i * n + i] * factorUnits + TINY);
    const error = Math.max(...pivotError);
    out.pivots.set(2 * r, { value: Math.min(...found), error });
    out.pivots.set(2 * r + 1, { value: Math.max(...found), error });

    // K⁻¹ = L⁻ᵀ L⁻¹
    const upper = transpose(inverse, n);
    const e = Float64Array.from({ length: n }, (_, i) => rhs[r * n + i]);
    const mu = apply(upper, apply(inverse, e, n), n);
    const inverseMatrix = product(upper, upper, 'transposed', n).map(Math.abs);
    const shift = apply(inverseMatrix, apply(change, mu.map(Math.abs), n), n);
    mu.forEach((value, i) => {
      out.solution.set(r * n + i, { value, error: shift[i] * (3 * n + 10) * ULP + TINY });
    });
  }
  return out;
};

/** The lower Cholesky factor and the pivots L_kk²; the column of a pivot that is no larger than rounding is 0. */
function factorise(matrix: Float64Array, n: number): { factor: Float64Array; found: Float64Array } {
  const factor = new Float64Array(n * n);
  const found = new Float64Array(n);
  let largest = 0;
  for (let k = 0; k < n; k++) largest = Math.max(largest, matrix[k * n + k]);
  for (let k = 0; k < n; k++) {
    const rest = (i: number) => {
      let sum = matrix[i * n + k];
      for (let l = 0; l < k; l++) sum -= factor[i * n + l] * factor[k * n + l];
      return sum;
    };
    found[k] = rest(k);
    if (found[k] <= largest * n * 2 ** -24) continue;
    for (let i = k; i < n; i++) factor[i * n + k] = rest(i) / Math.sqrt(found[k]);
  }
  return { factor, found };
}

/** L⁻¹; rows and columns without a diagonal entry stay 0. */
function invertLower(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < n; i++) {
      if (factor[i * n + i] === 0 || factor[k * n + k] === 0) continue;
      let sum = i === k ? 1 : 0;
      for (let l = k; l < i; l++) sum -= factor[i * n + l] * inverse[l * n + k];
      inverse[i * n + k] = sum / factor[i * n + i];
    }
  }
  return inverse;
}

function product(a: Float64Array, b: Float64Array, form: 'plain' | 'transposed', n: number): Float64Array {
  return rowProducts(a, form === 'plain' ? transpose(b, n) : b, n, n, n);
}

function apply(a: Float64Array, x: Float64Array, n: number): Float64Array {
  return rowProducts(a, x, n, 1, n);
}

function transpose(a: Float64Array, n: number): Float64Array {
  return a.map((_, cell) => a[(cell % n) * n + Math.floor(cell / n)]);
}

function lower(a: Float64Array, n: number): Float64Array {
  return a.map((value, cell) => (cell % n <= Math.floor(cell / n) ? value : 0));
}
