/** Special functions in float64 that JavaScript lacks, written for the whole real line. */

/**
 * Upper tail of the standard normal distribution, Q(t) = P(N > t) for t >= 0; relative error below 1e-13.
 *
 * Below t = 2.8 the series e^{-x²} Σ 2^k x^{2k+1}/(2k+1)!! for erf(x), x = t/√2, whose terms are all positive; above,
 * the continued fraction of Mills' ratio, where 1 − erf would cancel. (Abramowitz & Stegun 7.1.6 and 26.2.14.)
 */
export function normalTail(t: number): number {
  if (t > 39) return 0; // below the smallest float64
  if (t < 2.8) {
    let term = t;
    let sum = t;
    for (let k = 3; term > sum * 1e-18; k += 2) {
      term *= (t * t) / k;
      sum += term;
    }
    return 0.5 - normalDensity(t) * sum;
  }
  let denominator = t;
  for (let k = 120; k > 0; k--) denominator = t + k / denominator;
  return normalDensity(t) / denominator;
}

/** Density of the standard normal distribution, e^{−z²/2}/√(2π). */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Logistic function 1/(1+e^{−z}), relative accuracy kept on both sides. */
export function logistic(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** Derivative of the logistic function, e/(1+e)² with e = e^{−|z|}: a product s(1−s) would lose the tail. */
export function logisticSlope(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return e / (1 + e) ** 2;
}

/** √(1+z²) without overflow of z². */
export function hypotenuse(z: number): number {
  const a = Math.abs(z);
  return a > 1e8 ? a : Math.sqrt(1 + a * a); // beyond 1e8 the one is below the last bit
}

/**
 * Root of an increasing convex function by Newton's method from a start at or right of the root.
 *
 * From there the iterates fall monotonically, so the first that does not fall has met rounding: no tolerance is needed.
 */
export function newtonFromRight(f: (x: number) => number, slope: (x: number) => number, start: number): number {
  let x = start;
  for (let i = 0; i < 200; i++) {
    const next = x - f(x) / slope(x);
    if (!(next < x)) break;
    x = next;
  }
  return x;
}
