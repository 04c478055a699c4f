// Natural logarithm to about one unit in the last place. The built-in log may be off by 2^-21 near 1, where Box–Muller
// and softplus need the small values exactly.

// log(1+f) for f in [√½−1, √2−1]: f − f²/2 + f³P(f), P a least-maximum fit with relative error 3e-9 of the whole.
fn log_one_plus_reduced(f: f32) -> f32 {
  var p = 0.0674663857;
  p = p * f - 0.116756514;
  p = p * f + 0.118881628;
  p = p * f - 0.124055892;
  p = p * f + 0.142195523;
  p = p * f - 0.166679963;
  p = p * f + 0.200021192;
  p = p * f - 0.250000089;
  p = p * f + 0.333333135;
  let square = f * f;
  return f + (square * f * p - 0.5 * square);
}

// log(x) for normal x > 0: x = 2^e·m with m in [√½, √2), split by its bits. ln 2 = 0.693359375 − 2.12194440e-4, the
// first part short enough that e times it is exact.
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<i32>(x);
  let e = (bits - 0x3f3504f3) >> 23u; // 0x3f3504f3 is √½
  let m = bitcast<f32>(bits - (e << 23u));
  let scale = f32(e);
  return scale * 0.693359375 + (log_one_plus_reduced(m - 1.0) - scale * 2.12194440e-4);
}

// log(1+x) for x in [0, 1], without forming 1+x where x is small.
fn log_one_plus(x: f32) -> f32 {
  let small = min(x, 0.41421356);
  return select(log_one_plus_reduced(small), logarithm(1.0 + x), x > small);
}
