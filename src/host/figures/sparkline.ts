const bars = '▁▂▃▄▅▆▇█';
/** Beyond this ratio a line of positive numbers is drawn on a logarithmic scale. */
const LOGARITHMIC = 100;

/**
 * Numbers as a line of bars, at most `width` of them, each the median of its share of the numbers; × where it is not finite.
 * Positive numbers that differ a hundredfold are on a logarithmic scale.
 */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.min(values.length, width);
  const shares = Array.from({ length: count }, (_, k) => {
    const share = values.slice(Math.floor((k * values.length) / count), Math.floor(((k + 1) * values.length) / count));
    return median(share);
  });
  const finite = shares.filter(Number.isFinite);
  const least = Math.min(...finite);
  const logarithmic = least > 0 && Math.max(...finite) > LOGARITHMIC * least;
  const scale = (value: number) => (logarithmic ? Math.log(value) : value);
  const [low, high] = [scale(least), scale(Math.max(...finite))];
  const bar = (value: number) => bars[high > low ? Math.round(((scale(value) - low) / (high - low)) * 7) : 0];
  return shares.map((value) => (Number.isFinite(value) ? bar(value) : '×')).join('');
}

/** The middle number, of two the lower; NaN counts as the largest, and so is the median of none. */
export function median(values: readonly number[]): number {
  const order = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const sorted = [...values].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
