/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw ("Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011), and the numbers made from its words. The words equal those of `shaders/lib/philox.wgsl` to the bit.
 */

/** High word of the 64-bit product of two 32-bit words, as an unsigned integer. By 16-bit halves, so always exact. */
export function mulhi(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16); // at most 2^32-1
  const carry = al * bh + (middle & 0xffff);
  return ah * bh + (middle >>> 16) + (carry >>> 16);
}

/** Four random words from a counter of four words and a key of two (all taken modulo 2^32), written to `words`. */
export function philox(
  counter: ArrayLike<number>,
  key: ArrayLike<number>,
  words: Uint32Array = new Uint32Array(4),
): Uint32Array {
  let c0 = counter[0] >>> 0;
  let c1 = counter[1] >>> 0;
  let c2 = counter[2] >>> 0;
  let c3 = counter[3] >>> 0;
  let k0 = key[0] >>> 0;
  let k1 = key[1] >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = mulhi(0xd2511f53, c0);
    const high1 = mulhi(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0; // golden ratio
    k1 = (k1 + 0xbb67ae85) >>> 0; // √3 − 1
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
  return words;
}

/** Uniform in (0, 1] from the upper 24 bits of a word; exact in float32. */
export function uniformAboveZero(word: number): number {
  return ((word >>> 8) + 1) * 2 ** -24;
}

/** Uniform in [0, 1) from the upper 24 bits of a word; exact in float32. */
export function uniform(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/**
 * Standard normal k of a block: two from words 0 and 1, then two from words 2 and 3 (Box & Muller 1958),
 * √(−2 ln u)·(cos 2πv, sin 2πv), u in (0, 1] from the first word, v in [0, 1) from the second. Float64; the shaders agree to
 * 2e-6. With 24 bits no value exceeds 5.77.
 */
export function normalOf(words: ArrayLike<number>, k: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniformAboveZero(words[k & 2])));
  const angle = 2 * Math.PI * uniform(words[(k & 2) + 1]);
  return radius * ((k & 1) === 0 ? Math.cos(angle) : Math.sin(angle));
}

/** ±1 with equal chances: +1 where the lowest bit of the word is set. */
export function signOf(word: number): number {
  return (word & 1) === 1 ? 1 : -1;
}
