// gradient_coefficients: C_ji (+)= scale * weights_i a_j phi'(z_ij), so that C X is a sum of per-sample gradients.
//   weights = residuals, scale = 2      the gradient of L
//   weights = mu, scale = -1            a Gauss-Newton step, -J^T mu
//   weights = noisy pulls, scale = 1    a full-batch step
// preactivations and coefficients are replicas x m x count (the block), weights is replicas x n.
// A replica that stopped at or before `step` (status) gets zeros. One invocation per coefficient.
// uses: lib/grid.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params {
  replicas: u32,
  width: u32,
  samples: u32,
  first: u32,
  count: u32,
  scale: f32,
  accumulate: u32,
  step: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> status: array<u32>;
@group(0) @binding(4) var<storage, read_write> coefficients: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn gradient_coefficients(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let cell = workgroup_index(workgroup, groups) * 64u + local;
  if (cell >= params.replicas * params.width * params.count) {
    return;
  }
  let i = cell % params.count;
  let row = cell / params.count;
  let replica = row / params.width;
  let first_target = own_targets(replica);
  var value = 0.0;
  if (params.step < status[replica]) {
    let a = targets[first_target + 3u * params.samples + row % params.width];
    value = params.scale * weights[replica * params.samples + params.first + i] * a * dphi(preactivations[cell]);
  }
  coefficients[cell] = select(0.0, coefficients[cell], params.accumulate == 1u) + value;
}
