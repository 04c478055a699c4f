// cubic: φ = z³, φ' = 3z², φ'' = 6z, φ''' = 6. Products only; each overflows where its true value does.

fn phi(z: f32) -> f32 {
  return z * z * z;
}

fn dphi(z: f32) -> f32 {
  return 3.0 * z * z;
}

fn d2phi(z: f32) -> f32 {
  return 6.0 * z;
}

fn d3phi(z: f32) -> f32 {
  return 6.0;
}
