/** Colours of a heat map: even steps to the eye, in grey too, and told apart by people who do not see all colours. */

/** Viridis of matplotlib (CC0) at 17 even places, as d3-scale-chromatic 3.1.1 (ISC) gives it. */
const viridis = [
  ...['#440154', '#48186a', '#472d7b', '#424086', '#3b528b', '#33638d', '#2c728e', '#26828e', '#21918c'],
  ...['#1fa088', '#28ae80', '#3fbc73', '#5ec962', '#84d44b', '#addc30', '#d8e219', '#fde725'],
] as const;

/** From the darkest at 0 to the lightest at 1, as #rrggbb. */
export function colourAt(share: number): string {
  const place = Math.max(0, Math.min(1, share)) * (viridis.length - 1);
  const low = Math.min(viridis.length - 2, Math.floor(place));
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [viridis[low], viridis[low + 1]].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a + (place - low) * (b - a))
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

/** From values to colours. */
export interface ColourScale {
  readonly low: number;
  readonly high: number;
  readonly kind: 'linear' | 'log';
}

/** A logarithm does not look further down than this share of the largest value: below it there is rounding. */
const DEEPEST = 1e-8;

/** The scale that has room for all values; null where none of them can be shown. `least`: where a linear one begins. */
export function scaleOf(
  values: readonly number[],
  kind: ColourScale['kind'],
  least: number | null,
): ColourScale | null {
  const usable = values.filter((value) => Number.isFinite(value) && (kind === 'linear' || value > 0));
  if (usable.length === 0) return null;
  const high = usable.reduce((a, b) => Math.max(a, b));
  const lowest = usable.reduce((a, b) => Math.min(a, b));
  return { kind, high, low: kind === 'log' ? Math.max(lowest, high * DEEPEST) : Math.min(least ?? lowest, lowest) };
}

/** Where a value stands between the ends of the scale, 0 to 1. */
export function shareOf(value: number, { low, high, kind }: ColourScale): number {
  if (high === low) return 0;
  const share =
    kind === 'linear' ? (value - low) / (high - low) : Math.log(Math.max(value, low) / low) / Math.log(high / low);
  return Math.max(0, Math.min(1, share));
}

/** Values at even places of the scale, from its low end to its high one. */
export function marksOf({ low, high, kind }: ColourScale, count: number): number[] {
  if (high === low) return [low];
  return Array.from({ length: count }, (_, k) => {
    const share = k / (count - 1);
    return kind === 'linear' ? low + share * (high - low) : low * (high / low) ** share;
  });
}
