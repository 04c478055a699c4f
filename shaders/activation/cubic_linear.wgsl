// cubic_linear: φ = z³+νz, φ' = 3z²+ν, φ'' = 6z, φ''' = 6, with ν = ACTIVATION_PARAMETER.
// φ as z(z²+ν): one factor of the same sign as z and one positive, so ∞−∞ cannot arise.

fn phi(z: f32) -> f32 {
  return z * (z * z + ACTIVATION_PARAMETER);
}

fn dphi(z: f32) -> f32 {
  return 3.0 * z * z + ACTIVATION_PARAMETER;
}

fn d2phi(z: f32) -> f32 {
  return 6.0 * z;
}

fn d3phi(z: f32) -> f32 {
  return 6.0;
}
