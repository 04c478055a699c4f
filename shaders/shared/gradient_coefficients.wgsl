// gradient_coefficients: C_ji (+)= scale * weights_i a_j phi'(z_ij), so that C X is a sum of per-sample gradients.
//   weights = residuals, scale = 2      the gradient of L
//   weights = mu, scale = -1            a Gauss-Newton step, -J^T mu
//   weights = noisy pulls, scale = 1    a full-batch step
// preactivations and coefficients are replicas x m x count (the block), weights is replicas x n.
// A replica that stopped at or before `step` (status) keeps what it has if `keep` is 1; otherwise all its terms are zeros.
// One workgroup per replica and CELLS_EACH x 64 coefficients.
// uses: lib/grid.wgsl
// uses: lib/cells.wgsl
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
  keep: u32,
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
  let item = workgroup_index(workgroup, groups);
  let replica = item / matrix_parts();
  if (replica >= params.replicas) {
    return;
  }
  let running = params.step < status[replica];
  if (!running && params.keep == 1u) {
    return;
  }
  let cells = params.width * params.count;
  let origin = replica * cells;
  let first_target = own_targets(replica);
  let first_weight = replica * params.samples + params.first;
  let stride = cell_at(64u);
  var cell = cell_at((item % matrix_parts()) * GROUP_CELLS + local);
  for (var k = 0u; k < CELLS_EACH && cell.index < cells; k++) {
    let place = origin + cell.index;
    var value = 0.0;
    if (running) {
      let a = targets[first_target + 3u * params.samples + cell.j];
      value = params.scale * weights[first_weight + cell.i] * a * dphi(preactivations[place]);
    }
    if (params.accumulate == 1u) {
      value += coefficients[place];
    }
    coefficients[place] = value;
    cell = cell_after(cell, stride);
  }
}
