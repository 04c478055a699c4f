// square: φ = z², φ' = 2z, φ'' = 2, φ''' = 0.

fn phi(z: f32) -> f32 {
  return z * z;
}

fn dphi(z: f32) -> f32 {
  return 2.0 * z;
}

fn d2phi(z: f32) -> f32 {
  return 2.0;
}

fn d3phi(z: f32) -> f32 {
  return 0.0;
}
