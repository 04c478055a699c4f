// leaky_relu: φ = z for z > 0 and pz otherwise, p = ACTIVATION_PARAMETER; φ' = 1 or p (p at the kink z = 0),
// φ'' = φ''' = 0 off the kink.

fn phi(z: f32) -> f32 {
  return select(ACTIVATION_PARAMETER * z, z, z > 0.0);
}

fn dphi(z: f32) -> f32 {
  return select(ACTIVATION_PARAMETER, 1.0, z > 0.0);
}

fn d2phi(z: f32) -> f32 {
  return 0.0;
}

fn d3phi(z: f32) -> f32 {
  return 0.0;
}
