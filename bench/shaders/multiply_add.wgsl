// multiply_add: multiply-adds in scalars, nothing else: 16 independent chains x ← a x + b, 4 links of each in a round.
// The chains differ in b; result = Σ x over the chains of an invocation. Numerics: a < 1, so that x runs to
// b / (1 − a) and stays a normal number.
//
// input: a, and the b of the first chain; the others have 1 more each. result: a number an invocation.

override ROUNDS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  let a = input[0];
  let b = input[1];
  let b0 = b + 0.0;
  let b1 = b + 1.0;
  let b2 = b + 2.0;
  let b3 = b + 3.0;
  let b4 = b + 4.0;
  let b5 = b + 5.0;
  let b6 = b + 6.0;
  let b7 = b + 7.0;
  let b8 = b + 8.0;
  let b9 = b + 9.0;
  let b10 = b + 10.0;
  let b11 = b + 11.0;
  let b12 = b + 12.0;
  let b13 = b + 13.0;
  let b14 = b + 14.0;
  let b15 = b + 15.0;
  var x0 = 0.0;
  var x1 = 0.0;
  var x2 = 0.0;
  var x3 = 0.0;
  var x4 = 0.0;
  var x5 = 0.0;
  var x6 = 0.0;
  var x7 = 0.0;
  var x8 = 0.0;
  var x9 = 0.0;
  var x10 = 0.0;
  var x11 = 0.0;
  var x12 = 0.0;
  var x13 = 0.0;
  var x14 = 0.0;
  var x15 = 0.0;
  for (var round = 0u; round < ROUNDS; round++) {
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x4 = fma(x4, a, b4);
    x5 = fma(x5, a, b5);
    x6 = fma(x6, a, b6);
    x7 = fma(x7, a, b7);
    x8 = fma(x8, a, b8);
    x9 = fma(x9, a, b9);
    x10 = fma(x10, a, b10);
    x11 = fma(x11, a, b11);
    x12 = fma(x12, a, b12);
    x13 = fma(x13, a, b13);
    x14 = fma(x14, a, b14);
    x15 = fma(x15, a, b15);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x4 = fma(x4, a, b4);
    x5 = fma(x5, a, b5);
    x6 = fma(x6, a, b6);
    x7 = fma(x7, a, b7);
    x8 = fma(x8, a, b8);
    x9 = fma(x9, a, b9);
    x10 = fma(x10, a, b10);
    x11 = fma(x11, a, b11);
    x12 = fma(x12, a, b12);
    x13 = fma(x13, a, b13);
    x14 = fma(x14, a, b14);
    x15 = fma(x15, a, b15);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x4 = fma(x4, a, b4);
    x5 = fma(x5, a, b5);
    x6 = fma(x6, a, b6);
    x7 = fma(x7, a, b7);
    x8 = fma(x8, a, b8);
    x9 = fma(x9, a, b9);
    x10 = fma(x10, a, b10);
    x11 = fma(x11, a, b11);
    x12 = fma(x12, a, b12);
    x13 = fma(x13, a, b13);
    x14 = fma(x14, a, b14);
    x15 = fma(x15, a, b15);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x4 = fma(x4, a, b4);
    x5 = fma(x5, a, b5);
    x6 = fma(x6, a, b6);
    x7 = fma(x7, a, b7);
    x8 = fma(x8, a, b8);
    x9 = fma(x9, a, b9);
    x10 = fma(x10, a, b10);
    x11 = fma(x11, a, b11);
    x12 = fma(x12, a, b12);
    x13 = fma(x13, a, b13);
    x14 = fma(x14, a, b14);
    x15 = fma(x15, a, b15);
  }
  result[id.x] = x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11 + x12 + x13 + x14 + x15;
}
