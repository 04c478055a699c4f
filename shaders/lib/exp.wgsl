// Exponential to about one unit in the last place, for every finite x. The built-in exp may be off by 3+2|x| units and
// differs from one adapter to the next.

// e^x·2^shift for shift in [-1, 1]. x = k ln 2 + r with |r| <= ln(2)/2, ln 2 in two parts as in lib/log.wgsl, and
// e^r = 1 + r + r²P(r), P a least-maximum fit with relative error 4e-9. The power of two is put together from bits, the
// overflowing part of it apart, so that the product overflows exactly where e^x·2^shift does. Results below 2^-126 are 0.
fn exponential_scaled(x: f32, shift: i32) -> f32 {
  let cut = clamp(x, -150.0, 150.0); // beyond, the result is 0 or overflows in any case
  let k = floor(cut * 1.44269504 + 0.5);
  let r = (cut - k * 0.693359375) + k * 2.12194440e-4;
  var p = 0.00138145592;
  p = p * r + 0.0083687352;
  p = p * r + 0.041668389;
  p = p * r + 0.166665211;
  p = p * r + 0.49999994;
  p = (p * r) * r + r + 1.0;
  let power = i32(k) + shift;
  let ordinary = clamp(power, -127, 127); // exponent bits 0 make 2^-127 read as 0
  let excess = max(power - 127, 0);
  return p * bitcast<f32>((ordinary + 127) << 23u) * bitcast<f32>((excess + 127) << 23u);
}

fn exponential(x: f32) -> f32 {
  return exponential_scaled(x, 0);
}
