// sigmoid: φ = s = 1/(1+e^{−z}), φ' = s(1−s), φ'' = −φ' tanh(z/2), φ''' = φ'(1−6φ').
// Exponentials of −|z| only, so none overflows; 1−2s is written −tanh(z/2), which keeps its accuracy near 0.
// uses: lib/exp.wgsl
// uses: lib/tanh.wgsl
// uses: lib/logistic.wgsl

fn phi(z: f32) -> f32 {
  return logistic(z);
}

fn dphi(z: f32) -> f32 {
  return logistic_slope(z);
}

fn d2phi(z: f32) -> f32 {
  return -logistic_slope(z) * hyperbolic_tangent(0.5 * z);
}

fn d3phi(z: f32) -> f32 {
  let slope = logistic_slope(z);
  return slope * (1.0 - 6.0 * slope);
}
