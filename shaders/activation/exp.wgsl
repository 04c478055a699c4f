// exp: φ = φ' = φ'' = φ''' = e^z, with the exponential of lib/exp.wgsl, which overflows only where e^z does.
// uses: lib/exp.wgsl

fn phi(z: f32) -> f32 {
  return exponential(z);
}

fn dphi(z: f32) -> f32 {
  return exponential(z);
}

fn d2phi(z: f32) -> f32 {
  return exponential(z);
}

fn d3phi(z: f32) -> f32 {
  return exponential(z);
}
