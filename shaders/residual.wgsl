// residual: e_i = sum_j a_j phi(z_ij) - y_i for a block of samples.
// preactivations is replicas x m x count (the block), residuals is replicas x n (all samples), first + i < n.
// targets packs per-sample and per-neuron constants: y (n), |x_i|^2 (n), phi^-1(y_i / m) (n), a (m).
// A replica that stopped at or before `step` (status) keeps what it has. One invocation per replica and sample.
// uses: lib/grid.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params { replicas: u32, width: u32, samples: u32, first: u32, count: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read> status: array<u32>;
@group(0) @binding(3) var<storage, read_write> residuals: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn residual(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.replicas * params.count) {
    return;
  }
  let replica = index / params.count;
  if (params.step >= status[replica]) {
    return;
  }
  let first_target = own_targets(replica);
  let i = index % params.count;
  var output = 0.0;
  for (var j = 0u; j < params.width; j++) {
    let z = preactivations[(replica * params.width + j) * params.count + i];
    output += targets[first_target + 3u * params.samples + j] * phi(z);
  }
  let sample = params.first + i;
  residuals[replica * params.samples + sample] = output - targets[first_target + sample];
}
