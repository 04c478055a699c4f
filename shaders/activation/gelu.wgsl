// gelu, the exact (erf) form: φ = zΦ, φ' = Φ + zp, φ'' = (2−z²)p, φ''' = z(z²−4)p, with Φ and p the normal distribution
// function and density.
// φ as max(z,0) − |z|Q(|z|), Q the upper tail: no cancellation on either side. In products with p, z is cut at ±20, where
// p has long been 0 in f32: a huge z times 0 stays 0.
// uses: lib/exp.wgsl
// uses: lib/erf.wgsl

fn phi(z: f32) -> f32 {
  return max(z, 0.0) - abs(z) * normal_tail(abs(z));
}

fn dphi(z: f32) -> f32 {
  let c = clamp(z, -20.0, 20.0);
  let tail = normal_tail(abs(c));
  return select(tail, 1.0 - tail, z > 0.0) + c * normal_density(c);
}

fn d2phi(z: f32) -> f32 {
  let c = clamp(z, -20.0, 20.0);
  return (2.0 - c * c) * normal_density(c);
}

fn d3phi(z: f32) -> f32 {
  let c = clamp(z, -20.0, 20.0);
  return c * (c * c - 4.0) * normal_density(c);
}
