// Logistic function and its slope, from e = e^{−|z|} <= 1: no overflow, and relative accuracy on both sides.
// uses: lib/exp.wgsl

// 1/(1+e^{−z})
fn logistic(z: f32) -> f32 {
  let e = exponential(-abs(z));
  return select(e, 1.0, z >= 0.0) / (1.0 + e);
}

// Its derivative e/(1+e)²; a product s(1−s) would lose the tail.
fn logistic_slope(z: f32) -> f32 {
  let e = exponential(-abs(z));
  let s = 1.0 / (1.0 + e);
  return e * s * s;
}
