// cholesky_solve: L L^T mu = e, by forward and backward substitution.
// factor is replicas x n x n, a lower triangle with 1 / L_kk on its diagonal (0 where a direction is left out: its mu is 0),
// rhs and solution are replicas x n, n <= 512. A replica that stopped at or before `step` (status) is left alone.
// One workgroup per replica.
// uses: lib/grid.wgsl

struct Params { replicas: u32, samples: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> factor: array<f32>;
@group(0) @binding(1) var<storage, read> rhs: array<f32>;
@group(0) @binding(2) var<storage, read> status: array<u32>;
@group(0) @binding(3) var<storage, read_write> solution: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> rest: array<f32, 512>;

@compute @workgroup_size(LANES)
fn cholesky_solve(
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
  for (var i = local; i < n; i += LANES) {
    rest[i] = rhs[replica * n + i];
  }
  workgroupBarrier();
  // rest[k] stays what it is when its turn comes, as others read it then; its quotient is taken at the end.
  for (var k = 0u; k < n; k++) {
    let value = rest[k] * factor[base + k * n + k];
    for (var i = k + 1u + local; i < n; i += LANES) {
      rest[i] -= value * factor[base + i * n + k];
    }
    workgroupBarrier();
  }
  for (var i = local; i < n; i += LANES) {
    rest[i] *= factor[base + i * n + i];
  }
  workgroupBarrier();
  for (var done = 0u; done < n; done++) {
    let k = n - 1u - done;
    let value = rest[k] * factor[base + k * n + k];
    for (var i = local; i < k; i += LANES) {
      rest[i] -= value * factor[base + k * n + i];
    }
    workgroupBarrier();
  }
  for (var i = local; i < n; i += LANES) {
    solution[replica * n + i] = rest[i] * factor[base + i * n + i];
  }
}
