// feature_gram: Gram matrix of the centred feature matrix D = Z - 1 mean^T (m x n), over its smaller side.
//   side 0 (n <= m): gram[i][l] = sum_j d_ji d_jl                     n x n
//   side 1 (n > m):  rows 0..m of [mean; D]: gram[a][b] (+)= sum_i row_a,i row_b,i   (m + 1) x (m + 1)
// In both cases the host gets Z^T Z or Z Z^T back exactly in float64, from the Gram matrix and the mean.
// preactivations is replicas x m x count (the block), means is replicas x count, gram is replicas x size x size.
// Side 0 needs all samples in one block. One invocation per entry.
// Numerics: sums of 64 terms are added up separately.
// uses: lib/grid.wgsl

struct Params { replicas: u32, width: u32, count: u32, side: u32, size: u32, accumulate: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> means: array<f32>;
@group(0) @binding(2) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn feature_gram(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  let size = params.size;
  if (index >= params.replicas * size * size) {
    return;
  }
  let replica = index / (size * size);
  let a = (index / size) % size;
  let b = index % size;
  let length = select(params.count, params.width, params.side == 0u);
  var total = 0.0;
  for (var begin = 0u; begin < length; begin += 64u) {
    var part = 0.0;
    let end = min(begin + 64u, length);
    for (var k = begin; k < end; k++) {
      if (params.side == 0u) {
        part += centred(replica, k, a) * centred(replica, k, b);
      } else {
        part += augmented(replica, a, k) * augmented(replica, b, k);
      }
    }
    total += part;
  }
  gram[index] = select(0.0, gram[index], params.accumulate == 1u) + total;
}

fn centred(replica: u32, j: u32, i: u32) -> f32 {
  return preactivations[(replica * params.width + j) * params.count + i] - means[replica * params.count + i];
}

fn augmented(replica: u32, row: u32, i: u32) -> f32 {
  if (row == 0u) {
    return means[replica * params.count + i];
  }
  return centred(replica, row - 1u, i);
}
