/** What is said of a coarse clock, beside the warning that it is one. Pure. */

/** Nanoseconds. */
const COARSE = 20_000;

/** What to do about it; null where the clock, which ticks every `resolution` nanoseconds, is fine. */
export function clockAdvice(resolution: number | undefined, isolated: boolean): string | null {
  if (resolution === undefined || resolution < COARSE) return null;
  const samples = 'Every sample is at least a hundred ticks of the clock long, so that times are right to a per cent.';
  if (isolated) return samples;
  return `${samples} Browsers give a finer clock to pages that are isolated: serve this one with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'.`;
}
