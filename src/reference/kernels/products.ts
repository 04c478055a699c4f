import type { kernels } from '../../engine/registry.ts';
import { add, blockSum, multiply, Sum } from '../rounding.ts';
import { Expected, type Oracle } from './oracle.ts';

type Kernels = typeof kernels;

/** product[row][i] (+)= Σ_k left[row][k]·data[first + i][k] */
export const project: Oracle<Kernels['project']> = ({ left, data, product }, p) => {
  const out = new Expected(product);
  for (let row = 0; row < p.rows; row++) {
    for (let i = 0; i < p.count; i++) {
      const cell = row * p.count + i;
      const total = blockSum(p.inner, (k) => multiply(left[row * p.inner + k], data[(p.first + i) * p.inner + k]));
      out.set(cell, p.accumulate === 1 ? add(out.get(cell), total) : total);
    }
  }
  return { product: out };
};

/** sum[row][k] (+)= Σ_i coefficients[row][i]·data[first + i][k] */
export const combine: Oracle<Kernels['combine']> = ({ coefficients, data, sum }, p) => {
  const out = new Expected(sum);
  for (let row = 0; row < p.rows; row++) {
    for (let k = 0; k < p.inner; k++) {
      const cell = row * p.inner + k;
      const total = blockSum(p.count, (i) =>
        multiply(coefficients[row * p.count + i], data[(p.first + i) * p.inner + k]),
      );
      out.set(cell, p.accumulate === 1 ? add(out.get(cell), total) : total);
    }
  }
  return { sum: out };
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
