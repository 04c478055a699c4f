import type { kernels } from '../../engine/kernels.ts';
import { rowProducts } from '../matrix.ts';
import { add, blockSum, multiply, subtract, TINY, ULP } from '../rounding.ts';
import { type Contents, Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

/** Σ_k M_ki M_kl over the columns, or Σ_k M_ik M_lk over the rows, times factors_il. */
export const gramMatrix: Oracle<Kernels['gram_matrix']> = ({ matrix, factors, status, gram }, p) => {
  const out = new Expected(gram);
  const [size, begin, end] = p.side === 0 ? [p.columns, p.skip, p.rows] : [p.rows, 0, p.columns];
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
    const base = r * p.rows * p.columns;
    const entry = (i: number, k: number) => matrix[base + (p.side === 0 ? k * p.columns + i : i * p.columns + k)];
    for (let i = 0; i < size; i++) {
      for (let l = 0; l <= i; l++) {
        const sum = blockSum(end - begin, (k) => multiply(entry(i, begin + k), entry(l, begin + k)));
        const total = p.weighted === 1 ? multiply(factors[i * size + l], sum) : sum;
        const cell = (r * size + i) * size + l;
        const value = p.accumulate === 1 ? add(out.get(cell), total) : total;
        out.set(cell, value);
        out.set((r * size + l) * size + i, value);
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
export const solve: Oracle<Kernels['solve']> = ({ gram, rhs, status, solution, pivots }, p) => {
  const n = p.samples;
  const out = { gram: new Expected(gram), solution: new Expected(solution), pivots: new Expected(pivots) };
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
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

/** status = min(status, step + 1) where max_i |e_i| <= 2^-16 max_i |y_i|; a product with a power of two is exact. */
export const retractionState: Oracle<Kernels['retraction_state']> = ({ residuals, targets, status }, p, c) => {
  const out = new Expected(status);
  const largest = (values: Contents, from: number) =>
    Array.from({ length: p.samples }, (_, i) => Math.abs(values[from + i])).reduce((a, b) => Math.max(a, b));
  for (let r = 0; r < p.replicas; r++) {
    const label = largest(ownTargets(c, targets, r), 0);
    if (largest(residuals, r * p.samples) <= label * 2 ** -16) out.set(r, Math.min(status[r], p.step + 1));
  }
  return { status: out };
};

/** z_jl −= Σ_i S_ji μ_i G_il, but where a replica has stopped */
export const retractionStep: Oracle<Kernels['retraction_step']> = (buffers, p) => {
  const { slopes, multipliers, data_gram, status, preactivations } = buffers;
  const n = p.samples;
  const out = new Expected(preactivations);
  for (let row = 0; row < p.replicas * p.width; row++) {
    const r = Math.floor(row / p.width);
    if (p.step >= status[r]) continue;
    for (let l = 0; l < n; l++) {
      const sum = blockSum(n, (i) => multiply(slopes[row * n + i], multipliers[r * n + i], data_gram[i * n + l]));
      out.set(row * n + l, subtract(out.get(row * n + l), sum));
    }
  }
  return { preactivations: out };
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
