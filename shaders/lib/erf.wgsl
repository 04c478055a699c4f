// The normal distribution, which is erf in other units: Q(t) = erfc(t/√2)/2.
// uses: lib/exp.wgsl

// Upper tail Q(t) = P(N > t) for t >= 0: e^{−t²/2}·s·P(s) with s = 1/(1+t/4), P a least-maximum fit for t <= 14 with
// relative error 3e-8. Past t = 14 the exponential is 0 in f32; the cut keeps t² finite.
fn normal_tail(t: f32) -> f32 {
  let c = min(t, 20.0);
  let s = 1.0 / (1.0 + 0.25 * c);
  var p = 0.016579587;
  p = p * s - 0.0627919063;
  p = p * s + 0.051651936;
  p = p * s + 0.0284362119;
  p = p * s + 0.0127116162;
  p = p * s + 0.0866569951;
  p = p * s + 0.0719993785;
  p = p * s + 0.0955157354;
  p = p * s + 0.0994925573;
  p = p * s + 0.0997479036;
  return exponential(-0.5 * c * c) * s * p;
}

// Density e^{−z²/2}/√(2π) for |z| <= 1e18.
fn normal_density(z: f32) -> f32 {
  return 0.39894228 * exponential(-0.5 * z * z);
}
