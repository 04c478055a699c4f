// Philox4x32-10, a counter-based generator: 4 random words from a 4-word counter and a 2-word key.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Integers only, so every adapter
// and the CPU agree to the bit.

// High word of the 64-bit product a·b. WGSL has no 64-bit integers; with 16-bit halves no partial sum can overflow:
// (2^16-1)² + 2·(2^16-1) = 2^32-1.
fn mulhi(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let middle = ah * bl + ((al * bl) >> 16u);
  let carry = al * bh + (middle & 0xffffu);
  return ah * bh + (middle >> 16u) + (carry >> 16u);
}

fn philox_round(c: vec4u, k: vec2u) -> vec4u {
  const M0 = 0xD2511F53u;
  const M1 = 0xCD9E8D57u;
  return vec4u(mulhi(M1, c.z) ^ c.y ^ k.x, M1 * c.z, mulhi(M0, c.x) ^ c.w ^ k.y, M0 * c.x);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  let w = vec2u(0x9E3779B9u, 0xBB67AE85u); // golden ratio, √3−1: the key's step from round to round
  var c = philox_round(counter, key);
  c = philox_round(c, key + w);
  c = philox_round(c, key + 2u * w);
  c = philox_round(c, key + 3u * w);
  c = philox_round(c, key + 4u * w);
  c = philox_round(c, key + 5u * w);
  c = philox_round(c, key + 6u * w);
  c = philox_round(c, key + 7u * w);
  c = philox_round(c, key + 8u * w);
  return philox_round(c, key + 9u * w);
}
