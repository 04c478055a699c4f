import { type Choice, type Engine, FlatwalkError } from '../../engine/index.ts';
import { makeInputs, makeLabels, makeWeights } from '../../model/data.ts';
import type { Task } from './task.ts';

export interface FingerprintOptions {
  /** Steps of every run; 200 if not given. */
  readonly steps?: number;
}

export interface FingerprintRun {
  /** strategy, space and activation. */
  readonly name: string;
  /** The bits of the trained weights, all replicas. */
  readonly weights: readonly number[];
}

export interface FingerprintResult {
  /** SHA-256 of everything below, in hexadecimal. */
  readonly hash: string;
  /** Random words as the device makes them, and the bits of the normals made from them. */
  readonly words: readonly number[];
  readonly normals: readonly number[];
  /** The bits that the runs start from. */
  readonly start: readonly number[];
  readonly runs: readonly FingerprintRun[];
}

const shape = { n: 3, d: 5, m: 4, replicas: 3, seed: 5 } as const;

/** Polynomials, exponentials and the error function: what compilers and drivers may round differently. */
const activations = ['cubic_linear:1', 'sinh', 'gelu'] as const;

/** Lanes and tiles are pinned, so that the plan does not depend on the adapter. */
const plans: readonly { readonly plan: Choice; readonly batch: number | 'full' }[] = [
  { plan: { strategy: 'lane', space: 'data', lanes: 4, draws: 'ahead', tile: 'none' }, batch: 1 },
  { plan: { strategy: 'lane', space: 'weight', lanes: 4, draws: 'inside', tile: 'none' }, batch: 2 },
  { plan: { strategy: 'group', space: 'data', lanes: 4, draws: 'inside', tile: 'none' }, batch: 1 },
  { plan: { strategy: 'group', space: 'weight', lanes: 4, draws: 'inside', tile: 'none' }, batch: 2 },
  { plan: { strategy: 'tiled', space: 'data', lanes: 64, draws: 'inside', tile: 'registers 4x4' }, batch: 'full' },
  { plan: { strategy: 'tiled', space: 'weight', lanes: 64, draws: 'inside', tile: 'registers 4x4' }, batch: 'full' },
];

/**
 * The bits that an adapter computes on a few small runs, in all strategies and spaces. Two adapters, or one adapter in two
 * environments, agree to the bit where the hashes are equal; where they are not, the runs show what differs.
 */
export const fingerprint: Task<FingerprintOptions, FingerprintResult> = {
  name: 'fingerprint',
  async run(engine, { steps = 200 }, { emit, signal }) {
    const { n, d, m, replicas, seed } = shape;
    const inputs = makeInputs({ kind: 'unit', n, d, seed });
    // Gelu has few negative values.
    const labels = makeLabels({ n, low: 1, high: 2, seed, signs: 'positive' });
    const weights = new Float32Array(replicas * m * d);
    for (let replica = 0; replica < replicas; replica++) {
      weights.set(makeWeights({ m, d, std: 0.5, seed, replica }), replica * m * d);
    }
    const { words, normals } = await drawTable(engine);
    const runs: FingerprintRun[] = [];
    for (const activation of activations) {
      const problem = await engine.problem({ inputs, labels, width: m, activation, weights, replicas });
      try {
        for (const { plan, batch } of plans) {
          const name = `${plan.strategy}, ${plan.space} space, ${activation}`;
          problem.setWeights(weights);
          const outcome = await problem
            .train({ stepSize: 0.02, noise: 0.1, batch, steps, seed, plan, signal })
            .finish();
          if (outcome.kind === 'aborted') throw new FlatwalkError('ABORTED', `Stopped at ${name}`, 'Run it again.');
          runs.push({ name, weights: bits(await problem.weights()) });
          emit({ kind: 'progress', share: runs.length / (activations.length * plans.length), label: name });
        }
      } finally {
        problem.dispose();
      }
    }
    const rest = { words, normals, start: bits(weights), runs };
    return { hash: await sha256(JSON.stringify(rest)), ...rest };
  },
};

/** The generator at a few counters and keys, of which some are all ones and some zero. */
async function drawTable(engine: Engine): Promise<{ words: number[]; normals: number[] }> {
  const edge = [0, 1, 0x7fffffff, 0xffffffff];
  const requests = new Uint32Array(edge.flatMap((a) => edge.flatMap((b) => [a, b, b, a, b, a, 1000, 0])));
  const count = requests.length / 8;
  const gpu = engine.lowLevel;
  const buffers = {
    requests: gpu.buffer('requests', requests.byteLength),
    words: gpu.buffer('words', count * 32),
    normals: gpu.buffer('normals', count * 16),
  };
  try {
    gpu.write(buffers.requests, requests);
    gpu.recorder.dispatch(await gpu.launch('draw_table', buffers), { count });
    const [words, normals] = await gpu.read([
      { buffer: buffers.words, size: count * 32 },
      { buffer: buffers.normals, size: count * 16 },
    ]);
    return { words: Array.from(new Uint32Array(words)), normals: Array.from(new Uint32Array(normals)) };
  } finally {
    for (const buffer of Object.values(buffers)) gpu.free(buffer);
  }
}

function bits(values: Float32Array): number[] {
  return Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
