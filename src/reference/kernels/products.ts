import type { kernels } from '../../engine/registry.ts';
import { roundedActivation } from '../accuracy.ts';
import { absolute, add, blockSum, multiply, Sum } from '../rounding.ts';
import { Expected, type Oracle, ownTargets } from './oracle.ts';

type Kernels = typeof kernels;

/** product[row][column] (+)= Σ_k left[row][k]·right(column, k), but where a replica has stopped */
export const multiplied: Oracle<Kernels['multiply']> = ({ left, right, status, product }, p) => {
  const out = new Expected(product);
  for (let row = 0; row < p.replicas * p.rows; row++) {
    if (p.step >= status[Math.floor(row / p.rows)]) continue;
    for (let column = 0; column < p.columns; column++) {
      const cell = row * p.columns + column;
      const at = p.first + column * p.column_step;
      const total = blockSum(p.terms, (k) => multiply(left[row * p.terms + k], right[at + k * p.term_step]));
      out.set(cell, p.accumulate === 1 ? add(out.get(cell), total) : total);
    }
  }
  return { product: out };
};

/** z_ji = [start_ji +] Σ_k left[j][k]·right(i, k), and sums of a_j φ(z), |a_j φ'(z)|, |z| over the neurons of a part */
export const activate: Oracle<Kernels['activate']> = (buffers, p, c, choices) => {
  const { left, right, start, targets, preactivations, partials } = buffers;
  const { phi, dphi } = roundedActivation(choices.activation);
  const z = new Expected(preactivations);
  const sums = new Expected(partials);
  const parts = Math.ceil(p.width / (c.TILE_ROWS * c.DOWN)) * c.DOWN;
  for (let r = 0; r < p.replicas; r++) {
    const own = ownTargets(c, targets, r);
    for (let i = 0; i < p.columns; i++) {
      const at = p.first + i * p.column_step;
      for (let part = 0; part < parts; part++) {
        const three = [new Sum(), new Sum(), new Sum()] as const;
        for (let j = part * c.TILE_ROWS; j < Math.min((part + 1) * c.TILE_ROWS, p.width); j++) {
          const row = r * p.width + j;
          const sum = blockSum(p.terms, (k) => multiply(left[row * p.terms + k], right[at + k * p.term_step]));
          const cell = row * p.columns + i;
          const total = p.from_start === 1 ? add(start[cell], sum) : sum;
          z.set(cell, total);
          const a = own[3 * p.samples + j];
          const terms = [multiply(a, phi(total)), absolute(multiply(a, dphi(total))), absolute(total)];
          terms.forEach((term, k) => {
            three[k].add(term);
          });
        }
        three.forEach((sum, k) => {
          sums.set(((r * parts + part) * 3 + k) * p.columns + i, sum.after(c.TILE_ROWS));
        });
      }
    }
  }
  return { preactivations: z, partials: sums };
};

/** Σ values² over chunks of 1024: some values an invocation, then a tree. */
export const sumSquares: Oracle<Kernels['sum_squares']> = ({ values, partials }, p, c) => {
  const out = new Expected(partials);
  const chunks = Math.ceil(p.length / 1024);
  for (let item = 0; item < p.replicas * chunks; item++) {
    const replica = Math.floor(item / chunks);
    const begin = (item % chunks) * 1024;
    const sum = new Sum();
    for (let k = begin; k < Math.min(begin + 1024, p.length); k++) {
      const value = values[replica * p.length + k];
      sum.add(multiply(value, value));
    }
    out.set(item, sum.after(Math.ceil(1024 / c.LANES) + Math.log2(c.LANES)));
  }
  return { partials: out };
};
