// √(1+z²), z+√(1+z²) and asinh for every finite z: the pieces of the activation sqp.
// uses: lib/log.wgsl

// Beyond 1e4 the one is below the last bit, and z² would overflow later on.
fn hypotenuse(z: f32) -> f32 {
  let a = abs(z);
  let b = min(a, 1e4);
  return max(a, sqrt(1.0 + b * b));
}

// z+√(1+z²); for negative z by the reciprocal, where the sum would cancel, and 1/(2|z|) where it would overflow.
fn squareplus(z: f32) -> f32 {
  let a = abs(z);
  let b = min(a, 1e4);
  let below = select(1.0 / (b + hypotenuse(b)), 0.5 / a, a > 1e4);
  return select(below, z + hypotenuse(z), z > 0.0);
}

// asinh z. |z| <= ½: z + z³P(z²), least-maximum fit, relative error 2e-9. Above: ln 2 + ln((|z|+√(1+z²))/2), which is
// ln 2 + ln|z| past 1e4, where the sum may overflow.
fn hyperbolic_arcsine(z: f32) -> f32 {
  let a = abs(z);
  let b = min(a, 0.5);
  let w = b * b;
  var p = -0.0132375248;
  p = p * w + 0.0281691235;
  p = p * w - 0.0443845168;
  p = p * w + 0.0749865249;
  p = p * w - 0.166666433;
  let c = min(a, 1e4);
  let half = select(0.5 * (c + hypotenuse(c)), a, a > 1e4);
  let s = select(b + b * w * p, 0.693147181 + logarithm(half), a > 0.5);
  return select(s, -s, z < 0.0);
}
