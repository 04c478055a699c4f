// solve: K mu = e for a symmetric positive definite K, by Cholesky, in place.
// gram is replicas x n x n (on return: the factor in the lower triangle), rhs is replicas x n, solution is
// replicas x n, pivots is replicas x 2: the smallest and the largest pivot, L_kk^2. A pivot that is not above
// n * 2^-24 times the largest diagonal entry means that K is singular to working precision; that direction is left out
// (its mu is 0) and the smallest pivot tells the host. One workgroup per replica; a replica that stopped
// at or before `step` (status) is left alone.
// uses: lib/grid.wgsl

struct Params { replicas: u32, samples: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read_write> gram: array<f32>;
@group(0) @binding(1) var<storage, read> rhs: array<f32>;
@group(0) @binding(2) var<storage, read> status: array<u32>;
@group(0) @binding(3) var<storage, read_write> solution: array<f32>;
@group(0) @binding(4) var<storage, read_write> pivots: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn solve(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let replica = workgroup_index(workgroup, groups);
  if (replica >= params.replicas || params.step >= status[replica]) {
    return;
  }
  let n = params.samples;
  let base = replica * n * n;
  let vector = replica * n;
  var largest_entry = 0.0;
  for (var k = 0u; k < n; k++) {
    largest_entry = max(largest_entry, gram[base + k * n + k]);
  }
  let floor = largest_entry * f32(n) * 5.9604645e-8;
  var smallest = largest_entry;
  var largest = 0.0;
  storageBarrier();

  // Right-looking Cholesky: pivot, column, trailing update.
  for (var k = 0u; k < n; k++) {
    let pivot = gram[base + k * n + k];
    smallest = min(smallest, pivot);
    largest = max(largest, pivot);
    let scale = select(0.0, inverseSqrt(max(pivot, floor)), pivot > floor);
    storageBarrier();
    for (var i = k + local; i < n; i += LANES) {
      gram[base + i * n + k] = select(gram[base + i * n + k] * scale, scale, i == k);
    }
    storageBarrier();
    for (var i = k + 1u + local; i < n; i += LANES) {
      let factor = gram[base + i * n + k];
      for (var l = k + 1u; l <= i; l++) {
        gram[base + i * n + l] -= factor * gram[base + l * n + k];
      }
    }
    storageBarrier();
  }

  // The diagonal holds 1 / L_kk (0 where left out). Forward, then backward substitution.
  for (var i = local; i < n; i += LANES) {
    solution[vector + i] = rhs[vector + i];
  }
  storageBarrier();
  for (var k = 0u; k < n; k++) {
    let value = solution[vector + k] * gram[base + k * n + k];
    storageBarrier();
    for (var i = k + local; i < n; i += LANES) {
      solution[vector + i] = select(solution[vector + i] - value * gram[base + i * n + k], value, i == k);
    }
    storageBarrier();
  }
  for (var step = 0u; step < n; step++) {
    let k = n - 1u - step;
    let value = solution[vector + k] * gram[base + k * n + k];
    storageBarrier();
    for (var i = local; i <= k; i += LANES) {
      solution[vector + i] = select(solution[vector + i] - value * gram[base + k * n + i], value, i == k);
    }
    storageBarrier();
  }
  if (local == 0u) {
    pivots[replica * 2u] = smallest;
    pivots[replica * 2u + 1u] = largest;
  }
}
