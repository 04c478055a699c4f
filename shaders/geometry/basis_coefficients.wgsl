// basis_coefficients: adds up the chunks that basis_products leaves.
//   coefficients_vi = sum_c partials_vci for i <= count
//   projected_(slot)vi = coefficients_vi, or += for i < count in a second pass: all that was taken off the vector
// partials is vectors x chunks x stride, coefficients is vectors x stride, projected is slots x vectors x stride.
// One invocation per vector and inner product.
// uses: lib/grid.wgsl

struct Params {
  vectors: u32,
  chunks: u32,
  count: u32,
  stride: u32,
  slot: u32,
  accumulate: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read_write> projected: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn basis_coefficients(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * (params.count + 1u)) {
    return;
  }
  let vector = index / (params.count + 1u);
  let i = index % (params.count + 1u);
  var total = 0.0;
  for (var c = 0u; c < params.chunks; c++) {
    total += partials[(vector * params.chunks + c) * params.stride + i];
  }
  coefficients[vector * params.stride + i] = total;
  let place = (params.slot * params.vectors + vector) * params.stride + i;
  if (params.accumulate == 0u) {
    projected[place] = total;
  } else if (i < params.count) {
    projected[place] += total;
  }
}
