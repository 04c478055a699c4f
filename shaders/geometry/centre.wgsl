// centre: the feature matrix taken apart as Z = 1 mean^T + D, mean_i = (1/m) sum_j z_ij. Near the rank-one end D is tiny, and
// keeping it apart keeps its singular values exact.
// preactivations is replicas x m x count (the block), means is replicas x count, parts is replicas x (m + 1) x count: the
// mean, then the rows of D. One invocation per replica and sample.
// uses: lib/grid.wgsl

struct Params { replicas: u32, width: u32, count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read_write> means: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn centre(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.replicas * params.count) {
    return;
  }
  let replica = index / params.count;
  let i = index % params.count;
  let source = replica * params.width * params.count + i;
  let place = replica * (params.width + 1u) * params.count + i;
  // Summed as differences from the first neuron, so that equal neurons have exactly their common value as mean.
  let origin = preactivations[source];
  var total = 0.0;
  for (var j = 1u; j < params.width; j++) {
    total += preactivations[source + j * params.count] - origin;
  }
  let mean = origin + total / f32(params.width);
  means[index] = mean;
  parts[place] = mean;
  for (var j = 0u; j < params.width; j++) {
    parts[place + (j + 1u) * params.count] = preactivations[source + j * params.count] - mean;
  }
}
