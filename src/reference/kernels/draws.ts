import type { kernels } from '../../engine/registry.ts';
import { fullBatchDraws, probeVector, sampledDraw } from '../../model/draws.ts';
import { mulhi, normalOf, philox } from '../../model/philox.ts';
import { multiply, type Operand, type Rounded, rounded } from '../rounding.ts';
import { type Choices, type Contents, Expected, type Oracle } from './oracle.ts';

type Kernels = typeof kernels;

/** What shaders/lib/normal.wgsl promises of a normal. */
const NORMAL_ERROR = 2e-6;

export const normal = (value: number): Rounded => ({ value, error: NORMAL_ERROR });

export interface Draw {
  readonly sample: number;
  readonly noise: Operand;
}

interface DrawSizes {
  readonly SAMPLES: number;
  readonly BATCH: number;
}

/** What replica r has of its own, from the words of shaders/lib/settings.wgsl. */
export function settingsOf(settings: Contents, r: number): { factor: number; noise: number; seed: number } {
  const words = Uint32Array.from({ length: 4 }, (_, k) => settings[4 * r + k]);
  const [factor, noise] = new Float32Array(words.buffer);
  return { factor, noise, seed: seedOf(words[2], words[3]) };
}

/** The step size and the noise of replica r at a step, rounded as they are where schedules change them. */
export function settingsAt(
  settings: Contents,
  r: number,
  step: number,
  { replicas }: { readonly replicas: number },
  { SCHEDULED }: { readonly SCHEDULED: number },
  { schedule }: Choices,
): { factor: Operand; noise: Operand } {
  const own = settingsOf(settings, r);
  if (schedule !== 'varying') return own;
  const now = settingsOf(settings, replicas + (step % SCHEDULED));
  return { factor: multiply(own.factor, now.factor), noise: multiply(own.noise, now.noise) };
}

/** The draws of shaders/draws/, by step, replica and position. */
export function noiseOf(
  { draws, law }: Choices,
  c: DrawSizes,
  settings: Contents,
  recorded: Contents,
  /** The steps that draws made ahead are for. */
  ahead?: { readonly first_step: number; readonly replicas: number },
): (step: number, replica: number, position: number) => Draw {
  const noise = law === 'gaussian' ? normal : rounded;
  switch (draws) {
    case 'sampled':
      return (step, replica, position) => {
        const { seed } = settingsOf(settings, replica);
        const drawn = sampledDraw(seed, step, replica, position, c.SAMPLES, law);
        return { sample: drawn.index, noise: noise(drawn.noise) };
      };
    case 'full':
      return (step, replica, position) => {
        const { seed } = settingsOf(settings, replica);
        return { sample: position, noise: noise(fullBatchDraws(seed, step, replica, c.SAMPLES, law)[position]) };
      };
    case 'recorded': {
      const words = Uint32Array.from(recorded);
      const floats = new Float32Array(words.buffer);
      return (step, _replica, position) => {
        const at = 2 * (step * c.BATCH + position);
        return { sample: words[at], noise: floats[at + 1] };
      };
    }
    case 'ahead': {
      if (!ahead) throw new Error('only sgd_lane takes draws made ahead');
      const words = Uint32Array.from(recorded);
      const floats = new Float32Array(words.buffer);
      return (step, replica, position) => {
        const at = 2 * (((step - ahead.first_step) * ahead.replicas + replica) * c.BATCH + position);
        return { sample: words[at], noise: floats[at + 1] };
      };
    }
    default:
      return draws satisfies never;
  }
}

/** The sample as a word, to the bit, and the noise as a float: `drawn` holds both, so that one of them looks strange. */
export const drawAhead: Oracle<Kernels['draw_ahead']> = ({ settings, drawn }, p, c, choices) => {
  const out = new Expected(drawn);
  const draw = noiseOf(choices, c, settings, []);
  const word = new Uint32Array(1);
  const asFloat = new Float32Array(word.buffer);
  for (let t = 0; t < p.steps; t++) {
    for (let r = 0; r < p.replicas; r++) {
      for (let s = 0; s < c.BATCH; s++) {
        const { sample, noise } = draw(p.first_step + t, r, s);
        const at = 2 * ((t * p.replicas + r) * c.BATCH + s);
        word[0] = sample;
        out.set(at, asFloat[0]);
        out.set(at + 1, rounded(noise));
      }
    }
  }
  return { drawn: out };
};

/** Random probes: ±1 to the bit, normals within their error. */
export const probeVectors: Oracle<Kernels['probe_vectors']> = ({ probes }, p, _, { law }) => {
  const out = new Expected(probes);
  const seed = seedOf(p.seed_low, p.seed_high);
  const number = law === 'gaussian' ? normal : rounded;
  for (let v = 0; v < p.vectors; v++) {
    const replica = Math.floor(v / p.per_replica);
    const vector = probeVector(seed, p.first + (v % p.per_replica), replica, p.length, law);
    for (let k = 0; k < p.length; k++) out.set(v * p.length + k, number(vector[k]));
  }
  return { probes: out };
};

/** Philox blocks, scaled words, and normals of the counters and keys asked for. */
export const drawTable: Oracle<Kernels['draw_table']> = ({ requests, words, normals: table }, p) => {
  const blocks = new Expected(words);
  const numbers = new Expected(table);
  for (let k = 0; k < p.count; k++) {
    const [a, b, c, d, low, high, bound] = Array.from({ length: 7 }, (_, i) => requests[8 * k + i]);
    const block = philox([a, b, c, d], [low, high]);
    const scaled = [mulhi(block[0], bound), 0, 0, 0];
    [...block, ...scaled].forEach((word, i) => {
      blocks.set(8 * k + i, word);
    });
    for (let i = 0; i < 4; i++) numbers.set(4 * k + i, normal(normalOf(block, i)));
  }
  return { words: blocks, normals: numbers };
};

export function seedOf(low: number, high: number): number {
  return high * 2 ** 32 + low;
}
