// basis_products: partial sums of the inner products of vectors with what is in their bases, and with themselves.
//   partials_vci = sum over chunk c (1024 numbers) of b_iv w_v for i < count,   w_v w_v for i = count
// basis is slots x vectors x length and candidates (w) is vectors x length, both filled up with zeros to fours; partials is
// vectors x chunks x stride. One workgroup per vector, chunk and four inner products, which share what they read of w.
// Added up by basis_coefficients.
// uses: lib/grid.wgsl
// uses: lib/tree_four.wgsl

struct Params { vectors: u32, length: u32, count: u32, stride: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> basis: array<vec4f>;
@group(0) @binding(1) var<storage, read> candidates: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

const CHUNK_QUADS = 256u;

@compute @workgroup_size(LANES)
fn basis_products(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let quads = (params.length + 3u) / 4u;
  let fours = params.count / 4u + 1u;
  let chunks = (quads + CHUNK_QUADS - 1u) / CHUNK_QUADS;
  let item = workgroup_index(workgroup, groups);
  if (item >= params.vectors * chunks * fours) {
    return;
  }
  let first = (item % fours) * 4u;
  let chunk = (item / fours) % chunks;
  let vector = item / (fours * chunks);
  let own = vector * quads;
  let slot = params.vectors * quads;
  let base = first * slot + own;
  let begin = chunk * CHUNK_QUADS + local;
  let end = min(chunk * CHUNK_QUADS + CHUNK_QUADS, quads);
  var total = vec4f();
  if (first + 4u <= params.count) {
    for (var k = begin; k < end; k += LANES) {
      let w = candidates[own + k];
      let place = base + k;
      total += vec4f(
        dot(basis[place], w),
        dot(basis[place + slot], w),
        dot(basis[place + 2u * slot], w),
        dot(basis[place + 3u * slot], w),
      );
    }
  } else {
    // The last four: what there is of the basis, then the vector itself.
    let left = params.count - first;
    for (var k = begin; k < end; k += LANES) {
      let w = candidates[own + k];
      let place = base + k;
      let itself = dot(w, w);
      var terms = vec4f(itself, 0.0, 0.0, 0.0);
      if (left > 0u) {
        terms = vec4f(dot(basis[place], w), itself, 0.0, 0.0);
      }
      if (left > 1u) {
        terms = vec4f(terms.x, dot(basis[place + slot], w), itself, 0.0);
      }
      if (left > 2u) {
        terms = vec4f(terms.xy, dot(basis[place + 2u * slot], w), itself);
      }
      total += terms;
    }
  }
  let sums = tree_sum_four(total, local);
  if (local == 0u) {
    let place = (vector * chunks + chunk) * params.stride + first;
    for (var i = 0u; i < min(4u, params.count + 1u - first); i++) {
      partials[place + i] = sums[i];
    }
  }
}
