// triangle_products: products with lower triangular matrices T or with their transposes,
//   transposed 0:  out_vi = sum_(k <= i) T_ik values_vk
//   transposed 1:  out_vi = sum_(k >= i) T_ki values_vk
// With the inverse T = L^-1 of the Cholesky factor of J J^T = L L^T, the rows of T J are orthonormal, so that
// J^T T^T (T J v) is the normal part of v with an error that grows as the root of the condition number only.
// triangles is replicas x n x n, values and products are vectors x n; vector v belongs to replica v / per_replica. One
// invocation per number; terms are added up one after the other.
// uses: lib/grid.wgsl

struct Params { vectors: u32, per_replica: u32, samples: u32, transposed: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> triangles: array<f32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> products: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn triangle_products(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let n = params.samples;
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * n) {
    return;
  }
  let vector = index / n;
  let i = index % n;
  let base = vector / params.per_replica * n * n;
  let across = params.transposed == 1u;
  let first = select(0u, i, across);
  let last = select(i + 1u, n, across);
  var total = 0.0;
  for (var k = first; k < last; k++) {
    total += triangles[base + select(i * n + k, k * n + i, across)] * values[vector * n + k];
  }
  products[index] = total;
}
