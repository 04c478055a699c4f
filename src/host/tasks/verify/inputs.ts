/** What the buffers of cases hold before a kernel runs. */
import { RUNNING } from '../../../engine/network.ts';
import type { Activation } from '../../../model/activations.ts';
import { packSettings } from '../../../model/draws.ts';
import type { Choices } from '../../../reference/kernels/oracle.ts';
import type { Random } from './random.ts';

/** What a cell holds before a kernel writes it. */
const BLANK = -54321;
export const blank = (length: number) => new Float32Array(length).fill(BLANK);

/** Of 3 replicas and more each has targets of its own; two share theirs. */
const sets = (replicas: number) => (replicas > 2 ? replicas : 1);

/** y, |x|², the optimum, a: as packed for the kernels. */
export function targets(random: Random, samples: number, width: number, replicas: number): Float32Array {
  const all = Array.from({ length: sets(replicas) }, () => [
    ...random.normals(samples, 2),
    ...random.between(0, 2, samples),
    ...random.normals(samples),
    ...random.normals(width),
  ]);
  return Float32Array.from(all.flat());
}

/** Where `targets` has what. */
export function targetConstants(samples: number, width: number, replicas: number) {
  return { OWN_TARGETS: sets(replicas) > 1 ? 3 * samples + width : 0 };
}

/**
 * Zero, the kinks and what is beside them, the tails, the ends of f32's range, and numbers that may be flushed to 0.
 */
export function gridPoints({ kinks }: Activation): number[] {
  const sizes = [
    1e-39, 2e-38, 1e-20, 1e-6, 1e-3, 0.5, 0.625, 1, 9, 20, 45, 88, 89, 89.5, 100, 200, 1e4, 1e9, 1e19, 3e38,
  ];
  const middle = Array.from({ length: 401 }, (_, k) => -16 + 0.08 * k);
  return [0, ...sizes, ...sizes.map((s) => -s), ...middle, ...kinks.flatMap((k) => [k, k - 1e-6, k + 1e-6])];
}

/** Seeds differ; of several replicas the last asks for too long a step. */
export function replicaSettings(replicas: number, factor: number, noise: number): Uint32Array {
  const all = new Uint32Array(4 * replicas);
  for (let r = 0; r < replicas; r++) {
    all.set(packSettings(replicas > 1 && r === replicas - 1 ? -1e30 : factor, noise, 2 ** 40 + 77 * r), 4 * r);
  }
  return all;
}

/** Fewer than the steps of a case, so that their factors take turns. */
export const SCHEDULED = 3;

/** The settings with the factors of a schedule behind them, where there is one. */
export function withFactors(settings: Uint32Array, random: Random, schedule: Choices['schedule']): Uint32Array {
  if (schedule !== 'varying') return settings;
  const factors = random.between(0.2, 1.5, 2 * SCHEDULED);
  const entries = Array.from({ length: SCHEDULED }, (_, k) => [...packSettings(factors[2 * k], factors[2 * k + 1], 0)]);
  return Uint32Array.of(...settings, ...entries.flat());
}

/** (sample, bits of a noise) for every position. */
export function recordedDraws(random: Random, positions: number, samples: number): Uint32Array {
  const indices = random.words(samples, positions);
  const noises = new Uint32Array(random.normals(positions).buffer);
  return Uint32Array.from({ length: 2 * positions }, (_, k) => (k % 2 ? noises : indices)[k >> 1]);
}

/** The second of several replicas has stopped at this step. */
export const STOPPED = 4;
export const stoppedSecond = (replicas: number) =>
  Uint32Array.from({ length: replicas }, (_, r) => (r === 1 ? STOPPED : r === 0 ? STOPPED + 1 : RUNNING));

/** Lower triangles with the reciprocals of their diagonals on it; beyond `rank` directions are left out. */
export function triangles(random: Random, replicas: number, n: number, rank: number): Float32Array {
  const all = random.normals(replicas * n * n, n ** -0.5);
  for (let r = 0; r < replicas; r++) {
    for (let k = 0; k < n; k++) {
      all[(r * n + k) * n + k] = k < rank ? 0.5 + Math.abs(all[(r * n + k) * n + k]) : 0;
      if (k >= rank) for (let i = k + 1; i < n; i++) all[(r * n + i) * n + k] = 0;
    }
  }
  return all;
}

/** Random symmetric matrices. */
export function symmetric(random: Random, replicas: number, size: number): Float32Array {
  const all = random.normals(replicas * size * size);
  for (let r = 0; r < replicas; r++) {
    const at = (i: number, l: number) => (r * size + i) * size + l;
    for (let i = 0; i < size; i++) for (let l = 0; l < i; l++) all[at(l, i)] = all[at(i, l)];
  }
  return all;
}

/** Gram matrices of n random vectors in `rank` dimensions; below n, the rest of the vectors are 0. */
export function definite(random: Random, replicas: number, n: number, rank: number): Float32Array {
  const all = new Float32Array(replicas * n * n);
  for (let r = 0; r < replicas; r++) {
    const v = random.normals(n * rank);
    if (rank < n) v.fill(0, rank * rank);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k <= i; k++) {
        let sum = i === k && rank >= n ? 1 : 0;
        for (let l = 0; l < rank; l++) sum += v[i * rank + l] * v[k * rank + l];
        all[(r * n + i) * n + k] = all[(r * n + k) * n + i] = sum;
      }
    }
  }
  return all;
}
