// sqp, the integral of squareplus: with h = √(1+z²),
// φ = (zφ' + asinh z)/2, φ' = z+h, φ'' = 1+z/h = φ'/h, φ''' = 1/h³.
// Both terms of φ have the sign of z, so it never cancels; φ' and φ'' for z < 0 come from 1/(h−z). Cut arguments stand in
// where a factor overflows or vanishes before the product does: zφ' → −½ and z/h → 1.
// uses: lib/log.wgsl
// uses: lib/squareplus.wgsl

fn phi(z: f32) -> f32 {
  let cut = max(z, -1e4); // below, zφ' is −½ to the last bit
  return 0.5 * cut * squareplus(cut) + 0.5 * hyperbolic_arcsine(z);
}

fn dphi(z: f32) -> f32 {
  return squareplus(z);
}

fn d2phi(z: f32) -> f32 {
  let cut = min(z, 1e4); // above, z/h is 1 to the last bit
  return select(squareplus(cut) / hypotenuse(cut), 1.0 + cut / hypotenuse(cut), z > 0.0);
}

fn d3phi(z: f32) -> f32 {
  let s = 1.0 / hypotenuse(z);
  return s * s * s;
}
