// basis_products: partial sums of the inner products of vectors with what is in their bases, and with themselves.
//   partials_vci = sum over chunk c (1024 numbers) of b_iv w_v for i < count,   w_v w_v for i = count
// basis is slots x vectors x length, candidates (w) is vectors x length, partials is vectors x chunks x stride. One
// workgroup per vector, chunk and four inner products, which share what they read of w. Added up by basis_coefficients.
// uses: lib/grid.wgsl
// uses: lib/tree_four.wgsl

struct Params { vectors: u32, length: u32, count: u32, stride: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> basis: array<f32>;
@group(0) @binding(1) var<storage, read> candidates: array<f32>;
@group(0) @binding(2) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn basis_products(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let fours = params.count / 4u + 1u;
  let chunks = (params.length + 1023u) / 1024u;
  let item = workgroup_index(workgroup, groups);
  if (item >= params.vectors * chunks * fours) {
    return;
  }
  let first = (item % fours) * 4u;
  let chunk = (item / fours) % chunks;
  let vector = item / (fours * chunks);
  let own = vector * params.length;
  let slot = params.vectors * params.length;
  let end = min(chunk * 1024u + 1024u, params.length);
  var total = vec4f();
  for (var k = chunk * 1024u + local; k < end; k += LANES) {
    let w = candidates[own + k];
    var other = vec4f();
    for (var i = 0u; i < 4u; i++) {
      if (first + i < params.count) {
        other[i] = basis[(first + i) * slot + own + k];
      } else if (first + i == params.count) {
        other[i] = w;
      }
    }
    total += other * w;
  }
  let sums = tree_sum_four(total, local);
  if (local < 4u && first + local <= params.count) {
    partials[(vector * chunks + chunk) * params.stride + first + local] = sums[local];
  }
  // With fewer invocations than four, the first one writes for those that are not there.
  if (local == 0u) {
    for (var i = LANES; i < 4u; i++) {
      if (first + i <= params.count) {
        partials[(vector * chunks + chunk) * params.stride + first + i] = sums[i];
      }
    }
  }
}
