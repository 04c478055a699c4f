// sum_squares: partial sums of squares, values is replicas x length, partials is replicas x chunks (of 1024 values).
// One workgroup per replica and chunk; the host finishes the sums in float64.
// uses: lib/grid.wgsl
// uses: lib/tree.wgsl

struct Params { replicas: u32, length: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn sum_squares(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = workgroup_index(workgroup, groups);
  let chunks = (params.length + 1023u) / 1024u;
  if (item >= params.replicas * chunks) {
    return;
  }
  let replica = item / chunks;
  let begin = (item % chunks) * 1024u;
  let end = min(begin + 1024u, params.length);
  var total = 0.0;
  for (var k = begin + local; k < end; k += LANES) {
    let value = values[replica * params.length + k];
    total += value * value;
  }
  let sum = tree_sum(total, local);
  if (local == 0u) {
    partials[item] = sum;
  }
}
