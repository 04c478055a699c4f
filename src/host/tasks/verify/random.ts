import { streamNormals, streamUniforms } from '../../../model/draws.ts';

const SEED = 1846;

/** Reproducible numbers for cases, exact in f32. */
export class Random {
  #part: number;

  constructor(stream: number) {
    this.#part = stream * 2 ** 20;
  }

  normals(length: number, std = 1): Float32Array {
    return Float32Array.from(streamNormals('data', SEED, this.#part++, 1, length), (x) => std * x);
  }

  between(low: number, high: number, length: number): Float32Array {
    return Float32Array.from(streamUniforms('data', SEED, this.#part++, 2, length), (u) => low + (high - low) * u);
  }

  /** Whole numbers below `bound`. */
  words(bound: number, length: number): Uint32Array {
    return Uint32Array.from(streamUniforms('data', SEED, this.#part++, 3, length), (u) => Math.floor(u * bound));
  }
}
