// Standard normals from random words by Box–Muller: √(−2 ln u)·(cos 2πv, sin 2πv) with u = ((a>>8)+1)·2^-24 in (0, 1]
// and v = (b>>8)·2^-24 in [0, 1), both exact in f32. Box & Muller 1958. Absolute error below 2e-6, cut at 5.77.
// uses: lib/log.wgsl

// cos(2π·k·2^-24) for k < 2^24. The distance of k from half a turn, less a quarter turn, is the sine's argument: an
// integer reduction, so nothing is lost. sin(πg/2) = g·P(g²), |g| <= 1, least-maximum fit, absolute error 6e-8.
fn turn_cosine(k: u32) -> f32 {
  let g = f32(abs(i32(k) - 8388608) - 4194304) * 2.384185791015625e-7; // 2^-22
  let w = g * g;
  var p = -3.42879093e-6;
  p = p * w + 0.000160247029;
  p = p * w - 0.00468165101;
  p = p * w + 0.0796926022;
  p = p * w - 0.645964086;
  p = p * w + 1.57079637;
  return g * p;
}

// √(−2 ln u). The floor only serves u = 1, where a square root built as x/√x may be NaN.
fn normal_radius(a: u32) -> f32 {
  let u = f32((a >> 8u) + 1u) * 5.9604644775390625e-8; // 2^-24
  return sqrt(max(-2.0 * logarithm(u), 1e-30));
}

fn normal_pair(a: u32, b: u32) -> vec2f {
  let r = normal_radius(a);
  let k = b >> 8u;
  return vec2f(r * turn_cosine(k), r * turn_cosine((k + 12582912u) & 0xffffffu)); // sin x = cos(x + ¾ turn)
}

// normal_pair(a, b).x, to the bit, at about half the cost.
fn normal_first(a: u32, b: u32) -> f32 {
  return normal_radius(a) * turn_cosine(b >> 8u);
}
