// Whether x is neither an infinity nor NaN. By its exponent bits: compilers may assume that NaN never occurs and fold
// comparisons such as x != x, but they cannot see through integers.
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
