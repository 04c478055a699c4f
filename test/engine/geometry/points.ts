import { type ManifoldPoint, makePoint } from '../../../src/engine/geometry/index.ts';
import { makeProblem, type Problem } from '../../../src/reference/index.ts';
import { flat, golden } from '../support.ts';

interface Given {
  readonly X: number[][];
  readonly y: number[];
  readonly m: number;
  readonly n: number;
  readonly d: number;
  readonly activation: string;
}

interface Instance extends Given {
  readonly id: string;
  readonly theta: number[][];
  readonly expect: { readonly Fstar_aligned: number; readonly rho_aligned: number };
  readonly on_M: {
    readonly theta: number[][];
    readonly F: number;
    readonly cond_JJt: number;
    readonly gradF_norm: number;
    readonly rgrad: number[][];
    readonly rgrad_norm: number;
    readonly lambda: number[];
    readonly lambda_trace_convention: number[];
    readonly rhess_eig_min_max_in_span: number[] | null;
    readonly F_retracted_f64: number;
    readonly retraction_of_theta_f64: number[][];
  };
}

interface Flow extends Given {
  readonly theta0: number[][];
  readonly rho: number;
  readonly Fstar: number;
  readonly points: { readonly t: number; readonly F: number; stable_rank_Z: number; disagreement_Z: number }[];
}

export const instances: readonly Instance[] = golden.instances;
export const flows: readonly Flow[] = golden.flow;

/** A point and the same network for the reference, from a golden entry with weights of one of its lists. */
export function pointOf(
  g: Pick<Given, 'X' | 'y' | 'm' | 'activation'>,
  weights: number[][],
): { point: ManifoldPoint; problem: Problem } {
  const { y, m, activation } = g;
  return both({ X: flat(g.X), y, m, activation, theta: flat(weights) });
}

/** A network whose numbers have no structure, with unequal second-layer weights. */
export function plainPoint(activation: string, n = 3, d = 5) {
  const m = 4;
  const numbers = (length: number, phase: number) =>
    Float64Array.from({ length }, (_, k) => Math.sin(phase + 2.3 * k * k));
  const [X, y, theta] = [numbers(n * d, 1), numbers(n, 2), numbers(m * d, 3)];
  return { ...both({ X, y, theta, m, activation, secondLayer: [1.5, -0.7, 0.4, 1.1] }), C: numbers(m * n, 4) };
}

function both(given: {
  X: ArrayLike<number>;
  y: ArrayLike<number>;
  theta: ArrayLike<number>;
  m: number;
  activation: string;
  secondLayer?: number[];
}) {
  const { X: inputs, y: labels, m: width, theta: weights, activation, secondLayer } = given;
  return { point: makePoint({ inputs, labels, width, weights, activation, secondLayer }), problem: makeProblem(given) };
}

export function instance(id: string): Instance {
  const found = instances.find((g) => g.id === id);
  if (!found) throw new Error(`no golden instance ${id}`);
  return found;
}
