import { probeVector } from '../../src/model/draws.ts';
import { generatedDraws } from '../../src/reference/training.ts';
import { problemOf, type SizeName, sizeNames, sizes } from '../problems.ts';
import type { PeerCase, Question } from './peer.ts';

/** Probes that an estimate of the trace takes. */
export const probesOf: Record<SizeName, number> = { small: 1024, mid: 64, large: 8 };
/** Steps after which weights are compared; the float64 reference takes seconds for a step of the large size. */
const CHECKED_STEPS: Record<SizeName, number> = { small: 64, mid: 16, large: 2 };
const CHECKED_PROBES: Record<SizeName, number> = { small: 4, mid: 4, large: 1 };
/** Larger than in the timed steps, so that a program that leaves the noise out is found out, also by the mean over a batch. */
const CHECKED_NOISE: Record<SizeName, number> = { small: 1, mid: 10, large: 30 };
const SEED = 11;

export const peerCases: readonly PeerCase[] = [
  { name: 'small/one run', size: 'small', kind: 'steps', replicas: 1, unit: 'step' },
  ...[64, 1024, 4096].map(
    (replicas) =>
      ({ name: `small/${replicas} replicas`, size: 'small', kind: 'steps', replicas, unit: 'replica-step' }) as const,
  ),
  ...(['mid', 'large'] as const).flatMap((size) =>
    (['data', 'weight'] as const).map(
      (space) =>
        ({ name: `${size}/step, ${space} space`, size, kind: 'steps', replicas: 1, space, unit: 'step' }) as const,
    ),
  ),
  ...sizeNames.map((size) => ({ name: `${size}/probe`, size, kind: 'probes', replicas: 1, unit: 'probe' }) as const),
];

/**
 * What the programs of a case are asked before they are timed. flatwalk makes the draws of its answer itself, in the kernel
 * that is timed; the others are given the same numbers.
 */
export function questionOf({ kind, size, replicas }: PeerCase): Question {
  const { m, n, d, batch } = sizes[size];
  if (kind === 'probes') {
    const probes = CHECKED_PROBES[size];
    const vectors = new Float32Array(probes * m * d);
    for (let k = 0; k < probes; k++) vectors.set(probeVector(SEED, k, 0, m * d, 'rademacher'), k * m * d);
    return { kind, probes, seed: SEED, vectors };
  }
  const steps = CHECKED_STEPS[size];
  const mode = batch === 'full' ? 'full-mean' : 'single';
  const width = batch === 'full' ? n : replicas;
  const samples = new Int32Array(steps * width);
  const noises = new Float32Array(steps * width);
  for (let replica = 0; replica < replicas; replica++) {
    const draws = generatedDraws({ mode, n, seed: SEED, replica });
    for (let step = 0; step < steps; step++) {
      const drawn = draws(step);
      samples.set(drawn.indices, step * width + replica);
      noises.set(drawn.noises, step * width + replica);
    }
  }
  return { kind, steps, seed: SEED, noise: CHECKED_NOISE[size], samples, noises };
}

/** The numbers of a case's problem, flat, as every library gets them. */
export interface Numbers {
  readonly m: number;
  readonly n: number;
  readonly d: number;
  readonly replicas: number;
  /** Else one sample a step. */
  readonly fullBatch: boolean;
  /** n x d */
  readonly inputs: Float32Array;
  readonly labels: Float32Array;
  /** replicas x m x d */
  readonly weights: Float32Array;
  readonly stepSize: number;
  /** sigma of the timed steps */
  readonly noise: number;
}

export function numbersOf({ size, replicas }: PeerCase): Numbers {
  const { options, stepSize, noise } = problemOf(size, replicas);
  const { m, n, d, batch } = sizes[size];
  const { inputs, labels, weights } = options;
  return { m, n, d, replicas, fullBatch: batch === 'full', inputs, labels, weights, stepSize, noise };
}
