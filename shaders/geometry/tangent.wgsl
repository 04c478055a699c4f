// tangent: s_vi = sum_j a_j phi'(z_ij) u_vji, the derivative of the network's output at x_i in direction v.
// projections U = V X^T is vectors x m x count, preactivations is replicas x m x count, tangents is vectors x count;
// vector v belongs to replica v / per_replica. One invocation per vector and sample of the block.
// uses: lib/grid.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params { vectors: u32, per_replica: u32, width: u32, samples: u32, count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> projections: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> tangents: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn tangent(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * params.count) {
    return;
  }
  let vector = index / params.count;
  let i = index % params.count;
  let replica = vector / params.per_replica;
  let first_target = own_targets(replica);
  var total = 0.0;
  for (var j = 0u; j < params.width; j++) {
    let z = preactivations[(replica * params.width + j) * params.count + i];
    total += targets[first_target + 3u * params.samples + j] * dphi(z) * projections[(vector * params.width + j) * params.count + i];
  }
  tangents[index] = total;
}
