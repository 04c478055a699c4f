// manifold_coefficients: tangent vectors of the zero-loss manifold in coefficients of the data points,
//   C_vji = [bent 1: B_ji u_vji] - [pulled 1: mu_vi s_ji],
// where u are the projections of the vectors, B the curvature of F along the data points,
//   B_ji = 4 |x_i|^2 a_j^2 (phi''^2 + phi' phi''')(z_ij) - lambda_i a_j phi''(z_ij),
// s_ji = a_j phi'(z_ij), and mu the multipliers of the normal part: C X with bent 0 is -J^T mu.
// bends and slopes are replicas x m x n, projections and coefficients are vectors x m x n, multipliers is vectors x n; vector
// v belongs to replica v / per_replica. One workgroup per vector and CELLS_EACH x 64 coefficients.
// uses: lib/grid.wgsl
// uses: lib/cells.wgsl

struct Params {
  vectors: u32,
  per_replica: u32,
  width: u32,
  count: u32,
  bent: u32,
  pulled: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> bends: array<f32>;
@group(0) @binding(1) var<storage, read> slopes: array<f32>;
@group(0) @binding(2) var<storage, read> projections: array<f32>;
@group(0) @binding(3) var<storage, read> multipliers: array<f32>;
@group(0) @binding(4) var<storage, read_write> coefficients: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn manifold_coefficients(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = workgroup_index(workgroup, groups);
  let vector = item / matrix_parts();
  if (vector >= params.vectors) {
    return;
  }
  let cells = params.width * params.count;
  let replica = vector / params.per_replica;
  let stride = cell_at(64u);
  var cell = cell_at((item % matrix_parts()) * GROUP_CELLS + local);
  for (var k = 0u; k < CELLS_EACH && cell.index < cells; k++) {
    let own = replica * cells + cell.index;
    let place = vector * cells + cell.index;
    var value = 0.0;
    if (params.bent == 1u) {
      value = bends[own] * projections[place];
    }
    if (params.pulled == 1u) {
      value -= multipliers[vector * params.count + cell.i] * slopes[own];
    }
    coefficients[place] = value;
    cell = cell_after(cell, stride);
  }
}
