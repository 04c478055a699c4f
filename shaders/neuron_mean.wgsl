// neuron_mean: mean_i = (1/m) sum_j z_ij, the pre-activations of the average neuron. The feature matrix is then taken
// apart as Z = 1 mean^T + D; near the rank-one end D is tiny, and keeping it apart keeps its singular values exact.
// preactivations is replicas x m x count (the block), means is replicas x count. One invocation per replica and sample.
// uses: lib/grid.wgsl

struct Params { replicas: u32, width: u32, count: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read_write> means: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn neuron_mean(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.replicas * params.count) {
    return;
  }
  let first = (index / params.count) * params.width * params.count + index % params.count;
  // Summed as differences from the first neuron, so that equal neurons have exactly their common value as mean.
  let origin = preactivations[first];
  var total = 0.0;
  for (var j = 1u; j < params.width; j++) {
    total += preactivations[first + j * params.count] - origin;
  }
  means[index] = origin + total / f32(params.width);
}
