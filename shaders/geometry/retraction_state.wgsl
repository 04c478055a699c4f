// retraction_state: whether a replica needs another Gauss-Newton step after this one. From a residual of at most 2^-16 of the
// labels, max_i |e_i| <= 2^-16 max_i |y_i|, the step's quadratic convergence leads to what f32 can hold: this one is the last,
//   status[r] = min(status[r], step + 1).
// residuals is replicas x n. One workgroup per replica.
// uses: lib/grid.wgsl
// uses: lib/tree.wgsl
// uses: lib/targets.wgsl

struct Params { replicas: u32, samples: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> residuals: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read_write> status: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn retraction_state(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let replica = workgroup_index(workgroup, groups);
  if (replica >= params.replicas) {
    return;
  }
  let first_target = own_targets(replica);
  var residual = 0.0;
  var label = 0.0;
  for (var i = local; i < params.samples; i += LANES) {
    residual = max(residual, abs(residuals[replica * params.samples + i]));
    label = max(label, abs(targets[first_target + i]));
  }
  let largest_residual = tree_max(residual, local);
  let largest_label = tree_max(label, local);
  if (local == 0u && largest_residual <= largest_label * 1.52587890625e-5) {
    status[replica] = min(status[replica], params.step + 1u);
  }
}
