import type { kernels } from '../../engine/registry.ts';
import { probeVector } from '../../model/draws.ts';
import { add, chainSum, divide, multiply, type Operand, root, rounded, Sum, subtract } from '../rounding.ts';
import { normal, seedOf } from './draws.ts';
import { Expected, type Oracle } from './oracle.ts';

type Kernels = typeof kernels;

/** A vector in a basis is filled up to fours. */
const padded = (length: number) => 4 * Math.ceil(length / 4);

/** The product, or a random vector where the space is closed. */
export const basisCandidate: Oracle<Kernels['basis_candidate']> = ({ products, state, candidates }, p, _, { law }) => {
  const out = new Expected(candidates);
  const seed = seedOf(p.seed_low, p.seed_high);
  for (let v = 0; v < p.vectors; v++) {
    const drawn = p.redraw === 1 && state[3 * v + 2] !== 0;
    const replica = Math.floor(v / p.per_replica);
    const vector = drawn ? probeVector(seed, p.first + (v % p.per_replica), replica, p.length, law) : [];
    for (let k = 0; k < p.length; k++) {
      const at = v * padded(p.length) + k;
      out.set(at, !drawn ? rounded(products[v * p.length + k]) : law === 'gaussian' ? normal(vector[k]) : vector[k]);
    }
  }
  return { candidates: out };
};

/** Σ b_i w over chunks of 1024, and at last Σ w²: fours one after the other, then a tree. */
export const basisProducts: Oracle<Kernels['basis_products']> = ({ basis, candidates, partials }, p, c) => {
  const out = new Expected(partials);
  const chunks = Math.ceil(p.length / 1024);
  for (let v = 0; v < p.vectors; v++) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (let i = 0; i <= p.count; i++) {
        const sum = new Sum();
        for (let k = chunk * 1024; k < Math.min(chunk * 1024 + 1024, p.length); k++) {
          const w = candidates[v * padded(p.length) + k];
          sum.add(multiply(i < p.count ? basis[(i * p.vectors + v) * padded(p.length) + k] : w, w));
        }
        out.set((v * chunks + chunk) * p.stride + i, sum.after(Math.ceil(256 / c.LANES) + 4 + Math.log2(c.LANES)));
      }
    }
  }
  return { partials: out };
};

/** Σ_c partials, kept as they are and added to what was taken off before. */
export const basisCoefficients: Oracle<Kernels['basis_coefficients']> = ({ partials, coefficients, projected }, p) => {
  const out = { coefficients: new Expected(coefficients), projected: new Expected(projected) };
  for (let v = 0; v < p.vectors; v++) {
    for (let i = 0; i <= p.count; i++) {
      const total = chainSum(p.chunks, (c) => partials[(v * p.chunks + c) * p.stride + i]);
      out.coefficients.set(v * p.stride + i, total);
      const place = (p.slot * p.vectors + v) * p.stride + i;
      if (p.accumulate === 0) out.projected.set(place, total);
      else if (i < p.count) out.projected.set(place, add(out.projected.get(place), total));
    }
  }
  return out;
};

/** w −= Σ_i c_i b_i */
export const basisSubtract: Oracle<Kernels['basis_subtract']> = ({ basis, coefficients, candidates }, p) => {
  const out = new Expected(candidates);
  for (let v = 0; v < p.vectors; v++) {
    for (let k = 0; k < padded(p.length); k++) {
      const at = v * padded(p.length) + k;
      const total = chainSum(p.count, (i) =>
        multiply(coefficients[p.first + v * p.stride + i], basis[i * p.vectors * padded(p.length) + at]),
      );
      out.set(at, subtract(out.get(at), total));
    }
  }
  return { candidates: out };
};

/** Lengths β, and whether they are above 2⁻¹⁸ of what they are measured by. */
export const basisDecide: Oracle<Kernels['basis_decide']> = ({ partials, projected, closing, state, records }, p) => {
  const out = { state: new Expected(state), records: new Expected(records) };
  for (let v = 0; v < p.vectors; v++) {
    const beta = length(chainSum(p.chunks, (c) => partials[(v * p.chunks + c) * p.stride]));
    const place = p.slot * p.vectors + v;
    const before = length(projected[place * p.stride + p.slot]);
    const drawn = state[3 * v + 2] !== 0;
    const scale = drawn || before.value < state[3 * v] ? rounded(state[3 * v]) : before;
    const bound = (drawn ? before : scale).value * 2 ** -18;
    const closed = (p.close === 1 && closing[v] === 1) || beta.value <= bound;
    out.state.set(3 * v, scale);
    out.state.set(3 * v + 1, closed ? 0 : divide(1, beta));
    out.state.set(3 * v + 2, closed ? 1 : 0);
    out.records.set(2 * place, beta);
    out.records.set(2 * place + 1, closed ? 1 : 0);
  }
  return out;
};

/** b = factor·w */
export const basisAppend: Oracle<Kernels['basis_append']> = ({ candidates, state, basis, next }, p) => {
  const out = { basis: new Expected(basis), next: new Expected(next) };
  for (let v = 0; v < p.vectors; v++) {
    for (let k = 0; k < p.length; k++) {
      const at = v * padded(p.length) + k;
      const value = multiply(candidates[at], state[3 * v + 1]);
      out.basis.set(p.slot * p.vectors * padded(p.length) + at, value);
      out.next.set(v * p.length + k, value);
    }
  }
  return out;
};

/** The root of a sum of squares, which may be 0. */
function length(square: Operand) {
  const { value } = rounded(square);
  return value === 0 ? rounded(0) : root(square);
}
