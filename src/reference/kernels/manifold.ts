import type { kernels } from '../../engine/registry.ts';
import { chainSum, multiply, rounded, subtract } from '../rounding.ts';
import { Expected, type Oracle } from './oracle.ts';

type Kernels = typeof kernels;

/** Σ_k T_ik w_k over k <= i, or Σ_k T_ki w_k over k >= i */
export const triangleProducts: Oracle<Kernels['triangle_products']> = ({ triangles, values, products }, p) => {
  const n = p.samples;
  const out = new Expected(products);
  for (let v = 0; v < p.vectors; v++) {
    const base = Math.floor(v / p.per_replica) * n * n;
    const value = (k: number) => values[v * n + k];
    for (let i = 0; i < n; i++) {
      const total =
        p.transposed === 0
          ? chainSum(i + 1, (k) => multiply(triangles[base + i * n + k], value(k)))
          : chainSum(n - i, (k) => multiply(triangles[base + (i + k) * n + i], value(i + k)));
      out.set(v * n + i, total);
    }
  }
  return { products: out };
};

/** C_vji = B_ji u_vji − μ_vi s_ji, or one of the two terms */
export const manifoldCoefficients: Oracle<Kernels['manifold_coefficients']> = (buffers, p) => {
  const { bends, slopes, projections, multipliers, coefficients } = buffers;
  const out = new Expected(coefficients);
  for (let v = 0; v < p.vectors; v++) {
    for (let cell = 0; cell < p.width * p.count; cell++) {
      const own = Math.floor(v / p.per_replica) * p.width * p.count + cell;
      const place = v * p.width * p.count + cell;
      const bent = p.bent === 1 ? multiply(bends[own], projections[place]) : rounded(0);
      const pull = multiply(multipliers[v * p.count + (cell % p.count)], slopes[own]);
      out.set(place, p.pulled === 1 ? subtract(bent, pull) : bent);
    }
  }
  return { coefficients: out };
};
