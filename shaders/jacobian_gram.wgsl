// jacobian_gram: K = J J^T, K_il = G_il sum_j a_j^2 phi'(z_ij) phi'(z_lj), the Gram matrix of the per-sample gradients.
// preactivations is replicas x m x n (all samples), data_gram is n x n, gram is replicas x n x n.
// One invocation per entry.
// uses: lib/grid.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params { replicas: u32, width: u32, samples: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read> data_gram: array<f32>;
@group(0) @binding(3) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn jacobian_gram(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  let n = params.samples;
  if (index >= params.replicas * n * n) {
    return;
  }
  let replica = index / (n * n);
  let base = own_targets(replica);
  let i = (index / n) % n;
  let l = index % n;
  var total = 0.0;
  for (var j = 0u; j < params.width; j++) {
    let row = (replica * params.width + j) * n;
    let a = targets[base + 3u * n + j];
    total += a * a * dphi(preactivations[row + i]) * dphi(preactivations[row + l]);
  }
  gram[index] = data_gram[i * n + l] * total;
}
