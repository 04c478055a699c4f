// curvature_coefficients: the Hessian-vector product of L in coefficients of the data points,
//   C_vji = 2 a_j [ s_vi phi'(z_ij) + e_i phi''(z_ij) u_vji ],   (H v)_j = sum_i C_vji x_i.
// projections and coefficients are vectors x m x count (the block), tangents is vectors x count, residuals is
// replicas x n; vector v belongs to replica v / per_replica. One workgroup per vector and
// CELLS_EACH x 64 coefficients.
// uses: lib/grid.wgsl
// uses: lib/cells.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params { vectors: u32, per_replica: u32, width: u32, samples: u32, first: u32, count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> projections: array<f32>;
@group(0) @binding(2) var<storage, read> tangents: array<f32>;
@group(0) @binding(3) var<storage, read> residuals: array<f32>;
@group(0) @binding(4) var<storage, read> targets: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn curvature_coefficients(
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
  let first_target = own_targets(replica);
  let first_residual = replica * params.samples + params.first;
  let stride = cell_at(64u);
  var cell = cell_at((item % matrix_parts()) * GROUP_CELLS + local);
  for (var k = 0u; k < CELLS_EACH && cell.index < cells; k++) {
    let place = vector * cells + cell.index;
    let z = preactivations[replica * cells + cell.index];
    let s = tangents[vector * params.count + cell.i];
    let e = residuals[first_residual + cell.i];
    let a = targets[first_target + 3u * params.samples + cell.j];
    coefficients[place] = 2.0 * a * (s * dphi(z) + e * d2phi(z) * projections[place]);
    cell = cell_after(cell, stride);
  }
}
