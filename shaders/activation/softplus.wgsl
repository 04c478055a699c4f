// softplus: φ = ln(1+e^z) = max(z,0) + ln(1+e^{−|z|}), φ' = s = 1/(1+e^{−z}), φ'' = s(1−s), φ''' = −φ'' tanh(z/2).
// Exponentials of −|z| only, so none overflows; 1−2s is written −tanh(z/2), which keeps its accuracy near 0.
// uses: lib/log.wgsl
// uses: lib/exp.wgsl
// uses: lib/tanh.wgsl
// uses: lib/logistic.wgsl

fn phi(z: f32) -> f32 {
  return max(z, 0.0) + log_one_plus(exponential(-abs(z)));
}

fn dphi(z: f32) -> f32 {
  return logistic(z);
}

fn d2phi(z: f32) -> f32 {
  return logistic_slope(z);
}

fn d3phi(z: f32) -> f32 {
  return -logistic_slope(z) * hyperbolic_tangent(0.5 * z);
}
