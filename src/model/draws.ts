import { FlatwalkError } from './errors.ts';
import { mulhi, normalOf, philox, signOf, uniform } from './philox.ts';

/**
 * Who draws which random number. Every number has an address, so it is the same on every adapter and however a run is cut:
 *
 *   key = (seed low, seed high), counter = (step low, step high, replica, purpose·2²⁴ + block).
 *
 * Label noise ζ is the drawn number times σ, and is added to the residual: a step descends on e = r(x) − y + ζ, that is,
 * on the label y − ζ.
 */
export const purposes = { sampled: 0, full: 1, probe: 2, init: 3, data: 4 } as const;

export type Purpose = keyof typeof purposes;

/** Law of the label noise or of a probe: standard normal, or ±1 with equal chances. Both have variance 1. */
export type Law = 'gaussian' | 'rademacher';

/** The generator's key: the seed, an integer below 2^53, as 32-bit words. Throws BAD_ARGUMENT for anything else. */
export function splitSeed(seed: number): [low: number, high: number] {
  return splitWords(seed, 'seed');
}

/** An integer below 2^53 as two 32-bit words. Throws BAD_ARGUMENT for anything else. */
export function splitWords(value: number, what: string): [low: number, high: number] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The ${what} must be an integer from 0 to 2^53-1, not ${value}.`,
      'Give a whole number that is not negative.',
    );
  }
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}

/** What a replica has of its own in a run, as shaders/lib/settings.wgsl reads it: 4 words. */
export function packSettings(factor: number, noise: number, seed: number): Uint32Array {
  const floats = Float32Array.of(factor, noise);
  return Uint32Array.of(...new Uint32Array(floats.buffer), ...splitSeed(seed));
}

/** The four words at an address. Throws BAD_ARGUMENT for a seed, step, replica or block out of its range. */
export function drawBlock(purpose: Purpose, seed: number, step: number, replica: number, block: number): Uint32Array {
  return drawsAt(purpose, seed, step, replica)(block);
}

/** The words of one block after another, written to `words` if given: what they share is checked once. */
type Draws = (block: number, words?: Uint32Array) => Uint32Array;

function drawsAt(purpose: Purpose, seed: number, step: number, replica: number): Draws {
  if (!Number.isInteger(replica) || replica < 0 || replica >= 2 ** 32) {
    throw new FlatwalkError(
      'BAD_ARGUMENT',
      `The replica must be an integer below 2^32, not ${replica}.`,
      'Count replicas from 0.',
    );
  }
  const counter = [...splitWords(step, 'step'), replica, 0];
  const key = splitSeed(seed);
  return (block, words) => {
    if (!Number.isInteger(block) || block < 0 || block >= 2 ** 24) {
      throw new FlatwalkError(
        'BAD_ARGUMENT',
        `Block ${block} of the generator's ${purpose} numbers is out of range: a step has 2^24 blocks.`,
        'Ask for fewer numbers at once.',
      );
    }
    counter[3] = purposes[purpose] * 2 ** 24 + block;
    return philox(counter, key, words);
  };
}

/**
 * What one position of a mini-batch is given: the index of its sample (below n, drawn with replacement) and its
 * standardised noise, from words 2 and 3: the first normal of the pair, or the lowest bit of word 2.
 */
export function sampledDraw(
  seed: number,
  step: number,
  replica: number,
  position: number,
  n: number,
  law: Law = 'gaussian',
): { index: number; noise: number } {
  const words = drawBlock('sampled', seed, step, replica, position);
  const noise = law === 'gaussian' ? normalOf(words, 2) : signOf(words[2]);
  return { index: mulhi(words[0], n), noise };
}

/** The standardised noise of all n samples in one full-batch step; sample i has number i mod 4 of block ⌊i/4⌋. */
export function fullBatchDraws(
  seed: number,
  step: number,
  replica: number,
  n: number,
  law: Law = 'gaussian',
): Float64Array {
  const draws = drawsAt('full', seed, step, replica);
  return fill(n, draws, law === 'gaussian' ? normalOf : (words, k) => signOf(words[k]));
}

/** The normal law of `fullBatchDraws`. */
export function fullBatchNormals(seed: number, step: number, replica: number, n: number): Float64Array {
  return fullBatchDraws(seed, step, replica, n, 'gaussian');
}

/**
 * Random vector number `probe` (below 2^32) for Hutchinson's estimator. Gaussian: four normals from a block. Rademacher:
 * one bit each, number k taking bit k mod 32 of word ⌊(k mod 128)/32⌋ of block ⌊k/128⌋.
 */
export function probeVector(seed: number, probe: number, replica: number, length: number, kind: Law): Float64Array {
  const draws = drawsAt('probe', seed, probe, replica);
  if (kind === 'gaussian') return fill(length, draws, normalOf);
  return fill(length, draws, (words, bit) => signOf(words[bit >> 5] >>> (bit & 31)), 128);
}

/** Independent standard normals for initial weights (`init`) or made data (`data`); four from a block. */
export function streamNormals(
  purpose: 'init' | 'data',
  seed: number,
  part: number,
  replica: number,
  length: number,
): Float64Array {
  return fill(length, drawsAt(purpose, seed, part, replica), normalOf);
}

/** Independent uniforms in [0, 1), four from a block; addressed as `streamNormals`. */
export function streamUniforms(
  purpose: 'init' | 'data',
  seed: number,
  part: number,
  replica: number,
  length: number,
): Float64Array {
  return fill(length, drawsAt(purpose, seed, part, replica), (words, k) => uniform(words[k]));
}

/** Number k of a block. */
type Convert = (words: Uint32Array, k: number) => number;

/** Numbers of one block after another. Nothing is allocated for a block: there may be millions. */
function fill(length: number, draws: Draws, convert: Convert, perBlock = 4): Float64Array {
  const out = new Float64Array(length);
  const words = new Uint32Array(4);
  for (let start = 0; start < length; start += perBlock) {
    draws(start / perBlock, words);
    for (let k = 0; k < perBlock && start + k < length; k++) out[start + k] = convert(words, k);
  }
  return out;
}
