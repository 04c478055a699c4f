// tanh: φ = t = tanh z, φ' = 1/cosh² z, φ'' = −2tφ', φ''' = φ'(6t²−2).
// φ' as 4 times the logistic's slope at 2z, from e^{−2|z|}: 1−t² would cancel and cosh overflow.
// uses: lib/exp.wgsl
// uses: lib/tanh.wgsl
// uses: lib/logistic.wgsl

fn phi(z: f32) -> f32 {
  return hyperbolic_tangent(z);
}

fn dphi(z: f32) -> f32 {
  return 4.0 * logistic_slope(2.0 * clamp(z, -100.0, 100.0)); // 0 beyond; the cut keeps 2z finite
}

fn d2phi(z: f32) -> f32 {
  return -2.0 * hyperbolic_tangent(z) * dphi(z);
}

fn d3phi(z: f32) -> f32 {
  let t = hyperbolic_tangent(z);
  return dphi(z) * (6.0 * t * t - 2.0);
}
