/** The exponential decay of F - F* in its tail. */
export interface DecayFit {
  /** Minus the slope of log(F - F*) over time by least squares: to be held against 2 rho. */
  readonly rate: number;
  /** Of the slope, from the scatter about the line. Bends, from modes that have not died out, are not in it. */
  readonly standardError: number;
  /** The stretch of time that was fitted, and how many points it has. */
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/**
 * (F - F*) / F* between these: far enough down that faster modes have died out (F - F* is quadratic in the distance, which is
 * then 1e-4), and a thousand times above the rounding of F.
 */
export const TAIL = { high: 1e-8, low: 1e-12 } as const;

/** The fit over all points whose relative gap lies in `TAIL`; null where there are fewer than 8, or they span less than two decades. */
export function fitDecay(path: readonly { readonly time: number; readonly gap: number }[]): DecayFit | null {
  const tail = path.filter(({ gap }) => gap <= TAIL.high && gap >= TAIL.low);
  if (tail.length < 8 || tail[0].gap < 100 * tail[tail.length - 1].gap) return null;
  const n = tail.length;
  const t = tail.map(({ time }) => time);
  const y = tail.map(({ gap }) => Math.log(gap));
  const [meanT, meanY] = [t, y].map((values) => values.reduce((a, b) => a + b, 0) / n);
  let tt = 0;
  let ty = 0;
  for (let k = 0; k < n; k++) {
    tt += (t[k] - meanT) ** 2;
    ty += (t[k] - meanT) * (y[k] - meanY);
  }
  const slope = ty / tt;
  const scatter = y.reduce((sum, value, k) => sum + (value - meanY - slope * (t[k] - meanT)) ** 2, 0);
  return {
    rate: -slope,
    standardError: Math.sqrt(scatter / (n - 2) / tt),
    from: t[0],
    to: t[n - 1],
    points: n,
  };
}
