// sinh: φ = φ'' = sinh z, φ' = φ''' = cosh z.
// |z| < 1: the Taylor series to z⁹, since e^z−e^{−z} would cancel (next term 2.5e-8). Above: h − 1/(4h) with
// h = e^{|z|}/2 formed by its exponent, since e^{|z|} overflows at 88.7 but sinh only at 89.4.
// uses: lib/exp.wgsl

fn phi(z: f32) -> f32 {
  let a = abs(z);
  let b = min(a, 1.0);
  let w = b * b;
  let series = b + b * w * (0.166666667 + w * (0.00833333333 + w * (1.98412698e-4 + w * 2.75573192e-6)));
  let h = exponential_scaled(max(a, 1.0), -1);
  let s = select(series, h - 0.25 / h, a > 1.0);
  return select(s, -s, z < 0.0);
}

fn dphi(z: f32) -> f32 {
  let h = exponential_scaled(abs(z), -1);
  return h + 0.25 / h;
}

fn d2phi(z: f32) -> f32 {
  return phi(z);
}

fn d3phi(z: f32) -> f32 {
  return dphi(z);
}
