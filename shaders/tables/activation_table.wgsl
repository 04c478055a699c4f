// activation_table: the activation and its first three derivatives on a list of arguments, for `verify`.
// table[4 k + order] is the order-th derivative at points[k]. One invocation per argument.
// uses: lib/grid.wgsl
// slot: activation

struct Params { count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> points: array<f32>;
@group(0) @binding(1) var<storage, read_write> table: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn activation_table(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let k = workgroup_index(workgroup, groups) * 64u + local;
  if (k >= params.count) {
    return;
  }
  let z = points[k];
  table[4u * k] = phi(z);
  table[4u * k + 1u] = dphi(z);
  table[4u * k + 2u] = d2phi(z);
  table[4u * k + 3u] = d3phi(z);
}
