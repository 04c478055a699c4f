// noisy_residual: the scaled, noisy residuals of one full-batch label-noise step,
//   pulls_i = s_r (sum_j a_j phi(z_ij) - y_i + sigma_r zeta_i),   s_r = -2 eta_r (/ n for the mean loss)
// so that the update of row j is sum_i pulls_i a_j phi'(z_ij) x_i. settings[r] = (s_r, sigma_r, seed).
// A replica whose update is not a number, or is beyond 2^64, is marked in status with the number of the step, before
// anything has moved: gradient_coefficients then gives zeros, and the replica keeps its last finite state.
// partials is replicas x parts x 3 x count (the block), as activate leaves them; pulls is replicas x n. One invocation per
// replica and sample.
// uses: lib/grid.wgsl
// uses: lib/bounded.wgsl
// slot: draws
// uses: lib/targets.wgsl
// slot: schedule
// uses: lib/settings.wgsl

struct Params {
  replicas: u32,
  parts: u32,
  first: u32,
  count: u32,
  step: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read> settings: array<Settings>;
@group(0) @binding(3) var<storage, read> recorded: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> pulls: array<f32>;
@group(0) @binding(5) var<storage, read_write> status: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn noisy_residual(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.replicas * params.count) {
    return;
  }
  let replica = index / params.count;
  let first_target = own_targets(replica);
  let i = index % params.count;
  let sample = params.first + i;
  var output = 0.0;
  var slope = 0.0;
  var reach = 0.0;
  for (var part = 0u; part < params.parts; part++) {
    let at = (replica * params.parts + part) * 3u * params.count + i;
    output += partials[at];
    slope += partials[at + params.count];
    reach += partials[at + 2u * params.count];
  }
  let own = at_step(settings[replica], params.step);
  let pull = own.factor * (output - targets[first_target + sample] + own.noise * draw(own.seed, params.step, replica, sample).noise);
  pulls[replica * SAMPLES + sample] = pull;
  if (!is_bounded(abs(pull) * slope) || !is_bounded(abs(pull)) || !is_bounded(slope) || !is_bounded(reach)) {
    atomicMin(&status[replica], params.step);
  }
}
