// quadratic_form: v^T H v by samples, without forming H v,
//   v^T H v = 2 sum_i [ s_vi^2 + e_i sum_j a_j phi''(z_ij) u_vji^2 ].
// One workgroup per vector and chunk of 256 samples; forms[chunk * vectors + v] is the partial sum that the host
// finishes in float64; params.chunk is the number of the block's first chunk. Shapes as in curvature_coefficients.
// uses: lib/grid.wgsl
// uses: lib/tree.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params {
  vectors: u32,
  per_replica: u32,
  width: u32,
  samples: u32,
  first: u32,
  count: u32,
  chunk: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> projections: array<f32>;
@group(0) @binding(2) var<storage, read> tangents: array<f32>;
@group(0) @binding(3) var<storage, read> residuals: array<f32>;
@group(0) @binding(4) var<storage, read> targets: array<f32>;
@group(0) @binding(5) var<storage, read_write> forms: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn quadratic_form(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = workgroup_index(workgroup, groups);
  let chunks = (params.count + 255u) / 256u;
  if (item >= params.vectors * chunks) {
    return;
  }
  let vector = item / chunks;
  let chunk = item % chunks;
  let replica = vector / params.per_replica;
  let base = own_targets(replica);
  let end = min(chunk * 256u + 256u, params.count);
  var total = 0.0;
  for (var i = chunk * 256u + local; i < end; i += LANES) {
    var bend = 0.0;
    for (var j = 0u; j < params.width; j++) {
      let z = preactivations[(replica * params.width + j) * params.count + i];
      let u = projections[(vector * params.width + j) * params.count + i];
      bend += targets[base + 3u * params.samples + j] * d2phi(z) * u * u;
    }
    let s = tangents[vector * params.count + i];
    total += 2.0 * (s * s + residuals[replica * params.samples + params.first + i] * bend);
  }
  let sum = tree_sum(total, local);
  if (local == 0u) {
    forms[(params.chunk + chunk) * params.vectors + vector] = sum;
  }
}
