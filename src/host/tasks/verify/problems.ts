import type { Engine } from '../../../engine/index.ts';
import { gradient, hvp, loss, makeProblem, outputs, type Problem, preactivations } from '../../../reference/index.ts';
import type { Worst } from './compare.ts';
import { Random } from './random.ts';

/** Sizes that fill a tile, and those one short of it and one past it. */
const sizes = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 257];
const extremes: readonly Triple[] = [
  [1, 1, 1],
  [257, 1, 1],
  [1, 257, 1],
  [1, 1, 257],
  [257, 257, 1],
  [257, 1, 257],
  [1, 257, 257],
  [257, 257, 257],
];
/** Random triples above this many products are left out to save time. */
const LARGEST = 2 ** 20;
const TOLERANCE = 1e-5;
const activations = ['cubic_linear', 'tanh', 'gelu', 'sqp'];

type Triple = readonly [n: number, d: number, m: number];
type Quantity = 'outputs' | 'loss' | 'gradient' | 'hvp';

export interface ProblemFindings {
  readonly cases: number;
  readonly worst: Readonly<Record<Quantity, Worst>>;
}

export const problemNote = 'relative to the largest entry, or the largest share that one sample has in one: 1e-5';

/**
 * Outputs, loss, gradient and a Hessian-vector product of whole problems of every shape, through the public interface.
 */
export async function compareProblems(engine: Engine, count: number): Promise<ProblemFindings> {
  const worst: Record<Quantity, Worst> = { outputs: none, loss: none, gradient: none, hvp: none };
  const all = triples(count);
  for (const [k, triple] of all.entries()) {
    const found = await compareOne(engine, triple, k);
    for (const [quantity, ratio] of Object.entries(found) as [Quantity, number][]) {
      if (!(ratio <= worst[quantity].ratio)) {
        const [n, d, m] = triple;
        worst[quantity] = { ratio, where: `n ${n}, d ${d}, m ${m}, ${activations[k % activations.length]}` };
      }
    }
  }
  return { cases: all.length, worst };
}

const none: Worst = { ratio: 0, where: '' };

function triples(count: number): Triple[] {
  const random = new Random(950);
  const all: Triple[] = count < extremes.length ? extremes.slice(0, -1) : [...extremes];
  while (all.length < count) {
    const [n, d, m] = Array.from(random.words(sizes.length, 3), (k) => sizes[k]);
    if (n * d * m <= LARGEST) all.push([n, d, m]);
  }
  return all;
}

async function compareOne(engine: Engine, [n, d, m]: Triple, k: number): Promise<Record<Quantity, number>> {
  const random = new Random(1000 + k);
  const given = {
    inputs: random.normals(n * d, d ** -0.5),
    labels: random.normals(n, 2),
    weights: random.normals(m * d),
    secondLayer: random.normals(m),
    activation: activations[k % activations.length],
    width: m,
  };
  const vector = random.normals(m * d);
  const reference = makeProblem({
    X: given.inputs,
    y: given.labels,
    theta: given.weights,
    m,
    secondLayer: given.secondLayer,
    activation: given.activation,
  });
  const problem = await engine.problem(given);
  try {
    const sizes = shares(reference, vector);
    const wantedLoss = loss(reference);
    const [foundLoss] = await problem.loss();
    return {
      outputs: error(await problem.outputs(), outputs(reference), Math.max(...sizes.residuals)),
      // (e + δ)² differs from e² by 2eδ, δ being a share of |output| + |label|.
      loss: Math.abs(foundLoss - wantedLoss) / (TOLERANCE * sizes.residuals.reduce((sum, s) => sum + s * s, 0)),
      gradient: error(await problem.gradient(), gradient(reference), sizes.gradient),
      hvp: error(await problem.hvp(vector), hvp(reference, vector), sizes.hvp),
    };
  } finally {
    problem.dispose();
  }
}

function error(got: ArrayLike<number>, want: Float64Array, share: number): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let size = share;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i] - want[i]);
    if (!(difference <= worst)) worst = difference;
    size = Math.max(size, Math.abs(want[i]));
  }
  return worst / (TOLERANCE * size);
}

/** What one sample can have as its share in an entry, |output| and |label| taken apart because they may cancel. */
function shares(p: Problem, vector: Float32Array) {
  const { dphi, d2phi } = p.activation;
  const z = preactivations(p);
  const projections = preactivations({ ...p, theta: Float64Array.from(vector) });
  const residuals = outputs(p).map((r, i) => Math.abs(r) + Math.abs(p.y[i]));
  const reach = Float64Array.from({ length: p.n }, (_, i) =>
    p.X.subarray(i * p.d, (i + 1) * p.d).reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  );
  const tangents = new Float64Array(p.n);
  z.forEach((at, cell) => {
    const j = Math.floor(cell / p.n);
    tangents[cell % p.n] += Math.abs(p.secondLayer[j] * dphi(at) * projections[cell]);
  });
  const largest = { gradient: 0, hvp: 0 };
  z.forEach((at, cell) => {
    const i = cell % p.n;
    const a = 2 * Math.abs(p.secondLayer[Math.floor(cell / p.n)]) * reach[i];
    const straight = Math.abs(dphi(at));
    const bent = Math.abs(d2phi(at) * projections[cell]);
    largest.gradient = Math.max(largest.gradient, a * residuals[i] * straight);
    largest.hvp = Math.max(largest.hvp, a * (tangents[i] * straight + residuals[i] * bent));
  });
  return { residuals, ...largest };
}
