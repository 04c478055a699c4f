// probe_forms: v^T H v of several vectors by samples, from their projections U = V X^T alone,
//   v^T H v = 2 sum_i [ s_vi^2 + e_i sum_j a_j phi''(z_ij) u_vji^2 ],   s_vi = sum_j a_j phi'(z_ij) u_vji.
// preactivations is replicas x m x count (the block), projections is replicas x taken x m x count, residuals is replicas x n.
// One workgroup per replica, four vectors and chunk of 256 samples: the activation is evaluated once for four vectors.
// forms is chunks x replicas x vectors, the partial sums that the host finishes in float64: params.chunk is the number of the
// block's first chunk, params.first_vector that of the first vector here.
// uses: lib/grid.wgsl
// uses: lib/tree_four.wgsl
// uses: lib/targets.wgsl
// slot: activation

struct Params {
  replicas: u32,
  vectors: u32,
  first_vector: u32,
  taken: u32,
  width: u32,
  samples: u32,
  first: u32,
  count: u32,
  chunk: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> projections: array<f32>;
@group(0) @binding(2) var<storage, read> residuals: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> forms: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn probe_forms(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = workgroup_index(workgroup, groups);
  let chunks = (params.count + 255u) / 256u;
  let fours = (params.taken + 3u) / 4u;
  if (item >= params.replicas * fours * chunks) {
    return;
  }
  let chunk = item % chunks;
  let replica = item / chunks / fours;
  let vector = ((item / chunks) % fours) * 4u;
  let row = replica * params.width * params.count;
  let second = own_targets(replica) + 3u * params.samples;
  // Vectors past the last repeat it; their sums are not written.
  let vectors = min(vec4u(vector, vector + 1u, vector + 2u, vector + 3u), vec4u(params.taken - 1u));
  let rows = (replica * params.taken + vectors) * params.width * params.count;
  let end = min(chunk * 256u + 256u, params.count);
  var total = vec4f();
  for (var i = chunk * 256u + local; i < end; i += LANES) {
    var slopes = vec4f();
    var bends = vec4f();
    for (var j = 0u; j < params.width; j++) {
      let at = j * params.count + i;
      let z = preactivations[row + at];
      let a = targets[second + j];
      let u = vec4f(projections[rows.x + at], projections[rows.y + at], projections[rows.z + at], projections[rows.w + at]);
      slopes += a * dphi(z) * u;
      bends += a * d2phi(z) * u * u;
    }
    total += 2.0 * (slopes * slopes + residuals[replica * params.samples + params.first + i] * bends);
  }
  let sums = tree_sum_four(total, local);
  if (local == 0u) {
    let cell = ((params.chunk + chunk) * params.replicas + replica) * params.vectors + params.first_vector + vector;
    for (var k = 0u; k < min(4u, params.taken - vector); k++) {
      forms[cell + k] = sums[k];
    }
  }
}
