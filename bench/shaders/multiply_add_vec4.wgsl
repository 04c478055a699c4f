// multiply_add_vec4: multiply-adds in vectors of four, nothing else: 4 independent chains x ← a x + b of vec4f, 4 links of each in a
// round. The chains differ in b; result = Σ x over the chains of an invocation. Numerics: a < 1, so that x runs to
// b / (1 − a) and stays a normal number.
//
// input: a, and the b of the first chain; the others have 1 more each. result: a number an invocation.

override ROUNDS: u32;

@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn multiply_add_vec4(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(input[0]);
  let b = vec4f(input[1]);
  let b0 = b + vec4f(0.0, 1.0, 2.0, 3.0);
  let b1 = b + vec4f(4.0, 5.0, 6.0, 7.0);
  let b2 = b + vec4f(8.0, 9.0, 10.0, 11.0);
  let b3 = b + vec4f(12.0, 13.0, 14.0, 15.0);
  var x0 = vec4f(0.0);
  var x1 = vec4f(0.0);
  var x2 = vec4f(0.0);
  var x3 = vec4f(0.0);
  for (var round = 0u; round < ROUNDS; round++) {
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
    x0 = fma(x0, a, b0);
    x1 = fma(x1, a, b1);
    x2 = fma(x2, a, b2);
    x3 = fma(x3, a, b3);
  }
  let sum = x0 + x1 + x2 + x3;
  result[id.x] = sum.x + sum.y + sum.z + sum.w;
}
