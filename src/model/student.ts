/**
 * P(|T| <= t) for Student's t with a whole number of degrees of freedom, by the finite sums of Abramowitz & Stegun 26.7.3
 * (odd) and 26.7.4 (even), whose terms are all positive: nothing cancels.
 */
export function studentCoverage(t: number, freedom: number): number {
  const angle = Math.atan2(t, Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const odd = freedom % 2 === 1;
  // Odd: cos + (2/3) cos³ + (2·4)/(3·5) cos⁵ + ...; even: 1 + (1/2) cos² + (1·3)/(2·4) cos⁴ + ...; up to cos^(freedom − 2).
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term;
    term *= (cosine * cosine * (k + 1)) / (k + 2);
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/**
 * The t with P(|T| <= t) = `coverage`, 0 < coverage < 1: half the width of a confidence interval, in standard errors, from
 * `freedom` + 1 values. Infinity for no degree of freedom: one value tells nothing of its own spread.
 */
export function studentQuantile(coverage: number, freedom: number): number {
  if (freedom < 1) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 2;
  while (studentCoverage(high, freedom) < coverage) high *= 2;
  // Bisection, until there is no number between.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentCoverage(middle, freedom) < coverage) low = middle;
    else high = middle;
  }
  return high;
}
