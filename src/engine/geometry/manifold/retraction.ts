import { choleskySolve } from '../../../model/linear.ts';
import { normalSpace } from './normal.ts';
import { largest, type ManifoldPoint, pointAt, residualsOf } from './point.ts';

export interface RetractOptions {
  /** Gauss-Newton steps at most; 50 if not given. */
  readonly iterations?: number;
}

export interface Retracted {
  readonly point: ManifoldPoint;
  /** max_i |e_i| at the start and after each step, in labels' units. */
  readonly residuals: readonly number[];
  /** Whether the last residual is at the level of rounding: below 1e-11 of what the outputs are summed up from. */
  readonly converged: boolean;
}

const ENOUGH = 1e-15;
const CONVERGED = 1e-11;

/**
 * Gauss-Newton retraction onto the zero-loss manifold: Theta - J^T (J J^T)^-1 e, the least change that removes the residuals
 * to first order, repeated; a step is halved until it lowers the largest residual. Converges quadratically near the
 * manifold; ends at rounding, or where no step helps. @throws NOT_DEFINED where J J^T is singular
 */
export function retract(start: ManifoldPoint, { iterations = 50 }: RetractOptions = {}): Retracted {
  let point = start;
  let e = residualsOf(point);
  const residuals = [largest(e)];
  while (residuals.length <= iterations && relative(point, e) > ENOUGH) {
    const next = gaussNewton(point, e);
    if (next === null) break;
    point = next;
    e = residualsOf(point);
    residuals.push(largest(e));
  }
  return { point, residuals, converged: relative(point, e) <= CONVERGED };
}

/** A step that lowers the largest residual, or null. */
function gaussNewton(point: ManifoldPoint, e: Float64Array): ManifoldPoint | null {
  const { n } = point;
  const { slopes, factor } = normalSpace(point);
  const mu = choleskySolve(factor, n, e);
  for (let share = 1; share > 1e-12; share /= 2) {
    const next = pointAt(
      point,
      point.A.map((a, k) => a - share * mu[k % n] * slopes[k]),
    );
    if (largest(residualsOf(next)) < largest(e)) return next;
    // At the level of rounding nothing is gained by smaller steps.
    if (relative(point, e) <= CONVERGED) return null;
  }
  return null;
}

/** The largest |e_i|, each relative to |y_i| + sum_j |a_j| (|phi| + |z phi'|): what rounding of its terms is relative to. */
function relative({ m, n, Z, y, secondLayer, activation: { phi, dphi } }: ManifoldPoint, e: Float64Array): number {
  const scale = y.map(Math.abs);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      const z = Z[j * n + i];
      scale[i] += Math.abs(secondLayer[j]) * (Math.abs(phi(z)) + Math.abs(z * dphi(z)));
    }
  }
  return e.reduce((worst, value, i) => (value === 0 ? worst : Math.max(worst, Math.abs(value) / scale[i])), 0);
}
