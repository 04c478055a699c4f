// relu: φ = max(z, 0), φ' = 1 for z > 0 and 0 otherwise (so φ'(0) = 0), φ'' = φ''' = 0 off the kink.

fn phi(z: f32) -> f32 {
  return max(z, 0.0);
}

fn dphi(z: f32) -> f32 {
  return select(0.0, 1.0, z > 0.0);
}

fn d2phi(z: f32) -> f32 {
  return 0.0;
}

fn d3phi(z: f32) -> f32 {
  return 0.0;
}
