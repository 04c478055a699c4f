// Whether a non-negative number is a number at all, and below 2^64. Decided on the bits, because a compiler may assume
// that NaN and infinity do not occur and fold a comparison away. 2^64 is far above anything a converging run meets and
// far below the largest f32, so that a state which passed is finite and its next forward pass can still be evaluated.

fn is_bounded(size: f32) -> bool {
  return (bitcast<u32>(size) & 0x7fffffffu) < 0x5f800000u;
}
