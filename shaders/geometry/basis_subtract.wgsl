// basis_subtract: takes a combination of basis vectors off vectors.
//   w_v -= sum_(i < count) coefficients_vi b_iv
// basis is slots x vectors x length, coefficients is vectors x stride from number `first` on, candidates (w) is vectors x
// length. One invocation per number of a vector; terms are added up one after the other, then taken off.
// uses: lib/grid.wgsl

struct Params { vectors: u32, length: u32, count: u32, stride: u32, first: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> basis: array<f32>;
@group(0) @binding(1) var<storage, read> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read_write> candidates: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn basis_subtract(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  let slot = params.vectors * params.length;
  if (index >= slot) {
    return;
  }
  let own = params.first + (index / params.length) * params.stride;
  var total = 0.0;
  for (var i = 0u; i < params.count; i++) {
    total += coefficients[own + i] * basis[i * slot + index];
  }
  candidates[index] -= total;
}
