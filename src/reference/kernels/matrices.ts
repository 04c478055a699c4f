import type { kernels } from '../../engine/registry.ts';
import { rowProducts } from '../matrix.ts';
import { add, blockSum, chainSum, multiply, subtract, TINY, ULP } from '../rounding.ts';
import { type Contents, Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

/** Σ_k M_ki M_kl over the columns, or Σ_k M_ik M_lk over the rows, times factors_il. */
export const gramMatrix: Oracle<Kernels['gram_matrix']> = ({ left: matrix, factors, status, gram }, p) => {
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
 * Columns of L, K = L Lᵀ, directions without a pivot left out. The part of the factor that is found is the exact one of
 * K + ΔK with |ΔK| <= c |L||L|ᵀ, c = columns + 10 units (Higham, Accuracy and Stability of Numerical Algorithms, theorem 10.3;
 * the 10 are for inverse roots). To first order |ΔL| <= |L| tril(|L⁻¹||ΔK||L⁻ᵀ|) in the diagonal block, and below it, where
 * L = K D⁻ᵀ for the factor D of the block, |ΔL| <= (|ΔK| + |L||ΔD|ᵀ) |D⁻ᵀ|.
 */
export const choleskyPanel: Oracle<Kernels['cholesky_panel']> = ({ gram, status, factor, pivots }, p) => {
  const n = p.samples;
  const size = Math.min(32, n - p.column);
  const units = (size + 10) * ULP;
  const out = { factor: new Expected(factor), pivots: new Expected(pivots) };
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
    const entry = (i: number, k: number) => gram[(r * n + p.column + i) * n + p.column + k];
    const cell = (i: number, k: number) => (r * n + p.column + i) * n + p.column + k;
    let largest = p.column === 0 ? 0 : pivots[4 * r + 2];
    if (p.column === 0) for (let k = 0; k < n; k++) largest = Math.max(largest, gram[(r * n + k) * n + k]);
    const block = Float64Array.from({ length: size * size }, (_, k) => entry(Math.floor(k / size), k % size));
    const { factor: d, found } = factorise(block, size, largest * n * 2 ** -24);
    const inverse = invertLower(d, size);
    const [dSize, inverseSize] = [d.map(Math.abs), inverse.map(Math.abs)];
    const change = product(dSize, dSize, 'transposed', size);
    const spread = product(product(inverseSize, change, 'plain', size), inverseSize, 'transposed', size);
    const dChange = product(dSize, lower(spread, size), 'plain', size).map((c) => c * units);
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) {
        out.factor.set(cell(i, k), { value: d[i * size + k], error: dChange[i * size + k] + TINY });
      }
      // The diagonal holds 1/L_ii, or 0 where the direction is left out.
      const reciprocal = inverse[i * size + i];
      const error = (dChange[i * size + i] * reciprocal + 2 * ULP) * reciprocal;
      out.factor.set(cell(i, i), { value: reciprocal, error });
    }
    for (let i = size; i < n - p.column; i++) {
      const row = new Float64Array(size);
      for (let k = 0; k < size; k++) {
        let sum = entry(i, k);
        for (let l = 0; l < k; l++) sum -= row[l] * d[k * size + l];
        row[k] = sum * inverse[k * size + k];
      }
      const off = Float64Array.from({ length: size }, (_, t) => {
        let sum = 0;
        for (let s = 0; s <= t; s++) sum += Math.abs(row[s]) * (dSize[t * size + s] * units + dChange[t * size + s]);
        return sum;
      });
      for (let k = 0; k < size; k++) {
        let error = 2 * ULP * Math.abs(row[k]) + TINY;
        for (let t = 0; t <= k; t++) error += off[t] * inverseSize[k * size + t];
        out.factor.set(cell(i, k), { value: row[k], error });
      }
    }
    const error = Math.max(...found.map((_, i) => 2 * d[i * size + i] * dChange[i * size + i] + TINY));
    const before = p.column === 0 ? [] : [0, 1].map((k) => pivots[4 * r + k]);
    out.pivots.set(4 * r, { value: Math.min(...found, ...before.slice(0, 1)), error });
    out.pivots.set(4 * r + 1, { value: Math.max(...found, ...before.slice(1)), error });
    out.pivots.set(4 * r + 2, largest);
  }
  return out;
};

/** K_il −= Σ_k L_ik L_lk over 32 columns, on and below the diagonal behind them */
export const choleskyUpdate: Oracle<Kernels['cholesky_update']> = ({ factor, status, gram }, p) => {
  const n = p.samples;
  const out = new Expected(gram);
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
    for (let i = p.column + 32; i < n; i++) {
      for (let l = p.column + 32; l <= i; l++) {
        const row = (j: number) => (r * n + j) * n + p.column;
        const sum = chainSum(32, (k) => multiply(factor[row(i) + k], factor[row(l) + k]));
        out.set((r * n + i) * n + l, subtract(out.get((r * n + i) * n + l), sum));
      }
    }
  }
  return { gram: out };
};

/**
 * L Lᵀ μ = e. Each substitution is exact for a triangle that is off by c |L|, c = n + 10 units (Higham, theorem 8.5), so that
 * |Δw| <= c |L⁻¹||L||w| for the forward one, L w = e, and |Δμ| <= |L⁻ᵀ| (c |Lᵀ||μ| + |Δw|) in the end.
 */
export const choleskySolve: Oracle<Kernels['cholesky_solve']> = ({ factor, rhs, status, solution }, p) => {
  const n = p.samples;
  const units = (n + 10) * ULP;
  const out = new Expected(solution);
  for (let r = 0; r < p.replicas; r++) {
    if (p.step >= status[r]) continue;
    const reciprocal = (k: number) => factor[(r * n + k) * n + k];
    const l = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, k] = [Math.floor(at / n), at % n];
      if (reciprocal(k) === 0 || reciprocal(i) === 0) return 0;
      return i === k ? 1 / reciprocal(k) : k < i ? factor[(r * n + i) * n + k] : 0;
    });
    const inverse = invertLower(l, n);
    const size = (a: Float64Array) => a.map(Math.abs);
    const w = apply(
      inverse,
      Float64Array.from({ length: n }, (_, i) => rhs[r * n + i]),
      n,
    );
    const mu = apply(transpose(inverse, n), w, n);
    const wChange = apply(size(inverse), apply(size(l), size(w), n), n);
    const pull = apply(size(transpose(l, n)), size(mu), n).map((change, i) => change + wChange[i]);
    const change = apply(size(transpose(inverse, n)), pull, n);
    mu.forEach((value, i) => {
      out.set(r * n + i, { value, error: change[i] * units + TINY });
    });
  }
  return { solution: out };
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

/** The lower Cholesky factor and the pivots L_kk²; the column of a pivot that is not above `floor` is 0. */
function factorise(matrix: Float64Array, n: number, floor: number): { factor: Float64Array; found: Float64Array } {
  const factor = new Float64Array(n * n);
  const found = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const rest = (i: number) => {
      let sum = matrix[i * n + k];
      for (let l = 0; l < k; l++) sum -= factor[i * n + l] * factor[k * n + l];
      return sum;
    };
    found[k] = rest(k);
    if (found[k] <= floor) continue;
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
